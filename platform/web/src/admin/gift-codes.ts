import { html } from 'lit';
import { get, post, query, remove } from '../api';
import { confirmAction, showSecrets } from '../dialogs';
import { define, PageView, Pages } from '../element';
import { Form, field, selectField, submitButton, valuesOf } from '../forms';
import { parseAmount } from '../format';
import { t, tk } from '../i18n';
import { mayWrite } from '../session';
import type { Page } from '../types';
import { amount, badge, emptyState, moreButton, pageHead, table, when } from '../ui';
import { customerTabs } from './customers';

interface GiftCode {
  id: string;
  code: string;
  amount_minor: number;
  asset: string;
  bucket: string;
  uses: number;
  used: number;
  expires_at?: string | null;
  active: boolean;
  created_at: string;
}

class GiftCodes extends PageView {
  readonly #list = new Pages<GiftCode>(this, (cursor, signal) =>
    get<Page<GiftCode>>(query('/admin/gift-codes', { cursor, limit: 50 }), signal),
  );
  readonly #form = new Form(this);

  override render(): unknown {
    return html`${pageHead({ title: t('gift.codes'), lead: t('gift.lead') })} ${customerTabs('gift-codes')}
    ${mayWrite() ? this.#make() : ''}
    ${this.#list.first.show(
      () =>
        this.#list.items.length
          ? html`${table<GiftCode>({
              caption: t('gift.codes'),
              rows: this.#list.items,
              key: (row) => row.id,
              columns: [
                {
                  label: t('gift.code'),
                  cell: (row) => html`<code>${row.code}</code>`,
                },
                {
                  label: t('entries.amount'),
                  cell: (row) => amount({ amount_minor: row.amount_minor, asset: row.asset }),
                  align: 'end',
                },
                { label: t('wallet.bucket'), cell: (row) => badge(tk('bucket', row.bucket)) },
                {
                  label: t('gift.used'),
                  cell: (row) =>
                    t('gift.used-of', {
                      used: row.used,
                      uses: row.uses,
                    }),
                  align: 'end',
                },
                {
                  label: t('token.expires'),
                  cell: (row) => (row.expires_at ? when(row.expires_at) : t('token.no-end')),
                },
                {
                  label: '',
                  align: 'end',
                  cell: (row) =>
                    !row.active
                      ? badge(t('gift.ended'))
                      : mayWrite()
                        ? html`<button
                            class="btn sm"
                            type="button"
                            aria-label=${`${t('gift.end')} ${row.code}`}
                            @click=${() => void this.#end(row)}
                          >
                            ${t('gift.end')}
                          </button>`
                        : '',
                },
              ],
            })}
            ${moreButton(this.#list)}`
          : html`<div class="card">
              ${emptyState({ icon: 'gift', title: t('gift.empty'), text: t('gift.empty-text') })}
            </div>`,
      { rows: 3 },
    )}`;
  }

  #make(): unknown {
    return html`<section class="card card-body" aria-labelledby="gift-new">
      <h2 id="gift-new">${t('gift.new')}</h2>
      <form class="form" novalidate @submit=${this.#send}>
        <div class="cols">
          ${field(this.#form, { pointer: '/amount_minor', label: t('entries.amount'), required: true, inputmode: 'decimal', suffix: 'COIN' })}
          ${selectField(this.#form, {
            pointer: '/bucket',
            label: t('wallet.bucket'),
            value: 'promo',
            choices: ['promo', 'paid'].map((bucket) => ({ value: bucket, label: tk('bucket', bucket) })),
          })}
          ${field(this.#form, { pointer: '/uses', label: t('gift.uses'), type: 'number', value: '1', min: 1, max: 100000, required: true })}
          ${field(this.#form, { pointer: '/expires_at', label: t('gift.until'), type: 'date', optional: true })}
        </div>
        ${this.#form.summary()}
        <div>${submitButton(this.#form, t('gift.make'))}</div>
      </form>
    </section>`;
  }

  async #end(code: GiftCode): Promise<void> {
    await confirmAction({
      title: t('gift.end-title', { code: code.code }),
      body: html`<p>${t('gift.end-text')}</p>`,
      action: t('gift.end'),
      run: (intent) =>
        remove(`/admin/gift-codes/${encodeURIComponent(code.id)}`, { intent }).then(() => true),
    });
    await this.#list.reload();
  }

  readonly #send = async (event: Event): Promise<void> => {
    const values = valuesOf(event);
    const form = event.currentTarget as HTMLFormElement;
    const made = await this.#form.submit(event, async (intent) => {
      const minor = parseAmount(values['amount_minor'] ?? '', 2);
      if (minor === undefined || minor <= 0) {
        this.#form.setError('/amount_minor', t('adjust.bad-amount'));
        return undefined;
      }
      return post<GiftCode>(
        '/admin/gift-codes',
        {
          amount_minor: minor,
          bucket: values['bucket'],
          uses: Number(values['uses']),
          ...(values['expires_at']
            ? { expires_at: new Date(`${values['expires_at']}T23:59:59`).toISOString() }
            : {}),
        },
        intent,
      );
    });
    if (!made) return;
    form.reset();
    await showSecrets(
      t('gift.made'),
      [{ name: 'code', label: t('gift.code'), value: made.code }],
      t('gift.made-text'),
    );
    await this.#list.reload();
  };
}

define('admin-gift-codes', GiftCodes);
