import { html, type TemplateResult } from 'lit';
import { field, selectField, textField, type Form } from './forms';
import { t, tk } from './i18n';

/** Somebody on a document. */
export interface Party {
  name: string;
  tax_id_kind: string;
  tax_id: string;
  address: string;
  country: string;
  email: string;
}

const kinds = ['none', 'ruc', 'cedula', 'passport', 'foreign'];

/** The fields of a party; `prefix` is where it is in the body, empty for the body itself. */
export function partyFields(form: Form, party: Party | undefined, prefix: string): TemplateResult {
  const at = (name: keyof Party): { pointer: string; value: string } => ({
    pointer: `${prefix}/${name}`,
    value: party?.[name] ?? '',
  });
  return html`<div class="cols">
      ${field(form, { ...at('name'), label: t('party.name'), required: true, maxlength: 200 })}
      ${field(form, { ...at('country'), label: t('party.country'), hint: t('party.country-hint'), required: true, minlength: 2, maxlength: 2 })}
      ${selectField(form, {
        ...at('tax_id_kind'),
        value: party?.tax_id_kind ?? 'none',
        label: t('party.tax-id-kind'),
        choices: kinds.map((kind) => ({ value: kind, label: tk('taxid', kind) })),
      })}
      ${field(form, { ...at('tax_id'), label: t('party.tax-id'), optional: true, maxlength: 40 })}
      ${field(form, { ...at('email'), label: t('party.email'), type: 'email', optional: true, maxlength: 254 })}
    </div>
    ${textField(form, { ...at('address'), label: t('party.address'), rows: 2, optional: true, maxlength: 500 })}`;
}

/** What the fields hold, as it is sent. */
export function partyOf(values: Record<string, string>, prefix = ''): Party {
  const value = (name: string): string => (values[prefix + name] ?? '').trim();
  return {
    name: value('name'),
    tax_id_kind: value('tax_id_kind') || 'none',
    tax_id: value('tax_id'),
    address: value('address'),
    country: value('country').toUpperCase(),
    email: value('email'),
  };
}
