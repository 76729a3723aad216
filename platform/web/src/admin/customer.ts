import { html, nothing } from 'lit';
import { get, post, query } from '../api';
import { confirmAction, openDialog } from '../dialogs';
import { define, PageView, Pages, Resource } from '../element';
import { Form, checkField, field, selectField, submitButton, valuesOf } from '../forms';
import { assetOf, isCoin, parseAmount } from '../format';
import { t, tk } from '../i18n';
import { mayWrite } from '../session';
import type { Balance, Entry, Page } from '../types';
import {
  amount,
  badge,
  emptyState,
  facts,
  icon,
  pageHead,
  moreButton,
  since,
  status,
  table,
  toast,
  when,
} from '../ui';
import { accountState, type AccountRow } from './customers';

interface Detail extends AccountRow {
  totp_enabled?: boolean;
  last_login_ip?: string | null;
}

const roles = ['customer', 'node_operator', 'support', 'viewer', 'admin', 'super_admin'];

class Customer extends PageView {
  readonly #account = new Resource(this, (signal) =>
    get<Detail>(`/admin/accounts/${encodeURIComponent(this.param('id'))}`, signal),
  );
  readonly #balances = new Resource(
    this,
    async (signal) => (await get<{ balances: Balance[] }>(`${this.#path}/wallet`, signal)).balances,
  );
  readonly #entries = new Pages<Entry>(this, (cursor, signal) =>
    get<Page<Entry>>(query(`${this.#path}/entries`, { cursor, limit: 25 }), signal),
  );

  get #path(): string {
    return `/admin/accounts/${encodeURIComponent(this.param('id'))}`;
  }

  override render(): unknown {
    return this.#account.show((account) => this.#page(account), { rows: 8 });
  }

  #page(account: Detail): unknown {
    const disabled = accountState(account) === 'disabled';
    return html`${pageHead({
        back: { href: '/admin/customers', label: t('nav.customers') },
        title: account.name || account.email,
        lead: html`<span class="row"
          >${status(accountState(account))} <span class="small">· ${account.email}</span></span
        >`,
        actions: html`<a
            class="btn"
            href=${query('/admin/services', { tab: 'instances', account: account.id })}
            >${icon('server')} ${t('services.see')}</a
          >${
            mayWrite()
              ? html`<button class="btn primary" type="button" @click=${() => void this.#adjust(account)}>
                    ${icon('coins')} ${t('adjust.title')}
                  </button>
                  <button class="btn" type="button" @click=${() => void this.#roles(account)}>
                    ${icon('shield')} ${t('roles.edit')}
                  </button>
                  <button
                    class="btn ${disabled ? '' : 'danger-quiet'}"
                    type="button"
                    @click=${() => void this.#toggle(account, disabled)}
                  >
                    ${disabled ? t('customers.enable') : t('customers.disable')}
                  </button>`
              : nothing
          }`,
      })}
      <section class="card card-body" aria-labelledby="profile">
        <h2 id="profile">${t('customers.profile')}</h2>
        ${facts([
          [
            t('customers.roles'),
            html`<span class="row">${account.roles.map((role) => badge(tk('role', role)))}</span>`,
          ],
          [t('totp.title'), account.totp_enabled ? badge(t('totp.on'), 'ok') : badge(t('totp.off'))],
          [t('customers.since'), when(account.created_at)],
          [t('customers.seen'), since(account.last_login_at)],
          [t('instance.id'), html`<code>${account.id}</code>`],
        ])}
      </section>
      <section class="stack" aria-labelledby="balances">
        <h2 id="balances">${t('customers.balances')}</h2>
        ${this.#balances.show((balances) =>
          balances.length
            ? html`<div class="tiles">
                ${balances.map(
                  (balance) =>
                    html`<div class="card tile">
                      <span class="tile-label"
                        >${icon(isCoin(balance.asset) ? 'coins' : 'wallet')} ${balance.asset} ·
                        ${tk('bucket', balance.bucket)}</span
                      >
                      <span class="tile-value"
                        >${amount({ amount_minor: balance.available_minor, asset: balance.asset })}</span
                      >
                      <span class="small muted"
                        >${t('wallet.reserved')}
                        ${amount({ amount_minor: balance.held_minor, asset: balance.asset })}</span
                      >
                    </div>`,
                )}
              </div>`
            : html`<p class="muted">${t('customers.no-balance')}</p>`,
        )}
      </section>
      ${
        this.#balances.settled
          ? html`<section class="stack" aria-labelledby="ledger">
              <h2 id="ledger">${t('entries.title')}</h2>
              ${this.#entries.first.show(() => this.#ledger())}
            </section>`
          : nothing
      }`;
  }

  #ledger(): unknown {
    if (!this.#entries.items.length) {
      return html`<div class="card">
        ${emptyState({ icon: 'file-text', title: t('entries.empty'), text: t('entries.empty-text') })}
      </div>`;
    }
    return html`${table<Entry>({
      caption: t('entries.title'),
      rows: this.#entries.items,
      key: (row) => row.id,
      columns: [
        {
          label: t('entries.what'),
          cell: (row) =>
            html`<div>
              <strong>${tk('entry', row.kind)}</strong
              >${row.reason ? html`<span class="cell-sub">${row.reason}</span>` : nothing}
            </div>`,
        },
        { label: t('entries.at'), cell: (row) => when(row.at) },
        {
          label: t('entries.for'),
          cell: (row) =>
            row.explains
              ? html`${tk('explains', row.explains.type)}
                  <code class="small">${row.explains.id.slice(-8)}</code>`
              : '–',
        },
        { label: t('wallet.bucket'), cell: (row) => badge(tk('bucket', row.bucket ?? row.asset)) },
        { label: t('entries.amount'), cell: (row) => amount(row, { sign: true }), align: 'end' },
        {
          label: t('entries.balance'),
          cell: (row) => amount({ amount_minor: row.balance_minor, asset: row.asset }),
          align: 'end',
        },
      ],
    })}
    ${moreButton(this.#entries)}`;
  }

  async #adjust(account: Detail): Promise<void> {
    let form: Form | undefined;
    const values = { asset: 'COIN', op: 'add', amount: '', reason: '', bucket: 'promo' };
    const done = await openDialog<boolean>(
      t('adjust.title-for', { name: account.name || account.email }),
      (part) => {
        form ??= new Form(part);
        const own = form;
        const assets = [
          ...new Set(['COIN', 'USD', ...(this.#balances.value ?? []).map((balance) => balance.asset)]),
        ];
        return html`<form
          novalidate
          @submit=${async (event: Event) => {
            const { scale } = assetOf(values.asset);
            const minor = parseAmount(values.amount, scale);
            const ok = await own.submit(event, async (intent) => {
              if (minor === undefined || minor < 0) {
                own.setError('/amount_minor', t('adjust.bad-amount'));
                return false;
              }
              await post(
                `/admin/accounts/${encodeURIComponent(account.id)}/adjustments`,
                {
                  asset: values.asset,
                  ...(isCoin(values.asset) ? { bucket: values.bucket } : {}),
                  op: values.op,
                  amount_minor: minor,
                  reason: values.reason.trim(),
                },
                intent,
              );
              return true;
            });
            if (ok) part.close(true);
          }}
        >
          <div class="cols">
            ${selectField(own, {
              pointer: '/op',
              label: t('adjust.op'),
              value: values.op,
              choices: ['add', 'sub', 'set'].map((op) => ({ value: op, label: tk('adjust.op', op) })),
              onInput: (value) => (values.op = value),
            })}
            ${selectField(own, {
              pointer: '/asset',
              label: t('adjust.asset'),
              value: values.asset,
              choices: assets.map((asset) => ({ value: asset, label: asset })),
              onInput: (value) => {
                values.asset = value;
                part.update();
              },
            })}
          </div>
          ${
            isCoin(values.asset)
              ? selectField(own, {
                  pointer: '/bucket',
                  label: t('wallet.bucket'),
                  value: values.bucket,
                  choices: ['promo', 'paid', 'earned'].map((bucket) => ({
                    value: bucket,
                    label: tk('bucket', bucket),
                  })),
                  onInput: (value) => (values.bucket = value),
                })
              : nothing
          }
          ${field(own, {
            pointer: '/amount_minor',
            label: t('entries.amount'),
            value: values.amount,
            required: true,
            inputmode: 'decimal',
            suffix: values.asset,
            onInput: (value) => (values.amount = value),
          })}
          ${field(own, {
            pointer: '/reason',
            label: t('adjust.reason'),
            hint: t('adjust.reason-hint'),
            value: values.reason,
            required: true,
            maxlength: 200,
            onInput: (value) => (values.reason = value),
          })}
          ${own.summary()}
          <div class="dialog-actions">
            <button class="btn" type="button" @click=${() => part.close()}>${t('action.cancel')}</button>
            ${submitButton(own, t('adjust.submit'))}
          </div>
        </form>`;
      },
    );
    if (!done) return;
    toast(t('adjust.done'));
    await Promise.all([this.#balances.reload(), this.#entries.reload()]);
  }

  async #roles(account: Detail): Promise<void> {
    let form: Form | undefined;
    const done = await openDialog<boolean>(t('roles.edit'), (part) => {
      form ??= new Form(part);
      const own = form;
      return html`<form
        novalidate
        @submit=${async (event: Event) => {
          const values = valuesOf(event);
          const chosen = roles.filter((role) => values[`roles.${role}`] === 'on');
          const ok = await own.submit(event, async (intent) => {
            await post(`/admin/accounts/${encodeURIComponent(account.id)}/roles`, { roles: chosen }, intent);
            return true;
          });
          if (ok) part.close(true);
        }}
      >
        <fieldset class="fields" data-pointer="/roles">
          <legend class="sr">${t('customers.roles')}</legend>
          ${[...new Set([...roles, ...account.roles])].map((role) =>
            checkField(own, {
              pointer: `/roles/${role}`,
              label: tk('role', role),
              checked: account.roles.includes(role),
            }),
          )}
        </fieldset>
        ${own.summary()}
        <div class="dialog-actions">
          <button class="btn" type="button" @click=${() => part.close()}>${t('action.cancel')}</button>
          ${submitButton(own, t('action.save'))}
        </div>
      </form>`;
    });
    if (!done) return;
    toast(t('action.saved'));
    await this.#account.reload();
  }

  async #toggle(account: Detail, disabled: boolean): Promise<void> {
    const done = await confirmAction({
      title: disabled
        ? t('customers.enable-title', { name: account.name })
        : t('customers.disable-title', { name: account.name }),
      body: html`<p>${disabled ? t('customers.enable-text') : t('customers.disable-text')}</p>`,
      action: disabled ? t('customers.enable') : t('customers.disable'),
      danger: !disabled,
      run: async (intent) => {
        await post(
          `/admin/accounts/${encodeURIComponent(account.id)}/actions/${disabled ? 'enable' : 'disable'}`,
          {},
          intent,
        );
        return true;
      },
    });
    if (done) await this.#account.reload();
  }
}

define('admin-customer', Customer);
