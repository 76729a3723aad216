import { html, nothing } from 'lit';
import { call, put } from '../api';
import { define, PageView, Resource } from '../element';
import { Form, submitButton } from '../forms';
import { languageNames, languages, t, tk } from '../i18n';
import { schemaForm } from '../schema-form';
import { differences, type Values } from '../schema';
import { loadSite, mayWrite } from '../session';
import type { Schema } from '../types';
import { emptyState, notice, pageHead, toast } from '../ui';

const known: Record<string, Schema> = {
  locale: { type: 'string', oneOf: languages.map((code) => ({ const: code, title: languageNames[code] })) },
  currency: { type: 'string', enum: ['USD', 'EUR'] },
  region: { type: 'string', maxLength: 12 },
  name: { type: 'string', minLength: 1, maxLength: 80 },
};

/** The form for an object whose shape only the server knows: every value keeps the type it has. */
export function schemaOf(values: Values): Schema {
  const properties: Record<string, Schema> = {};
  for (const [name, value] of Object.entries(values)) {
    const title = tk('setting', name);
    if (typeof value === 'boolean') properties[name] = { type: 'boolean', title };
    else if (typeof value === 'number')
      properties[name] = { type: Number.isInteger(value) ? 'integer' : 'number', title };
    else if (Array.isArray(value)) properties[name] = { type: 'array', items: { type: 'string' }, title };
    else if (typeof value === 'object' && value !== null)
      properties[name] = { ...schemaOf(value as Values), title };
    else properties[name] = { type: 'string', ...known[name], title };
  }
  return { type: 'object', properties, required: Object.keys(values).filter((name) => name in known) };
}

class Settings extends PageView {
  readonly #form = new Form(this);
  #values: Values = {};
  #etag: string | undefined;
  readonly #settings: Resource<Values> = new Resource(this, async (signal) => {
    const answer = await call<Values>('GET', '/admin/settings', { signal });
    this.#etag = answer.etag;
    this.#values = structuredClone(answer.data);
    return answer.data;
  });

  override render(): unknown {
    return html`${pageHead({ title: t('nav.settings'), lead: t('settings.lead') })}
    ${this.#settings.show((settings) => this.#page(settings), { rows: 5 })}`;
  }

  #page(settings: Values): unknown {
    if (!Object.keys(settings).length) {
      return html`<div class="card">
        ${emptyState({ icon: 'settings', title: t('settings.empty'), text: t('settings.empty-text') })}
      </div>`;
    }
    const changed = differences(settings, this.#values).length > 0;
    return html`<form class="card card-body form" novalidate @submit=${this.#save}>
      ${schemaForm({
        form: this.#form,
        schema: schemaOf(settings),
        values: this.#values,
        prefix: '',
        readonly: !mayWrite(),
        onChange: (values) => {
          this.#values = values;
          this.requestUpdate();
        },
      })}
      ${this.#form.problem?.status === 412 ? notice('warn', t('settings.changed'), t('settings.changed-text')) : this.#form.summary()}
      ${mayWrite() ? html`<div>${submitButton(this.#form, t('action.save'), { disabled: !changed })}</div>` : nothing}
    </form>`;
  }

  readonly #save = async (event: Event): Promise<void> => {
    const done = await this.#form.submit(event, () =>
      put('/admin/settings', this.#values, this.#etag).then(() => true),
    );
    if (!done) return;
    toast(t('action.saved'));
    await this.#settings.reload();
    await loadSite();
  };
}

define('admin-settings', Settings);
