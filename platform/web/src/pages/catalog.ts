import { html, nothing } from 'lit';
import { define, PageView } from '../element';
import { memory, number } from '../format';
import { t, tk } from '../i18n';
import { isAvailable, planCard } from '../plan-card';
import { Shelf } from '../shelf';
import type { Plan, Product } from '../types';
import { amount, badge, emptyState, pageHead, per, table } from '../ui';

interface Row {
  product: Product;
  plan: Plan;
}

class Catalog extends PageView {
  readonly #products = new Shelf(this);

  override render(): unknown {
    return html`${pageHead({ title: t('catalog.title'), lead: t('catalog.lead') })}
      <div class="page-body">
        ${this.#products.show(
          (page) =>
            page.items.length
              ? this.#shelf(page.items)
              : emptyState({ icon: 'package', title: t('catalog.empty'), text: t('catalog.empty-text') }),
          { rows: 6 },
        )}
      </div>`;
  }

  #shelf(products: Product[]): unknown {
    const kinds = [...new Set(products.map((product) => product.kind))];
    const kind = this.search('kind');
    const shown = products.filter((product) => !kind || product.kind === kind);
    const rows: Row[] = shown.flatMap((product) => product.plans.map((plan) => ({ product, plan })));
    return html`${
        kinds.length > 1
          ? html`<div class="row" role="group" aria-label=${t('catalog.filter')}>
              ${['', ...kinds].map(
                (each) =>
                  html`<button
                    class="btn sm ${each === kind ? 'primary' : ''}"
                    type="button"
                    aria-pressed=${each === kind ? 'true' : 'false'}
                    @click=${() => this.setSearch({ kind: each })}
                  >
                    ${each ? tk('kind', each) : t('catalog.all')}
                  </button>`,
              )}
            </div>`
          : nothing
      }
      ${shown.map(
        (product) =>
          html`<section class="stack" aria-labelledby="p-${product.slug}">
            <div>
              <h2 id="p-${product.slug}">${product.name}</h2>
              <p class="muted">${product.description}</p>
            </div>
            <div class="plans">${product.plans.map((plan) => planCard(product, plan))}</div>
          </section>`,
      )}
      <section class="stack" aria-labelledby="compare">
        <h2 id="compare">${t('catalog.compare')}</h2>
        ${table<Row>({
          caption: t('catalog.compare'),
          rows,
          key: (row) => row.plan.id,
          columns: [
            {
              label: t('catalog.plan'),
              cell: (row) => html`<strong>${row.product.name} ${row.plan.name}</strong>`,
            },
            { label: 'vCPU', cell: (row) => number(row.plan.resources.vcpu), align: 'end' },
            {
              label: t('spec.memory-word'),
              cell: (row) => memory(row.plan.resources.memory_mb),
              align: 'end',
            },
            {
              label: t('spec.disk-word'),
              cell: (row) => `${number(row.plan.resources.disk_gb)} GB`,
              align: 'end',
            },
            {
              label: t('catalog.prices'),
              cell: (row) =>
                html`${row.plan.prices.map((price, index) => html`${index ? html`<br />` : nothing}${amount(price)} / ${per(price.per)}`)}`,
              align: 'end',
            },
            {
              label: t('catalog.stock'),
              cell: (row) =>
                isAvailable(row.plan) ? badge(t('plan.available'), 'ok') : badge(t('plan.sold-out'), 'warn'),
            },
          ],
        })}
        <p class="small muted">${t('catalog.billing')}</p>
      </section>`;
  }
}

define('page-catalog', Catalog);
