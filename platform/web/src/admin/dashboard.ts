import { html, nothing } from 'lit';
import { get } from '../api';
import { define, PageView, Resource } from '../element';
import { isCoin, number, type Money } from '../format';
import type { IconName } from '../icon-names';
import { t } from '../i18n';
import { amount, badge, icon, notice, pageHead } from '../ui';

interface Overview {
  accounts: number;
  running_instances: number;
  orders_today: number;
  failed_orders: number;
  jobs_dead: number;
  books_balanced: boolean;
  revenue: Money[];
}

class Dashboard extends PageView {
  readonly #overview = new Resource(this, (signal) => get<Overview>('/admin/overview', signal));

  override render(): unknown {
    return html`${pageHead({
      title: t('nav.dashboard'),
      lead: t('dashboard.lead'),
      actions: html`<button class="btn" type="button" @click=${() => void this.#overview.reload()}>
        ${icon('refresh-cw')} ${t('action.refresh')}
      </button>`,
    })}
    ${this.#overview.show((overview) => this.#tiles(overview), { rows: 4 })}`;
  }

  #tiles(overview: Overview): unknown {
    return html`${
        overview.books_balanced
          ? nothing
          : notice(
              'bad',
              t('dashboard.unbalanced'),
              t('dashboard.unbalanced-text'),
              html`<a class="btn sm" href="/admin/books">${t('nav.books')}</a>`,
            )
      }
      <div class="tiles">
        ${this.#tile('/admin/services?tab=instances', 'server', t('dashboard.running'), number(overview.running_instances))}
        ${this.#tile('/admin/services', 'rocket', t('dashboard.orders'), number(overview.orders_today))}
        ${this.#tile('/admin/customers', 'users', t('nav.customers'), number(overview.accounts))}
        ${overview.revenue.map((revenue) =>
          this.#tile(
            '/admin/books',
            isCoin(revenue.asset) ? 'coins' : 'wallet',
            isCoin(revenue.asset)
              ? t('dashboard.revenue-coins')
              : t('dashboard.revenue', { asset: revenue.asset }),
            amount(revenue),
          ),
        )}
        ${this.#tile(
          '/admin/services?state=failed',
          'triangle-alert',
          t('dashboard.failed'),
          number(overview.failed_orders),
          overview.failed_orders ? badge(t('dashboard.look'), 'warn') : badge(t('dashboard.fine'), 'ok'),
        )}
        ${this.#tile(
          '/admin/jobs?state=dead',
          'activity',
          t('dashboard.dead'),
          number(overview.jobs_dead),
          overview.jobs_dead ? badge(t('dashboard.look'), 'warn') : badge(t('dashboard.fine'), 'ok'),
        )}
        ${this.#tile(
          '/admin/books',
          'scale',
          t('nav.books'),
          overview.books_balanced ? t('books.balanced') : t('books.unbalanced'),
          overview.books_balanced ? badge(t('dashboard.fine'), 'ok') : badge(t('dashboard.look'), 'bad'),
        )}
      </div>`;
  }

  #tile(href: string, name: IconName, label: string, value: unknown, note: unknown = nothing): unknown {
    return html`<a class="card tile" href=${href}>
      <span class="tile-label">${icon(name)} ${label}</span>
      <span class="tile-value">${value}</span>
      ${note === nothing ? nothing : html`<span>${note}</span>`}
    </a>`;
  }
}

define('admin-dashboard', Dashboard);
