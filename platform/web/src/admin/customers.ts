import { html, nothing } from 'lit';
import { get, query } from '../api';
import { define, PageView, Pages } from '../element';
import { t, tk } from '../i18n';
import type { Page } from '../types';
import { badge, emptyState, icon, moreButton, pageHead, since, status, table, tabs, when } from '../ui';

export interface AccountRow {
  id: string;
  email: string;
  name: string;
  roles: string[];
  state?: string;
  disabled?: boolean;
  created_at?: string;
  last_login_at?: string | null;
}

export function accountState(account: { state?: string; disabled?: boolean }): string {
  return account.state ?? (account.disabled ? 'disabled' : 'active');
}

export function customerTabs(current: 'customers' | 'gift-codes'): unknown {
  return tabs(t('nav.customers'), [
    { href: '/admin/customers', label: t('nav.customers'), current: current === 'customers', icon: 'users' },
    { href: '/admin/gift-codes', label: t('gift.codes'), current: current === 'gift-codes', icon: 'gift' },
  ]);
}

const TYPING_MS = 250;

class Customers extends PageView {
  readonly #list = new Pages<AccountRow>(this, (cursor, signal) =>
    get<Page<AccountRow>>(query('/admin/accounts', { q: this.search('q'), cursor, limit: 50 }), signal),
  );
  #timer: ReturnType<typeof setTimeout> | undefined;

  override placed(): void {
    void this.#list.reload();
    this.requestUpdate();
  }

  override render(): unknown {
    return html`${pageHead({ title: t('nav.customers'), lead: t('customers.lead') })}
      ${customerTabs('customers')}
      <form class="toolbar" role="search" @submit=${(event: Event) => event.preventDefault()}>
        <div class="field">
          <label for="customer-q">${t('customers.search')}</label>
          <input
            id="customer-q"
            type="search"
            .value=${this.search('q')}
            @input=${(event: Event) => {
              const q = (event.target as HTMLInputElement).value;
              clearTimeout(this.#timer);
              this.#timer = setTimeout(() => this.setSearch({ q }), TYPING_MS);
            }}
          />
        </div>
      </form>
      ${this.#list.first.show(
        () =>
          this.#list.items.length
            ? html`${table<AccountRow>({
                caption: t('nav.customers'),
                rows: this.#list.items,
                key: (row) => row.id,
                columns: [
                  {
                    label: t('customers.who'),
                    cell: (row) =>
                      html`<div>
                        <a class="cell-main" href="/admin/customers/${row.id}">${row.name || row.email}</a
                        ><span class="cell-sub">${row.email}</span>
                      </div>`,
                  },
                  {
                    label: t('customers.roles'),
                    cell: (row) =>
                      html`<span class="row">${row.roles.map((role) => badge(tk('role', role)))}</span>`,
                  },
                  { label: t('instance.state'), cell: (row) => status(accountState(row)) },
                  { label: t('customers.seen'), cell: (row) => since(row.last_login_at) },
                  { label: t('customers.since'), cell: (row) => when(row.created_at) },
                ],
              })}
              ${moreButton(this.#list)}`
            : html`<div class="card">
                ${emptyState({
                  icon: 'users',
                  title: this.search('q') ? t('customers.none') : t('customers.empty'),
                  text: this.search('q') ? t('customers.none-text') : t('customers.empty-text'),
                  action: this.search('q')
                    ? html`<button class="btn" type="button" @click=${() => this.setSearch({ q: undefined })}>
                        ${icon('x')} ${t('customers.clear')}
                      </button>`
                    : nothing,
                })}
              </div>`,
        { rows: 6 },
      )}`;
  }
}

define('admin-customers', Customers);
