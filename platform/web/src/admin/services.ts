import { html, nothing } from 'lit';
import { get, query } from '../api';
import { openDialog } from '../dialogs';
import { define, PageView, Pages } from '../element';
import { elapsed } from '../format';
import { costAndPrice, planName } from '../instance-parts';
import { t, tk } from '../i18n';
import type { AccountRef, Instance, Order, Page } from '../types';
import {
  amount,
  badge,
  emptyState,
  facts,
  icon,
  moreButton,
  pageHead,
  reasonText,
  since,
  status,
  table,
  tabs,
  toneOf,
  when,
} from '../ui';

const orderStates = ['placed', 'held', 'provisioning', 'fulfilled', 'failed', 'cancelled', 'unresolved'];
const instanceStates = [
  'requested',
  'provisioning',
  'running',
  'stopped',
  'suspended',
  'recovering',
  'terminating',
  'terminated',
  'failed',
  'unknown',
];

class Services extends PageView {
  readonly #orders = new Pages<Order>(this, (cursor, signal) =>
    this.#tab === 'orders'
      ? get<Page<Order>>(query('/admin/orders', { ...this.#filters, cursor, limit: 50 }), signal)
      : Promise.resolve({ items: [] }),
  );
  readonly #instances = new Pages<Instance>(this, (cursor, signal) =>
    this.#tab === 'instances'
      ? get<Page<Instance>>(query('/admin/instances', { ...this.#filters, cursor, limit: 50 }), signal)
      : Promise.resolve({ items: [] }),
  );

  get #tab(): string {
    return this.search('tab') || 'orders';
  }

  get #filters(): { state: string; account: string } {
    return { state: this.search('state'), account: this.search('account') };
  }

  override placed(): void {
    void (this.#tab === 'orders' ? this.#orders.reload() : this.#instances.reload());
    this.requestUpdate();
  }

  override render(): unknown {
    const tab = this.#tab;
    const account = this.search('account');
    const states = tab === 'orders' ? orderStates : instanceStates;
    return html`${pageHead({ title: t('nav.services'), lead: t('services.lead') })}
      ${tabs(t('nav.services'), [
        {
          href: query('/admin/services', { account }),
          label: t('services.orders'),
          current: tab === 'orders',
          icon: 'rocket',
        },
        {
          href: query('/admin/services', { tab: 'instances', account }),
          label: t('nav.instances'),
          current: tab === 'instances',
          icon: 'server',
        },
      ])}
      <div class="toolbar">
        <div class="field">
          <label for="state-filter">${t('instance.state')}</label>
          <select
            id="state-filter"
            @change=${(event: Event) => this.setSearch({ state: (event.target as HTMLSelectElement).value })}
          >
            <option value="" ?selected=${!this.search('state')}>${t('catalog.all')}</option>
            ${states.map((state) => html`<option value=${state} ?selected=${this.search('state') === state}>${tk('state', state)}</option>`)}
          </select>
        </div>
        ${account ? this.#of(account) : nothing}
      </div>
      ${tab === 'orders' ? this.#orders.first.show(() => this.#orderTable(), { rows: 6 }) : this.#instances.first.show(() => this.#instanceTable(), { rows: 6 })}`;
  }

  /** Whose things are shown: named by the rows themselves. */
  #of(account: string): unknown {
    const rows: { account?: AccountRef }[] =
      this.#tab === 'orders' ? this.#orders.items : this.#instances.items;
    const who = rows.find((row) => row.account?.id === account)?.account;
    return html`<p class="row">
      ${badge(t('services.of', { name: who?.name || who?.email || account }), 'info')}
      <button class="btn ghost sm" type="button" @click=${() => this.setSearch({ account: undefined })}>
        ${icon('x', 14)} ${t('services.of-all')}
      </button>
    </p>`;
  }

  #empty(): unknown {
    return html`<div class="card">
      ${emptyState({ icon: 'server', title: t('services.empty'), text: t('services.empty-text') })}
    </div>`;
  }

  #who({ account }: { account?: AccountRef }): unknown {
    return account
      ? html`<div>
          <a href="/admin/customers/${account.id}">${account.name || account.email || account.id}</a
          >${account.name && account.email ? html`<span class="cell-sub">${account.email}</span>` : nothing}
        </div>`
      : '–';
  }

  #orderTable(): unknown {
    if (!this.#orders.items.length) return this.#empty();
    return html`${table<Order>({
      caption: t('services.orders'),
      rows: this.#orders.items,
      key: (row) => row.id,
      columns: [
        {
          label: t('services.order'),
          cell: (row) =>
            html`<button class="btn ghost sm" type="button" @click=${() => this.#showOrder(row)}>
              <code>${row.id.slice(0, 4)}…${row.id.slice(-6)}</code>
            </button>`,
        },
        { label: t('customers.who'), cell: (row) => this.#who(row) },
        {
          label: t('instance.state'),
          cell: (row) =>
            html`<div>
              ${status(row.state)}${reasonText(row.reason) ? html`<span class="cell-sub">${reasonText(row.reason)}</span>` : nothing}
            </div>`,
        },
        { label: t('deploy.total'), cell: (row) => amount(row.total), align: 'end' },
        { label: t('entries.at'), cell: (row) => when(row.created_at ?? row.placed_at) },
      ],
    })}
    ${moreButton(this.#orders)}`;
  }

  #instanceTable(): unknown {
    if (!this.#instances.items.length) return this.#empty();
    return html`${table<Instance>({
      caption: t('nav.instances'),
      rows: this.#instances.items,
      key: (row) => row.id,
      columns: [
        {
          label: t('instance.name'),
          cell: (row) =>
            html`<div><strong>${row.name}</strong><span class="cell-sub">${planName(row.plan)}</span></div>`,
        },
        { label: t('customers.who'), cell: (row) => this.#who(row) },
        {
          label: t('instance.state'),
          cell: (row) =>
            html`<div>
              ${status(row.state)}${row.state !== 'running' && reasonText(row.reason) ? html`<span class="cell-sub">${reasonText(row.reason)}</span>` : nothing}
            </div>`,
        },
        { label: t('instance.since'), cell: (row) => since(row.since) },
        { label: t('instance.cost'), cell: (row) => costAndPrice(row), align: 'end' },
        { label: t('instance.id'), cell: (row) => html`<code class="small">${row.id}</code>` },
      ],
    })}
    ${moreButton(this.#instances)}`;
  }

  #showOrder(order: Order): void {
    void openDialog(
      t('services.order'),
      () =>
        html`${facts([
            [t('instance.id'), html`<code>${order.id}</code>`],
            [t('instance.state'), status(order.state)],
            [t('deploy.total'), amount(order.total)],
            [t('services.instance'), order.instance_id ? html`<code>${order.instance_id}</code>` : '–'],
            ...(reasonText(order.reason)
              ? ([[t('services.reason'), reasonText(order.reason)]] as [string, unknown][])
              : []),
          ])}
          <ol class="log">
            ${(order.steps ?? []).map(
              (step) =>
                html`<li class=${toneOf(step.state)}>
                  <span class="dot"></span> ${tk('step', step.name)}: ${tk('state', step.state)}
                  ${step.started_at && step.ended_at ? elapsed(Math.max(0, Date.parse(step.ended_at) - Date.parse(step.started_at))) : nothing}
                </li>`,
            )}
          </ol>`,
      { wide: true },
    );
  }
}

define('admin-services', Services);
