import { html, nothing } from 'lit';
import { get, query } from '../api';
import { Watch } from '../cell';
import { define, PageView, Pages } from '../element';
import { addedColumns, additions, offeringIcon, offeringOf, valueOf, wantAdditions } from '../contributions';
import { act, actionIcons, actionsOf, costAndPrice, openEndpoint, planName } from '../instance-parts';
import { t, tk, type Key } from '../i18n';
import { onLive } from '../live';
import type { Instance, Page } from '../types';
import { emptyState, icon, moreButton, pageHead, reasonText, since, status, table } from '../ui';

class Instances extends PageView {
  readonly #list = new Pages<Instance>(this, (cursor, signal) =>
    get<Page<Instance>>(query('/instances', { cursor, limit: 50 }), signal),
  );
  #filter = '';
  #stop: () => void = () => undefined;

  constructor() {
    super();
    new Watch(this, additions as never);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = onLive((event) => {
      if (event.event === 'state' || event.event === 'instance') void this.#list.reload();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop();
  }

  override render(): unknown {
    wantAdditions();
    return html`${pageHead({
        title: t('nav.instances'),
        lead: t('instances.lead'),
        actions: html`<a class="btn primary" href="/deploy">${icon('rocket')} ${t('home.deploy')}</a>`,
      })}
      <div class="page-body">${this.#list.first.show(() => this.#table(), { rows: 5 })}</div>`;
  }

  #table(): unknown {
    if (!this.#list.items.length) {
      return html`<div class="card">
        ${emptyState({
          icon: 'server',
          title: t('instances.empty'),
          text: t('instances.empty-text'),
          action: html`<a class="btn primary" href="/deploy">${t('home.deploy')}</a>`,
        })}
      </div>`;
    }
    const word = this.#filter.toLowerCase();
    const rows = this.#list.items.filter(
      (each) =>
        !word ||
        `${each.name} ${planName(each.plan)} ${tk('state', each.state)}`.toLowerCase().includes(word),
    );
    return html`${
      this.#list.items.length > 5
        ? html`<div class="toolbar">
            <div class="field">
              <label for="filter">${t('table.filter')}</label>
              <input
                id="filter"
                type="search"
                .value=${this.#filter}
                @input=${(event: Event) => {
                  this.#filter = (event.target as HTMLInputElement).value;
                  this.requestUpdate();
                }}
              />
            </div>
            <p class="small muted" role="status">${t('table.shown', { count: rows.length })}</p>
          </div>`
        : nothing
    }
    ${table<Instance>({
      caption: t('nav.instances'),
      rows,
      key: (row) => row.id,
      columns: [
        {
          label: t('instance.name'),
          cell: (row) =>
            html`<a class="cell-main" href="/instances/${row.id}">${row.name}</a
              ><span class="cell-sub">${offeringIcon(offeringOf(row), 14)} ${planName(row.plan)}</span>`,
        },
        ...addedColumns('instances', this.#list.items).map(({ addition, column }) => ({
          label: column.label,
          cell: (row: Instance) => valueOf(addition, column, row) || '–',
        })),
        {
          label: t('instance.state'),
          cell: (row) =>
            html`<div>
              ${status(row.state)}
              ${row.state !== 'running' && reasonText(row.reason) ? html`<span class="cell-sub">${reasonText(row.reason)}</span>` : nothing}
            </div>`,
        },
        { label: t('instance.since'), cell: (row) => since(row.since) },
        { label: t('instance.cost'), cell: (row) => costAndPrice(row), align: 'end' },
        { label: '', cell: (row) => this.#buttons(row), align: 'end' },
      ],
    })}
    ${moreButton(this.#list)}`;
  }

  #buttons(row: Instance): unknown {
    const web =
      row.state === 'running'
        ? row.endpoints?.find((each) => each.kind === 'http' || each.kind === 'https')
        : undefined;
    const possible = actionsOf(row).filter((action) => action === 'start' || action === 'stop');
    return html`<div class="row">
      ${
        web
          ? html`<button
              class="btn sm"
              type="button"
              aria-label=${t('instance.open-what', { name: row.name })}
              @click=${() => void openEndpoint(row, web)}
            >
              ${icon('external-link', 14)} ${t('action.open')}
            </button>`
          : nothing
      }
      ${possible.map(
        (action) =>
          html`<button
            class="btn sm"
            type="button"
            aria-label=${`${t(`action.${action}` as Key)} ${row.name}`}
            @click=${async () => {
              if (await act(row, action)) await this.#list.reload();
            }}
          >
            ${icon(actionIcons[action] ?? 'ellipsis', 14)} ${t(`action.${action}` as Key)}
          </button>`,
      )}
    </div>`;
  }
}

define('page-instances', Instances);
