import { html, nothing } from 'lit';
import { get, query } from '../api';
import { define, PageView, Pages } from '../element';
import { t, tk } from '../i18n';
import type { Page } from '../types';
import { amount, badge, emptyState, icon, moreButton, pageHead, status, table, tabs, when } from '../ui';
import { operations } from './operations';

interface Row {
  payment: {
    id: string;
    provider: string;
    mode: 'test' | 'live';
    state: string;
    message: string;
    amount_minor: number;
    asset: string;
    refunded_minor: number;
    method: string;
    created_at: string;
  };
  account: string;
  attention?: { code: string; fix: string } | null;
}

const states = ['succeeded', 'requires_action', 'pending', 'unknown', 'declined', 'held'];

/** Every payment, with what a person has to look at and how it is put right. */
class AdminPayments extends PageView {
  readonly #list = new Pages<Row>(this, (cursor, signal) =>
    get<Page<Row>>(query('/admin/payments', { cursor, limit: 50, state: this.search('state') }), signal),
  );
  #state = '';

  override connectedCallback(): void {
    super.connectedCallback();
    this.#state = this.search('state');
  }

  override placed(): void {
    if (this.search('state') !== this.#state) {
      this.#state = this.search('state');
      void this.#list.reload();
    }
    this.requestUpdate();
  }

  override render(): unknown {
    return html`${pageHead({ title: t('nav.payments'), lead: t('payments.lead') })}
    ${operations('/admin/payments')}
    ${tabs(t('payments.filter'), [
      { href: '/admin/payments', label: t('catalog.all'), current: !this.#state },
      ...states.map((state) => ({
        href: `/admin/payments?state=${state}`,
        label: tk('payment', state),
        current: this.#state === state,
      })),
    ])}
    ${this.#list.first.show(
      () =>
        this.#list.items.length
          ? html`${table<Row>({
              caption: t('nav.payments'),
              rows: this.#list.items,
              key: (row) => row.payment.id,
              columns: [
                {
                  label: t('entries.amount'),
                  cell: ({ payment }) =>
                    html`<strong>${amount(payment)}</strong>
                      ${payment.mode === 'test' ? badge(t('topup.test-mark'), 'warn') : nothing}
                      ${
                        payment.refunded_minor
                          ? html`<span class="cell-sub"
                              >${t('topup.refunded')}
                              ${amount({ amount_minor: payment.refunded_minor, asset: payment.asset })}</span
                            >`
                          : nothing
                      }`,
                },
                {
                  label: t('payments.state'),
                  cell: ({ payment, attention }) =>
                    html`${status(payment.state, tk('payment', payment.state))}
                    ${
                      attention
                        ? html`<span class="cell-sub">${icon('triangle-alert', 14)} ${attention.fix}</span>`
                        : nothing
                    }`,
                },
                {
                  label: t('topup.with'),
                  cell: ({ payment }) =>
                    html`${payment.provider}${
                      payment.method ? html`<span class="cell-sub">${payment.method}</span>` : nothing
                    }`,
                },
                {
                  label: t('payments.customer'),
                  cell: (row) =>
                    html`<a href="/admin/customers/${row.account}"><code>${row.account.slice(-8)}</code></a>`,
                },
                { label: t('entries.at'), cell: ({ payment }) => when(payment.created_at) },
                { label: t('payments.id'), cell: ({ payment }) => html`<code>${payment.id}</code>` },
              ],
            })}
            ${moreButton(this.#list)}`
          : html`<div class="card">
              ${emptyState({ icon: 'wallet', title: t('payments.empty'), text: t('payments.empty-text') })}
            </div>`,
      { rows: 5 },
    )}`;
  }
}

define('admin-payments', AdminPayments);
