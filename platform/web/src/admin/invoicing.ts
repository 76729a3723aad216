import { html, nothing } from 'lit';
import { call, get, put, query } from '../api';
import { define, PageView, Pages, Resource } from '../element';
import { Form, field, selectField, submitButton, valuesOf } from '../forms';
import { number } from '../format';
import { t, tk } from '../i18n';
import { invoiceTable, type Invoice } from '../invoice-parts';
import { partyFields, partyOf, type Party } from '../party-form';
import { mayWrite } from '../session';
import type { Page } from '../types';
import { emptyState, facts, icon, moreButton, notice, pageHead, toast } from '../ui';
import { operations } from './operations';

interface Seller {
  party: Party;
  zone: string;
  tax_category: string;
  foreign_buyers: string;
  reports_in?: string | null;
}

interface Invoicing {
  seller?: Seller | null;
  series: { kind: string; prefix: string; last: number; active: boolean }[];
  obstacle?: string | null;
}

class InvoicingPage extends PageView {
  #etag: string | undefined;
  readonly #page = new Resource(this, async (signal) => {
    const answer = await call<Invoicing>('GET', '/admin/invoicing', { signal });
    this.#etag = answer.etag;
    return answer.data;
  });
  readonly #list = new Pages<Invoice>(this, (cursor, signal) =>
    get<Page<Invoice>>(query('/admin/invoices', { cursor, limit: 25 }), signal),
  );
  readonly #form = new Form(this);

  override render(): unknown {
    return html`${pageHead({
      title: t('nav.invoicing'),
      lead: t('invoicing.lead'),
      actions: html`<a
        class="btn"
        data-leave
        href="/api/v1/admin/invoices?format=csv"
        download="minga-invoices.csv"
        >${icon('download')} CSV</a
      >`,
    })}
    ${operations('/admin/invoicing')} ${this.#page.show((page) => this.#settings(page), { rows: 5 })}
    ${this.#list.first.show(
      () =>
        this.#list.items.length
          ? html`${invoiceTable('/admin/invoices', this.#list.items, true)} ${moreButton(this.#list)}`
          : html`<div class="card">
              ${emptyState({ icon: 'file-text', title: t('invoices.empty'), text: t('invoicing.empty-text') })}
            </div>`,
      { rows: 4 },
    )}`;
  }

  #settings(page: Invoicing): unknown {
    const seller = page.seller ?? undefined;
    return html`${page.obstacle ? notice('warn', t('invoicing.waits'), page.obstacle) : nothing}
      <section class="card card-body" aria-labelledby="seller-title">
        <h2 id="seller-title">${t('invoicing.seller')}</h2>
        <p class="muted">${t('invoicing.seller-text')}</p>
        <form class="form" novalidate @submit=${this.#save}>
          ${partyFields(this.#form, seller?.party, '/party')}
          <div class="cols">
            ${field(this.#form, { pointer: '/zone', label: t('invoicing.zone'), value: seller?.zone ?? 'America/Guayaquil', required: true })}
            ${field(this.#form, { pointer: '/tax_category', label: t('invoicing.tax-category'), value: seller?.tax_category ?? 'standard', required: true })}
            ${selectField(this.#form, {
              pointer: '/foreign_buyers',
              label: t('invoicing.foreign'),
              value: seller?.foreign_buyers ?? 'taxed',
              choices: ['taxed', 'zero', 'reverse_charge'].map((value) => ({
                value,
                label: tk('foreign', value),
              })),
            })}
            ${field(this.#form, { pointer: '/reports_in', label: t('invoicing.reports-in'), value: seller?.reports_in ?? '', optional: true, maxlength: 3 })}
          </div>
          ${this.#form.problem?.status === 412 ? notice('warn', t('settings.changed'), t('settings.changed-text')) : this.#form.summary()}
          ${mayWrite() ? html`<div>${submitButton(this.#form, t('action.save'))}</div>` : nothing}
        </form>
      </section>
      <section class="card card-body" aria-labelledby="series-title">
        <h2 id="series-title">${t('invoicing.series')}</h2>
        ${facts(
          page.series
            .filter((series) => series.active)
            .map((series): [string, unknown] => [
              tk('document', series.kind),
              html`<code>${series.prefix}</code> ${t('invoicing.last', { n: number(series.last) })}`,
            ]),
        )}
      </section>`;
  }

  readonly #save = async (event: Event): Promise<void> => {
    const values = valuesOf(event);
    const done = await this.#form.submit(event, () =>
      put<Invoicing>(
        '/admin/invoicing/seller',
        {
          party: partyOf(values, 'party.'),
          zone: values['zone'],
          tax_category: values['tax_category'],
          foreign_buyers: values['foreign_buyers'],
          ...(values['reports_in'] ? { reports_in: values['reports_in'].toUpperCase() } : {}),
        },
        this.#etag,
      ),
    );
    if (!done) return;
    this.#etag = done.etag;
    this.#page.value = done.data;
    toast(t('action.saved'));
    this.requestUpdate();
  };
}

define('admin-invoicing', InvoicingPage);
