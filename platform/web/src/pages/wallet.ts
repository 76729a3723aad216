import { html, nothing } from 'lit';
import { get, post, query } from '../api';
import { Watch } from '../cell';
import { define, PageView, Pages, Resource } from '../element';
import { Form, field, submitButton, valuesOf } from '../forms';
import { isCoin, money } from '../format';
import { t, tk } from '../i18n';
import { onLive } from '../live';
import { balances, loadBalances } from '../session';
import type { Balance, Entry, Instance, Page } from '../types';
import { amount, badge, emptyState, icon, moreButton, pageHead, table, tabs, toast, when } from '../ui';

interface Redeemed {
  amount_minor?: number;
  asset?: string;
  bucket?: string;
}

class Wallet extends PageView {
  readonly #balances = new Resource(this, async (signal) => {
    const answer = await get<{ balances: Balance[] } | Page<Balance>>('/wallet', signal);
    const found = 'balances' in answer ? answer.balances : answer.items;
    balances.value = found;
    return found;
  });
  readonly #entries = new Pages<Entry>(this, (cursor, signal) =>
    get<Page<Entry>>(
      query('/wallet/entries', { cursor, limit: 25, asset: this.search('asset') || undefined }),
      signal,
    ),
  );
  readonly #instances = new Resource(this, (signal) => get<Page<Instance>>('/instances?limit=100', signal));
  readonly #gift = new Form(this);
  #code = '';
  #asset = '';
  #stop: () => void = () => undefined;

  constructor() {
    super();
    new Watch(this, balances as never);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#asset = this.search('asset');
    this.#stop = onLive((event) => {
      if (event.event === 'wallet') void this.#refresh();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop();
  }

  override placed(): void {
    if (this.search('asset') !== this.#asset) {
      this.#asset = this.search('asset');
      void this.#entries.reload();
    }
    this.requestUpdate();
  }

  async #refresh(): Promise<void> {
    await Promise.all([this.#balances.reload(), this.#entries.reload()]);
  }

  override render(): unknown {
    return html`${pageHead({
        title: t('nav.wallet'),
        lead: t('wallet.lead'),
        actions: html`<a class="btn" href="/invoices">${icon('file-text')} ${t('invoices.title')}</a>`,
      })}
      <div class="page-body">
        ${this.#balances.show((all) => this.#cards(all), { rows: 2 })}
        ${this.#balances.settled ? this.#ledger() : nothing}
      </div>`;
  }

  #cards(all: Balance[]): unknown {
    const coin = all.filter((balance) => isCoin(balance.asset));
    const cash = all.filter((balance) => !isCoin(balance.asset));
    return html`<div class="cols">
      ${this.#card('coins', coin)} ${this.#card('money', cash)}
      <section class="card card-body" aria-labelledby="gift-title">
        <h2 id="gift-title">${icon('gift')} ${t('gift.title')}</h2>
        <form class="form" novalidate @submit=${this.#redeem}>
          ${field(this.#gift, {
            pointer: '/code',
            label: t('gift.code'),
            value: this.#code,
            required: true,
            maxlength: 64,
            onInput: (value) => (this.#code = value),
          })}
          ${this.#gift.summary()}
          <div>${submitButton(this.#gift, t('gift.redeem'), { kind: '' })}</div>
        </form>
      </section>
    </div>`;
  }

  /** Money and coins are two things: two cards, never a sum. */
  #card(kind: 'coins' | 'money', own: Balance[]): unknown {
    const assets = [...new Set(own.map((balance) => balance.asset))];
    return html`<section class="card card-body" aria-labelledby="wallet-${kind}" data-testid="wallet-${kind}">
      <h2 id="wallet-${kind}">${icon(kind === 'coins' ? 'coins' : 'wallet')} ${t(`wallet.${kind}`)}</h2>
      ${
        assets.length
          ? assets.map((asset) => {
              const mine = own.filter((balance) => balance.asset === asset);
              const available = mine.reduce((sum, each) => sum + each.available_minor, 0);
              const held = mine.reduce((sum, each) => sum + each.held_minor, 0);
              return html`<div>
                  <p class="balance-value" data-testid="available-${asset}">
                    ${amount({ amount_minor: available, asset })}
                  </p>
                  <p class="small muted">${t('wallet.available')}</p>
                </div>
                <dl class="cost-lines small">
                  <div>
                    <dt>${t('wallet.reserved')}</dt>
                    <dd>${amount({ amount_minor: held, asset })}</dd>
                  </div>
                  ${
                    mine.length > 1 || (mine[0] && mine[0].bucket !== 'main')
                      ? mine.map(
                          (balance) =>
                            html`<div>
                              <dt>${tk('bucket', balance.bucket)}</dt>
                              <dd>${amount({ amount_minor: balance.available_minor, asset })}</dd>
                            </div>`,
                        )
                      : nothing
                  }
                </dl>`;
            })
          : html`<p class="balance-value">
                ${kind === 'coins' ? amount({ amount_minor: 0, asset: 'COIN' }) : '–'}
              </p>
              <p class="small muted">${kind === 'coins' ? t('wallet.no-coins') : t('wallet.no-money')}</p>`
      }
      <p class="small muted">${kind === 'coins' ? t('wallet.coins-text') : t('wallet.money-text')}</p>
      ${
        kind === 'money'
          ? html`<div class="row">
              <a class="btn" href="/wallet/top-up">${icon('plus')} ${t('topup.title')}</a>
              <a class="btn" href="/wallet/methods">${t('methods.title')}</a>
            </div>`
          : nothing
      }
    </section>`;
  }

  #ledger(): unknown {
    const asset = this.search('asset');
    const instance = this.search('instance');
    const assets = [...new Set((balances.value ?? []).map((balance) => balance.asset))];
    return html`<section class="stack" aria-labelledby="entries-title">
      <div class="row between">
        <h2 id="entries-title">${t('entries.title')}</h2>
        <a
          class="btn sm"
          data-leave
          href=${query('/api/v1/wallet/entries', { asset, format: 'csv' })}
          download="minga-entries.csv"
        >
          ${icon('download', 14)} CSV
        </a>
      </div>
      ${
        assets.length > 1
          ? tabs(t('entries.filter'), [
              { href: '/wallet', label: t('catalog.all'), current: !asset },
              ...assets.map((each) => ({
                href: `/wallet?asset=${each}`,
                label: isCoin(each) ? t('wallet.coins') : each,
                current: asset === each,
              })),
            ])
          : nothing
      }
      ${this.#entries.first.show(
        () => {
          const rows = this.#entries.items.filter((entry) => !instance || entry.explains?.id === instance);
          if (!rows.length) {
            return html`<div class="card">
              ${emptyState({ icon: 'file-text', title: t('entries.empty'), text: t('entries.empty-text') })}
            </div>`;
          }
          return html`${table<Entry>({
            caption: t('entries.title'),
            rows,
            key: (row) => row.id,
            columns: [
              {
                label: t('entries.what'),
                cell: (row) =>
                  html`<strong>${tk('entry', row.kind)}</strong
                    >${row.reason ? html`<span class="cell-sub">${row.reason}</span>` : nothing}`,
              },
              { label: t('entries.at'), cell: (row) => when(row.at) },
              { label: t('entries.for'), cell: (row) => this.#explains(row) },
              {
                label: t('wallet.bucket'),
                cell: (row) => (row.bucket ? badge(tk('bucket', row.bucket)) : badge(row.asset)),
              },
              {
                label: t('entries.amount'),
                cell: (row) => html`<strong>${amount(row, { sign: true })}</strong>`,
                align: 'end',
              },
              {
                label: t('entries.balance'),
                cell: (row) => money({ amount_minor: row.balance_minor, asset: row.asset }),
                align: 'end',
              },
            ],
          })}
          ${moreButton(this.#entries)}`;
        },
        { rows: 5 },
      )}
    </section>`;
  }

  #explains(entry: Entry): unknown {
    const about = entry.explains;
    if (!about) return '–';
    const instance = this.#instances.value?.items.find(
      (each) => each.id === about.id || each.order_id === about.id,
    );
    if (about.type === 'instance' || instance) {
      const id = instance?.id ?? about.id;
      return html`<a href="/instances/${id}">${instance?.name ?? id}</a>`;
    }
    return html`<span title=${about.id}>${tk('explains', about.type)}</span>
      <code class="small">${about.id.slice(-8)}</code>`;
  }

  readonly #redeem = async (event: Event): Promise<void> => {
    const values = valuesOf(event);
    const answer = await this.#gift.submit(event, (intent) =>
      post<Redeemed | undefined>('/gift-codes/redeem', { code: (values['code'] ?? '').trim() }, intent).then(
        (got) => got ?? {},
      ),
    );
    if (!answer) return;
    this.#code = '';
    const { amount_minor, asset } = answer;
    toast(
      amount_minor !== undefined
        ? t('gift.done-amount', { amount: money({ amount_minor, asset: asset ?? 'COIN' }) })
        : t('gift.done'),
    );
    await this.#refresh();
    await loadBalances();
  };
}

define('page-wallet', Wallet);
