import { html, nothing, type TemplateResult } from 'lit';
import { submitButton, type Form } from './forms';
import { t } from './i18n';
import type { Values } from './schema';
import { schemaForm } from './schema-form';
import type { Schema } from './types';
import { copyButton, facts, icon, notice } from './ui';

/** What a payer has to do. */
export interface PayerAction {
  type: 'redirect' | 'form' | 'token';
  url?: string | null;
}

/** The host's own page for a provider that has none. */
export interface Checkout {
  mode: 'test' | 'live';
  explanation: string;
  facts: { label: string; value: string }[];
  schema: Schema;
  button: string;
}

/** A card or wallet a provider keeps. */
export interface Method {
  id: string;
  provider: string;
  mode: 'test' | 'live';
  state: string;
  label: string;
  expires?: string | null;
  message: string;
  is_default: boolean;
  action?: PayerAction | null;
}

/** The way out to a vendor's page. */
export function leaveLink(
  action: PayerAction | null | undefined,
  label: string,
): TemplateResult | typeof nothing {
  return action?.type === 'redirect' && action.url
    ? html`<div>
        <a class="btn primary" data-leave rel="external" href=${safe(action.url)}>
          ${label} ${icon('external-link', 14)}
        </a>
      </div>`
    : nothing;
}

/** The page on which a payer fills in what the provider asks for. */
export function checkoutCard(options: {
  title: string;
  page: Checkout;
  form: Form;
  values: Values;
  onChange: (values: Values) => void;
  onSend: (event: Event) => void;
}): TemplateResult {
  const { page, form } = options;
  return html`<section class="card card-body" aria-labelledby="checkout-title" data-testid="checkout">
    <h2 id="checkout-title">${options.title}</h2>
    ${page.mode === 'test' ? notice('warn', t('topup.test'), page.explanation) : html`<p>${page.explanation}</p>`}
    ${
      page.facts.length
        ? facts(
            page.facts.map((fact) => [
              fact.label,
              html`<code>${fact.value}</code> ${copyButton(fact.value, fact.label)}`,
            ]),
          )
        : nothing
    }
    <form class="form" novalidate @submit=${options.onSend}>
      ${schemaForm({
        form,
        schema: page.schema,
        values: options.values,
        prefix: '/values',
        onChange: options.onChange,
      })}
      ${form.summary()}
      <div>${submitButton(form, page.button)}</div>
    </form>
  </section>`;
}

/** Only addresses a browser may be sent to. */
function safe(url: string): string {
  return /^https:\/\//.test(url) || /^http:\/\/(localhost|127\.0\.0\.1)[:/]/.test(url) ? url : '/wallet';
}
