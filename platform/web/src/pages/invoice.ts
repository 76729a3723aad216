import { html, nothing } from 'lit';
import { get, post } from '../api';
import { define, PageView, Resource } from '../element';
import { Form } from '../forms';
import { number, type Money } from '../format';
import { t, tk } from '../i18n';
import { invoiceTable, pdfLink, type Invoice } from '../invoice-parts';
import type { Party } from '../party-form';
import { amount, badge, facts, icon, notice, pageHead, per, table, toast, when } from '../ui';

interface Line {
  n: number;
  description: string;
  quantity: string;
  unit: string;
  unit_price_minor: number;
  tax_percent: string;
  total_minor: number;
  from: string;
  to: string;
  instance: string;
}

interface Detail {
  invoice: Invoice;
  seller: Party;
  buyer: Party;
  lines: Line[];
  taxes: { percent: string; label: string; tax_minor: number }[];
  corrects?: { id: string; reference: string; reason: string } | null;
  note: string;
  fiscal?: { state: string; reference: string } | null;
  corrections: Invoice[];
}

interface Explanation {
  line: Line;
  formula: string;
  price?: { id: string; valid_from: string } | null;
  spans: { from: string; to: string; seconds: number; on_line_minor: number }[];
  more_spans: boolean;
  shares: { party: string; amount_minor: number }[];
}

class InvoicePage extends PageView {
  readonly #detail = new Resource(this, (signal) =>
    get<Detail>(`/invoices/${encodeURIComponent(this.param('id'))}`, signal),
  );
  readonly #form = new Form(this);
  #explained: Explanation | undefined;

  override render(): unknown {
    return this.#detail.show((detail) => this.#page(detail), { rows: 6 });
  }

  #page(detail: Detail): unknown {
    const { invoice } = detail;
    const worth = (minor: number): Money => ({ amount_minor: minor, asset: invoice.asset });
    return html`${pageHead({
        title: `${invoice.title} ${invoice.reference}`,
        lead: when(invoice.issued_at),
        back: { href: '/invoices', label: t('invoices.title') },
        actions: html`${pdfLink('/invoices', invoice)}
          <button class="btn sm" type="button" @click=${() => void this.#resend(invoice)}>
            ${icon('mail', 14)} ${t('invoices.resend')}
          </button>`,
      })}
      ${this.#form.summary()}
      ${
        detail.corrects
          ? notice(
              'info',
              t('invoices.corrects', { name: detail.corrects.reference }),
              detail.corrects.reason,
            )
          : nothing
      }
      <div class="cols">${this.#party('seller', detail.seller)} ${this.#party('buyer', detail.buyer)}</div>
      ${table<Line>({
        caption: t('invoices.lines'),
        rows: detail.lines,
        key: (row) => String(row.n),
        columns: [
          {
            label: t('entries.what'),
            cell: (row) =>
              html`<strong>${row.description}</strong
                ><span class="cell-sub"
                  ><a href="/instances/${row.instance}">${t('invoices.machine')}</a></span
                >`,
          },
          {
            label: t('invoices.quantity'),
            cell: (row) =>
              row.quantity
                ? `${number(Number(row.quantity), { maximumFractionDigits: 4 })} × ${per(row.unit)}`
                : '–',
            align: 'end',
          },
          {
            label: t('invoices.tax'),
            cell: (row) => (row.tax_percent ? `${number(Number(row.tax_percent))} %` : '–'),
            align: 'end',
          },
          {
            label: t('entries.amount'),
            cell: (row) => html`<strong>${amount(worth(row.total_minor))}</strong>`,
            align: 'end',
          },
          {
            label: '',
            align: 'end',
            cell: (row) =>
              html`<button
                class="btn sm"
                type="button"
                aria-label=${t('invoices.explain-line', { name: row.description })}
                @click=${() => void this.#explain(row.n)}
              >
                ${t('invoices.explain')}
              </button>`,
          },
        ],
      })}
      <section class="card card-body" aria-labelledby="sums-title">
        <h2 id="sums-title">${t('invoices.total')}</h2>
        ${facts([
          ...(detail.taxes.length
            ? [[t('invoices.net'), amount(worth(invoice.net_minor))] as [string, unknown]]
            : []),
          ...detail.taxes.map((tax): [string, unknown] => [tax.label, amount(worth(tax.tax_minor))]),
          [t('invoices.total'), html`<strong>${amount(worth(invoice.total_minor))}</strong>`],
          ...(detail.fiscal?.reference
            ? [
                [
                  t('invoices.fiscal'),
                  html`<code>${detail.fiscal.reference}</code> ${badge(tk('fiscal', detail.fiscal.state))}`,
                ] as [string, unknown],
              ]
            : []),
        ])}
        ${detail.note ? html`<p>${detail.note}</p>` : nothing}
      </section>
      ${this.#explained ? this.#reasons(this.#explained, worth) : nothing}
      ${
        detail.corrections.length
          ? html`<section class="stack" aria-labelledby="corrections-title">
              <h2 id="corrections-title">${t('invoices.corrections')}</h2>
              ${invoiceTable('/invoices', detail.corrections, false)}
            </section>`
          : nothing
      }`;
  }

  #party(role: 'seller' | 'buyer', party: Party): unknown {
    return html`<section class="card card-body" aria-labelledby="party-${role}">
      <h2 id="party-${role}">${tk('invoices', role)}</h2>
      <p>
        <strong>${party.name}</strong><br />
        ${party.tax_id ? html`${tk('taxid', party.tax_id_kind)} ${party.tax_id}<br />` : nothing}
        ${party.address ? html`${party.address}<br />` : nothing} ${party.country}
      </p>
    </section>`;
  }

  #reasons(why: Explanation, worth: (minor: number) => Money): unknown {
    return html`<section class="stack" aria-labelledby="why-title">
      <h2 id="why-title" tabindex="-1">${t('invoices.explain-line', { name: why.line.description })}</h2>
      <p>${why.formula}</p>
      ${why.price ? html`<p class="small muted">${t('invoices.price-since')} ${when(why.price.valid_from)}</p>` : nothing}
      ${table<Explanation['spans'][number]>({
        caption: t('invoices.spans'),
        rows: why.spans,
        key: (row) => row.from,
        columns: [
          { label: t('invoices.from'), cell: (row) => when(row.from) },
          { label: t('invoices.to'), cell: (row) => when(row.to) },
          { label: t('invoices.seconds'), cell: (row) => number(row.seconds), align: 'end' },
          { label: t('entries.amount'), cell: (row) => amount(worth(row.on_line_minor)), align: 'end' },
        ],
      })}
      <section class="card card-body" aria-labelledby="shares-title">
        <h3 id="shares-title">${t('invoices.shares')}</h3>
        ${facts(why.shares.map((share): [string, unknown] => [tk('share', share.party), amount(worth(share.amount_minor))]))}
      </section>
    </section>`;
  }

  async #explain(n: number): Promise<void> {
    const why = await this.#form.run(() =>
      get<Explanation>(`/invoices/${encodeURIComponent(this.param('id'))}/lines/${n}`),
    );
    if (!why) return;
    this.#explained = why;
    this.requestUpdate();
    await this.updateComplete;
    this.querySelector<HTMLElement>('#why-title')?.focus();
  }

  async #resend(invoice: Invoice): Promise<void> {
    const sent = await this.#form.run((intent) =>
      post<Invoice>(`/invoices/${invoice.id}/resend`, undefined, intent),
    );
    if (sent) toast(t('invoices.resent'));
  }
}

define('page-invoice', InvoicePage);
