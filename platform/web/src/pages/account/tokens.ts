import { html } from 'lit';
import { get, post, remove } from '../../api';
import { confirmAction, showSecrets } from '../../dialogs';
import { define, Resource, View } from '../../element';
import { checkField, field, Form, selectField, submitButton, valuesOf } from '../../forms';
import { t, tk } from '../../i18n';
import { isStaff } from '../../session';
import type { Page } from '../../types';
import { badge, emptyState, since, table, when } from '../../ui';

interface Token {
  id: string;
  name: string;
  hint: string;
  scopes: string[];
  expires_at?: string | null;
  last_used_at?: string | null;
  created_at: string;
}

const DAY_MS = 86_400_000;

/** What programs sign in with. */
class AccountTokens extends View {
  readonly #tokens = new Resource(this, (signal) => get<Page<Token>>('/tokens', signal));
  readonly #form = new Form(this);

  /** What a token may be allowed; administration only for those who have it themselves. */
  #scopes(): string[] {
    return ['read', 'orders', 'instances', 'wallet', 'ssh-keys', 'events', ...(isStaff() ? ['admin'] : [])];
  }

  override render(): unknown {
    return html`<p class="muted">${t('token.text')}</p>
      ${this.#tokens.show(
        (page) =>
          page.items.length
            ? table<Token>({
                caption: t('account.tokens'),
                rows: page.items,
                key: (row) => row.id,
                columns: [
                  {
                    label: t('token.name'),
                    cell: (row) =>
                      html`<strong>${row.name}</strong
                        ><span class="cell-sub"><code>${row.hint}…</code></span>`,
                  },
                  { label: t('token.scopes'), cell: (row) => row.scopes.map((scope) => badge(scope)) },
                  {
                    label: t('token.used'),
                    cell: (row) => (row.last_used_at ? since(row.last_used_at) : t('token.never')),
                  },
                  {
                    label: t('token.expires'),
                    cell: (row) => (row.expires_at ? when(row.expires_at) : t('token.no-end')),
                  },
                  {
                    label: '',
                    align: 'end',
                    cell: (row) =>
                      html`<button
                        class="btn sm"
                        type="button"
                        aria-label=${`${t('token.revoke')} ${row.name}`}
                        @click=${() => void this.#drop(row)}
                      >
                        ${t('token.revoke')}
                      </button>`,
                  },
                ],
              })
            : html`<div class="card">
                ${emptyState({ icon: 'terminal', title: t('token.empty'), text: t('token.empty-text') })}
              </div>`,
        { rows: 2 },
      )}
      <section class="card card-body" aria-labelledby="token-add">
        <h2 id="token-add">${t('token.add')}</h2>
        <form class="form" novalidate @submit=${this.#add}>
          ${field(this.#form, { pointer: '/name', label: t('token.name'), required: true, maxlength: 60 })}
          <fieldset class="fields" data-pointer="/scopes">
            <legend>${t('token.scopes')}</legend>
            ${this.#scopes().map((scope, index) =>
              checkField(this.#form, {
                pointer: `/scopes/${scope}`,
                label: tk('scope', scope),
                checked: index === 0,
              }),
            )}
          </fieldset>
          ${selectField(this.#form, {
            pointer: '/expires_at',
            label: t('token.life'),
            value: '90',
            choices: [
              { value: '30', label: t('token.days', { count: 30 }) },
              { value: '90', label: t('token.days', { count: 90 }) },
              { value: '365', label: t('token.days', { count: 365 }) },
              { value: '', label: t('token.no-end') },
            ],
          })}
          ${this.#form.summary()}
          <div>${submitButton(this.#form, t('token.add'))}</div>
        </form>
      </section>`;
  }

  readonly #add = async (event: Event): Promise<void> => {
    const values = valuesOf(event);
    const form = event.currentTarget as HTMLFormElement;
    const scopes = this.#scopes().filter((scope) => values[`scopes.${scope}`] === 'on');
    const days = values['expires_at'];
    const answer = await this.#form.submit(event, () =>
      post<{ token: string }>('/tokens', {
        name: (values['name'] ?? '').trim(),
        scopes,
        ...(days ? { expires_at: new Date(Date.now() + Number(days) * DAY_MS).toISOString() } : {}),
      }),
    );
    if (!answer) return;
    form.reset();
    await showSecrets(
      t('token.made'),
      [{ name: 'token', label: t('token.token'), value: answer.token }],
      t('token.once'),
    );
    await this.#tokens.reload();
  };

  async #drop(token: Token): Promise<void> {
    await confirmAction({
      title: t('token.revoke-title', { name: token.name }),
      body: html`<p>${t('token.revoke-text')}</p>`,
      action: t('token.revoke'),
      danger: true,
      run: () => remove(`/tokens/${encodeURIComponent(token.id)}`),
    });
    await this.#tokens.reload();
  }
}

define('account-tokens', AccountTokens);
