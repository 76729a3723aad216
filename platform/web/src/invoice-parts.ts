import { html, type TemplateResult } from 'lit';
import { lang, t } from './i18n';
import { amount, badge, icon, table, when } from './ui';

export interface Invoice {
  id: string;
  kind: string;
  title: string;
  reference: string;
  issued_at: string;
  asset: string;
  net_minor: number;
  tax_minor: number;
  total_minor: number;
  buyer: string;
  account_id: string;
  corrects?: string | null;
}

/** Downloads a document in the language of the page. */
export function pdfLink(base: string, invoice: Invoice): TemplateResult {
  return html`<a
    class="btn sm"
    data-leave
    href="/api/v1${base}/${invoice.id}/pdf?lang=${lang.value}"
    download
    aria-label=${t('invoices.download', { name: `${invoice.title} ${invoice.reference}` })}
    >${icon('download', 14)} PDF</a
  >`;
}

export function invoiceTable(base: string, rows: readonly Invoice[], who: boolean): TemplateResult {
  return table<Invoice>({
    caption: t('invoices.title'),
    rows,
    key: (row) => row.id,
    columns: [
      {
        label: t('invoices.document'),
        cell: (row) =>
          html`<a href=${who ? `/admin/customers/${row.account_id}` : `/invoices/${row.id}`}
              ><strong>${row.reference}</strong></a
            ><span class="cell-sub">${row.title}</span>`,
      },
      { label: t('invoices.issued'), cell: (row) => when(row.issued_at) },
      ...(who ? [{ label: t('invoices.buyer'), cell: (row: Invoice) => row.buyer }] : []),
      {
        label: t('invoices.tax'),
        cell: (row) =>
          row.tax_minor
            ? amount({ amount_minor: row.tax_minor, asset: row.asset })
            : badge(t('invoices.no-tax')),
        align: 'end' as const,
      },
      {
        label: t('invoices.total'),
        cell: (row) => html`<strong>${amount({ amount_minor: row.total_minor, asset: row.asset })}</strong>`,
        align: 'end' as const,
      },
      { label: '', cell: (row) => pdfLink(base, row), align: 'end' as const },
    ],
  });
}
