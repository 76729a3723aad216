import { html, nothing } from 'lit';
import { get } from '../api';
import { Watch } from '../cell';
import { addedIcon, additions, countOf, wantAdditions } from '../contributions';
import { define, PageView, Resource } from '../element';
import { isCoin, number } from '../format';
import { isBusy, planName } from '../instance-parts';
import { t } from '../i18n';
import { onLive } from '../live';
import { planCard } from '../plan-card';
import { balances, me, totalOf } from '../session';
import type { Instance, Page, Product } from '../types';
import { amount, icon, pageHead, reasonText, since, status } from '../ui';

class Home extends PageView {
  readonly #instances = new Resource(this, (signal) => get<Page<Instance>>('/instances?limit=50', signal));
  readonly #products = new Resource(this, (signal) => get<Page<Product>>('/products', signal));
  #stop: () => void = () => undefined;

  constructor() {
    super();
    new Watch(this, balances as never, additions as never);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = onLive((event) => {
      if (event.event === 'state') void this.#instances.reload();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop();
  }

  override render(): unknown {
    wantAdditions();
    const name = me.value?.name.split(' ')[0] ?? '';
    return html`${pageHead({
        title: name ? t('home.title', { name }) : t('nav.home'),
        actions: html`<a class="btn primary" href="/deploy">${icon('rocket')} ${t('home.deploy')}</a>`,
      })}
      <div class="tiles">${this.#tiles()}</div>
      <section class="stack" aria-labelledby="home-machines">
        <h2 id="home-machines">${t('home.machines')}</h2>
        ${this.#instances.show((page) => (page.items.length ? this.#list(page.items) : this.#first()), { rows: 3 })}
      </section>`;
  }

  #tiles(): unknown {
    const list = this.#instances.value?.items;
    const running = list?.filter((each) => each.state === 'running').length;
    const busy = list?.filter((each) => isBusy(each.state)).length ?? 0;
    const own = balances.value ?? [];
    const assets = [...new Set(['COIN', ...own.map((balance) => balance.asset)])];
    return html`<a class="card tile" href="/instances">
        <span class="tile-label">${icon('server')} ${t('home.running')}</span>
        <span class="tile-value">${running ?? '–'}</span>
        <span class="small muted">${busy ? t('home.busy', { count: busy }) : t('home.all-quiet')}</span>
      </a>
      ${assets.map((asset) => {
        const total = totalOf(own, asset);
        return html`<a class="card tile" href="/wallet?asset=${asset}">
          <span class="tile-label"
            >${icon(isCoin(asset) ? 'coins' : 'wallet')}
            ${isCoin(asset) ? t('wallet.coins') : t('wallet.money')}</span
          >
          <span class="tile-value"
            >${balances.value ? amount({ amount_minor: total.available, asset }) : '–'}</span
          >
          <span class="small muted"
            >${total.held ? html`${t('wallet.reserved')} ${amount({ amount_minor: total.held, asset })}` : t('wallet.nothing-reserved')}</span
          >
        </a>`;
      })}
      ${list ? this.#addedTiles(list) : nothing}`;
  }

  /** Numbers of plugins; one that counts nothing is not shown. */
  #addedTiles(list: readonly Instance[]): unknown {
    return additions.value.flatMap((addition) =>
      addition.tiles
        .map((tile) => ({ tile, count: countOf(addition, tile, list) }))
        .filter(({ count }) => count > 0)
        .map(
          ({ tile, count }) =>
            html`<a class="card tile" href="/instances">
              <span class="tile-label">${addedIcon(tile.icon ?? addition.icon ?? 'plug')} ${tile.label}</span>
              <span class="tile-value">${number(count)}</span>
              <span class="small muted">${addition.title}</span>
            </a>`,
        ),
    );
  }

  #list(items: Instance[]): unknown {
    return html`<div class="card">
      <ul>
        ${items.slice(0, 6).map(
          (instance) =>
            html`<li class="card-head">
              <div class="grow">
                <a class="cell-main" href="/instances/${instance.id}">${instance.name}</a>
                <span class="cell-sub">${planName(instance.plan)} · ${since(instance.since)}</span>
              </div>
              <div>
                ${status(instance.state)}
                ${
                  instance.state !== 'running' && reasonText(instance.reason)
                    ? html`<span class="cell-sub">${reasonText(instance.reason)}</span>`
                    : nothing
                }
              </div>
            </li>`,
        )}
      </ul>
      <p class="pad"><a href="/instances">${t('home.see-all')}</a></p>
    </div>`;
  }

  /** Nothing there yet: the shortest way to a first machine. */
  #first(): unknown {
    return html`<p class="muted">${t('home.empty')}</p>
      ${this.#products.show(
        (page) =>
          html`<div class="plans">
            ${page.items.flatMap((product) => product.plans.map((plan) => planCard(product, plan))).slice(0, 3)}
          </div>`,
        { rows: 4 },
      )}`;
  }
}

define('page-home', Home);
