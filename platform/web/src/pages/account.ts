import { html, nothing, svg } from 'lit';
import { get, patch, post, remove } from '../api';
import { confirmAction, openDialog, showSecrets } from '../dialogs';
import { define, PageView, Resource } from '../element';
import { Form, field, selectField, submitButton, textField, valuesOf, checkField } from '../forms';
import { setFormatRules, money, dateTime } from '../format';
import { lang, languageNames, languages, remember, remembered, t, tk, type Lang } from '../i18n';
import { deviceOf } from '../device';
import { isStaff, loadMe, me, site, speak } from '../session';
import { chooseTheme, theme, themes, type Theme } from '../theme';
import type { Me, Page } from '../types';
import {
  badge,
  copyButton,
  emptyState,
  icon,
  notice,
  pageHead,
  since,
  table,
  tabs,
  toast,
  when,
} from '../ui';

interface Session {
  id: string;
  created_at: string;
  last_seen_at: string;
  ip: string;
  user_agent: string;
  current: boolean;
}

interface Token {
  id: string;
  name: string;
  hint: string;
  scopes: string[];
  expires_at?: string | null;
  last_used_at?: string | null;
  created_at: string;
}

interface SshKey {
  id: string;
  name: string;
  fingerprint: string;
  public_key: string;
}

const DAY_MS = 86_400_000;

class Account extends PageView {
  readonly #sessions = new Resource(this, (signal) => get<Page<Session>>('/sessions', signal), {
    manual: true,
  });
  readonly #tokens = new Resource(this, (signal) => get<Page<Token>>('/tokens', signal), { manual: true });
  readonly #keys = new Resource(this, (signal) => get<Page<SshKey>>('/ssh-keys', signal), { manual: true });
  readonly #password = new Form(this);
  readonly #key = new Form(this);
  readonly #token = new Form(this);
  readonly #profile = new Form(this);
  #formTurn = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#load();
  }

  override placed(): void {
    this.#load();
    this.requestUpdate();
  }

  #load(): void {
    const tab = this.search('tab') || 'security';
    if (tab === 'security') void this.#sessions.reload();
    if (tab === 'tokens') void this.#tokens.reload();
    if (tab === 'ssh-keys') void this.#keys.reload();
  }

  override render(): unknown {
    const tab = this.search('tab') || 'security';
    return html`${pageHead({ title: t('nav.account'), lead: me.value ? `${me.value.name} · ${me.value.email}` : undefined })}
      ${tabs(t('account.tabs'), [
        { href: '/account', label: t('account.security'), current: tab === 'security', icon: 'shield' },
        {
          href: '/account?tab=ssh-keys',
          label: t('account.ssh-keys'),
          current: tab === 'ssh-keys',
          icon: 'key-round',
        },
        {
          href: '/account?tab=tokens',
          label: t('account.tokens'),
          current: tab === 'tokens',
          icon: 'terminal',
        },
        {
          href: '/account?tab=preferences',
          label: t('account.preferences'),
          current: tab === 'preferences',
          icon: 'settings',
        },
      ])}
      <div class="stack">${this.#tab(tab)}</div>`;
  }

  #tab(tab: string): unknown {
    switch (tab) {
      case 'ssh-keys':
        return this.#sshTab();
      case 'tokens':
        return this.#tokenTab();
      case 'preferences':
        return this.#preferences();
      default:
        return this.#security();
    }
  }

  #security(): unknown {
    const on = me.value?.totp_enabled === true;
    return html`${me.value?.totp_required && !on ? notice('warn', t('totp.required'), t('totp.required-text')) : nothing}
      <section class="card card-body" aria-labelledby="totp-title">
        <div class="row between">
          <h2 id="totp-title">${t('totp.title')}</h2>
          ${on ? badge(t('totp.on'), 'ok') : badge(t('totp.off'), 'off')}
        </div>
        <p class="muted">${t('totp.text')}</p>
        ${
          on
            ? html`<button class="btn" type="button" @click=${() => void this.#newCodes()}>
                  ${t('totp.new-codes')}
                </button>
                <button class="btn danger-quiet" type="button" @click=${() => void this.#disableTotp()}>
                  ${t('totp.disable')}
                </button>`
            : html`<button class="btn primary" type="button" @click=${() => void this.#enrol()}>
                ${icon('shield')} ${t('totp.enable')}
              </button>`
        }
      </section>
      <section class="card card-body" aria-labelledby="password-title">
        <h2 id="password-title">${t('password.title')}</h2>
        <form class="form" novalidate @submit=${this.#changePassword}>
          <input
            class="sr"
            type="text"
            autocomplete="username"
            .value=${me.value?.email ?? ''}
            tabindex="-1"
            aria-hidden="true"
            readonly
          />
          ${this.#fresh(
            () =>
              html`${field(this.#password, { pointer: '/current', label: t('password.current'), type: 'password', required: true, autocomplete: 'current-password' })}
              ${field(this.#password, { pointer: '/new', label: t('password.new'), hint: t('auth.password-hint'), type: 'password', required: true, minlength: 10, autocomplete: 'new-password' })}`,
          )}
          ${this.#password.summary()}
          <div>${submitButton(this.#password, t('password.change'))}</div>
        </form>
      </section>
      <section class="stack" aria-labelledby="sessions-title">
        <div class="row between">
          <div>
            <h2 id="sessions-title">${t('sessions.title')}</h2>
            <p class="muted">${t('sessions.text')}</p>
          </div>
          ${
            (this.#sessions.value?.items.length ?? 0) > 1
              ? html`<button class="btn sm" type="button" @click=${() => void this.#endOthers()}>
                  ${t('sessions.end-others')}
                </button>`
              : nothing
          }
        </div>
        ${this.#sessions.show(
          (page) =>
            table<Session>({
              caption: t('sessions.title'),
              rows: page.items,
              key: (row) => row.id,
              columns: [
                {
                  label: t('sessions.device'),
                  cell: (row) =>
                    html`<span title=${row.user_agent}><strong>${deviceOf(row.user_agent)}</strong></span>
                      ${row.current ? badge(t('sessions.current'), 'ok') : nothing}`,
                },
                { label: t('sessions.ip'), cell: (row) => html`<code>${row.ip}</code>` },
                { label: t('sessions.seen'), cell: (row) => since(row.last_seen_at) },
                { label: t('sessions.created'), cell: (row) => when(row.created_at) },
                {
                  label: '',
                  align: 'end',
                  cell: (row) =>
                    row.current
                      ? nothing
                      : html`<button
                          class="btn sm"
                          type="button"
                          aria-label=${`${t('sessions.end')} ${deviceOf(row.user_agent)}`}
                          @click=${() => void this.#endSession(row)}
                        >
                          ${t('sessions.end')}
                        </button>`,
                },
              ],
            }),
          { rows: 2 },
        )}
      </section>`;
  }

  /** Fields that are emptied after they were sent: their values are not kept anywhere. */
  #fresh(fields: () => unknown): unknown {
    return html`<div class="form" data-turn=${this.#formTurn}>${fields()}</div>`;
  }

  readonly #changePassword = async (event: Event): Promise<void> => {
    const values = valuesOf(event);
    const form = event.currentTarget as HTMLFormElement;
    const done = await this.#password.submit(event, async () => {
      await post('/me/password', { current: values['current'], new: values['new'] });
      return true;
    });
    if (!done) return;
    form.reset();
    toast(t('password.changed'));
    await this.#sessions.reload();
  };

  async #endOthers(): Promise<void> {
    await confirmAction({
      title: t('sessions.end-others'),
      body: html`<p>${t('sessions.end-others-text')}</p>`,
      action: t('sessions.end-others'),
      run: () => remove('/sessions'),
    });
    await this.#sessions.reload();
  }

  async #endSession(session: Session): Promise<void> {
    await confirmAction({
      title: t('sessions.end-title'),
      body: html`<p>${t('sessions.end-text', { device: deviceOf(session.user_agent) })}</p>`,
      action: t('sessions.end'),
      run: () => remove(`/sessions/${encodeURIComponent(session.id)}`),
    });
    await this.#sessions.reload();
  }

  async #enrol(): Promise<void> {
    const [{ default: qrcode }, secret] = await Promise.all([
      import('qrcode-generator'),
      post<{ secret: string; otpauth_url: string }>('/me/totp', {}).catch((cause: unknown) => {
        toast(cause instanceof Error ? cause.message : String(cause), 'bad');
        return undefined;
      }),
    ]);
    if (!secret) return;
    const code = qrcode(0, 'M');
    code.addData(secret.otpauth_url);
    code.make();
    const size = code.getModuleCount();
    let path = '';
    for (let y = 0; y < size; y++)
      for (let x = 0; x < size; x++) if (code.isDark(y, x)) path += `M${x + 4} ${y + 4}h1v1h-1z`;
    let form: Form | undefined;
    const codes = await openDialog<string[]>(t('totp.enable'), (part) => {
      form ??= new Form(part);
      const own = form;
      return html`<p>${t('totp.scan')}</p>
        <div class="row">
          <svg
            class="qr"
            viewBox="0 0 ${size + 8} ${size + 8}"
            role="img"
            aria-label=${t('totp.qr')}
            shape-rendering="crispEdges"
          >
            ${svg`<path d=${path} fill="#000"></path>`}
          </svg>
          <div class="grow">
            <p class="small muted">${t('totp.manual')}</p>
            <p>
              <code data-testid="totp-secret">${secret.secret}</code>
              ${copyButton(secret.secret, t('totp.secret'))}
            </p>
          </div>
        </div>
        <form
          novalidate
          @submit=${async (event: Event) => {
            const values = valuesOf(event);
            const answer = await own.submit(event, () =>
              post<{ recovery_codes: string[] }>('/me/totp/confirm', {
                code: (values['code'] ?? '').replace(/\s/g, ''),
              }),
            );
            if (answer) part.close(answer.recovery_codes);
          }}
        >
          ${field(own, { pointer: '/code', label: t('totp.code'), required: true, inputmode: 'numeric', autocomplete: 'one-time-code', maxlength: 10 })}
          ${own.summary()}
          <div class="dialog-actions">
            <button class="btn" type="button" @click=${() => part.close()}>${t('action.cancel')}</button>
            ${submitButton(own, t('totp.confirm'))}
          </div>
        </form>`;
    });
    if (!codes) return;
    await showSecrets(
      t('totp.recovery'),
      [{ name: 'codes', label: t('totp.recovery'), value: codes.join('\n') }],
      t('totp.recovery-text'),
    );
    await loadMe();
  }

  async #newCodes(): Promise<void> {
    let form: Form | undefined;
    const codes = await openDialog<string[]>(t('totp.new-codes'), (part) => {
      form ??= new Form(part);
      const own = form;
      return html`<p>${t('totp.new-codes-text')}</p>
        <form
          novalidate
          @submit=${async (event: Event) => {
            const values = valuesOf(event);
            const answer = await own.submit(event, () =>
              post<{ recovery_codes: string[] }>('/me/totp/recovery-codes', {
                code: (values['code'] ?? '').replace(/\s/g, ''),
              }),
            );
            if (answer) part.close(answer.recovery_codes);
          }}
        >
          ${field(own, { pointer: '/code', label: t('auth.code'), required: true, autocomplete: 'one-time-code', maxlength: 32 })}
          ${own.summary()}
          <div class="dialog-actions">
            <button class="btn" type="button" @click=${() => part.close()}>${t('action.cancel')}</button>
            ${submitButton(own, t('totp.new-codes'))}
          </div>
        </form>`;
    });
    if (codes) {
      await showSecrets(
        t('totp.recovery'),
        [{ name: 'codes', label: t('totp.recovery'), value: codes.join('\n') }],
        t('totp.recovery-text'),
      );
    }
  }

  async #disableTotp(): Promise<void> {
    let form: Form | undefined;
    const done = await openDialog<boolean>(t('totp.disable'), (part) => {
      form ??= new Form(part);
      const own = form;
      return html`<p>${t('totp.disable-text')}</p>
        <form
          novalidate
          @submit=${async (event: Event) => {
            const values = valuesOf(event);
            const ok = await own.submit(event, async () => {
              await remove('/me/totp', { body: { code: (values['code'] ?? '').replace(/\s/g, '') } });
              return true;
            });
            if (ok) part.close(true);
          }}
        >
          ${field(own, { pointer: '/code', label: t('auth.code'), required: true, autocomplete: 'one-time-code', maxlength: 32 })}
          ${own.summary()}
          <div class="dialog-actions">
            <button class="btn" type="button" @click=${() => part.close()}>${t('action.cancel')}</button>
            ${submitButton(own, t('totp.disable'), { kind: 'danger' })}
          </div>
        </form>`;
    });
    if (done) await loadMe();
  }

  #sshTab(): unknown {
    return html`<p class="muted">${t('ssh.text')}</p>
      ${this.#keys.show(
        (page) =>
          page.items.length
            ? table<SshKey>({
                caption: t('account.ssh-keys'),
                rows: page.items,
                key: (row) => row.id,
                columns: [
                  { label: t('ssh.name'), cell: (row) => html`<strong>${row.name}</strong>` },
                  { label: t('ssh.fingerprint'), cell: (row) => html`<code>${row.fingerprint}</code>` },
                  {
                    label: '',
                    align: 'end',
                    cell: (row) =>
                      html`<button
                        class="btn sm"
                        type="button"
                        aria-label=${`${t('action.delete')} ${row.name}`}
                        @click=${() => void this.#dropKey(row)}
                      >
                        ${icon('trash-2', 14)} ${t('action.delete')}
                      </button>`,
                  },
                ],
              })
            : html`<div class="card">
                ${emptyState({ icon: 'key-round', title: t('ssh.empty'), text: t('ssh.empty-text') })}
              </div>`,
        { rows: 2 },
      )}
      <section class="card card-body" aria-labelledby="ssh-add">
        <h2 id="ssh-add">${t('ssh.add')}</h2>
        <form class="form" novalidate @submit=${this.#addKey}>
          ${field(this.#key, { pointer: '/name', label: t('ssh.name'), required: true, maxlength: 60 })}
          ${textField(this.#key, { pointer: '/public_key', label: t('ssh.key'), hint: t('ssh.key-hint'), required: true, rows: 3, code: true, placeholder: 'ssh-ed25519 AAAA…' })}
          ${this.#key.summary()}
          <div>${submitButton(this.#key, t('ssh.add'))}</div>
        </form>
      </section>`;
  }

  readonly #addKey = async (event: Event): Promise<void> => {
    const values = valuesOf(event);
    const form = event.currentTarget as HTMLFormElement;
    const done = await this.#key.submit(event, async () => {
      await post('/ssh-keys', {
        name: (values['name'] ?? '').trim(),
        public_key: (values['public_key'] ?? '').trim(),
      });
      return true;
    });
    if (!done) return;
    form.reset();
    toast(t('ssh.added'));
    await this.#keys.reload();
  };

  async #dropKey(key: SshKey): Promise<void> {
    await confirmAction({
      title: t('ssh.delete-title', { name: key.name }),
      body: html`<p>${t('ssh.delete-text')}</p>`,
      action: t('action.delete'),
      danger: true,
      run: () => remove(`/ssh-keys/${encodeURIComponent(key.id)}`),
    });
    await this.#keys.reload();
  }

  /** What a token may be allowed; administration only for those who have it themselves. */
  #scopes(): string[] {
    return ['read', 'orders', 'instances', 'wallet', 'ssh-keys', 'events', ...(isStaff() ? ['admin'] : [])];
  }

  #tokenTab(): unknown {
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
                        @click=${() => void this.#dropToken(row)}
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
        <form class="form" novalidate @submit=${this.#addToken}>
          ${field(this.#token, { pointer: '/name', label: t('token.name'), required: true, maxlength: 60 })}
          <fieldset class="fields" data-pointer="/scopes">
            <legend>${t('token.scopes')}</legend>
            ${this.#scopes().map((scope, index) =>
              checkField(this.#token, {
                pointer: `/scopes/${scope}`,
                label: tk('scope', scope),
                checked: index === 0,
              }),
            )}
          </fieldset>
          ${selectField(this.#token, {
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
          ${this.#token.summary()}
          <div>${submitButton(this.#token, t('token.add'))}</div>
        </form>
      </section>`;
  }

  readonly #addToken = async (event: Event): Promise<void> => {
    const values = valuesOf(event);
    const form = event.currentTarget as HTMLFormElement;
    const scopes = this.#scopes().filter((scope) => values[`scopes.${scope}`] === 'on');
    const days = values['expires_at'];
    const answer = await this.#token.submit(event, () =>
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

  async #dropToken(token: Token): Promise<void> {
    await confirmAction({
      title: t('token.revoke-title', { name: token.name }),
      body: html`<p>${t('token.revoke-text')}</p>`,
      action: t('token.revoke'),
      danger: true,
      run: () => remove(`/tokens/${encodeURIComponent(token.id)}`),
    });
    await this.#tokens.reload();
  }

  readonly #saveProfile = async (event: Event): Promise<void> => {
    const name = (valuesOf(event)['name'] ?? '').trim();
    const done = await this.#profile.submit(event, () => patch<Me>('/me', { name }));
    if (!done) return;
    me.value = done;
    toast(t('action.saved'));
  };

  #preferences(): unknown {
    const form = this.#profile;
    const region = remembered('minga.region') ?? '';
    return html`<section class="card card-body" aria-labelledby="profile-title">
        <h2 id="profile-title">${t('customers.profile')}</h2>
        <form class="form" novalidate @submit=${this.#saveProfile}>
          ${field(form, { pointer: '/name', label: t('auth.name'), value: me.value?.name ?? '', required: true, maxlength: 100, autocomplete: 'name' })}
          ${form.summary()}
          <div>${submitButton(form, t('action.save'))}</div>
        </form>
      </section>
      <section class="card card-body" aria-labelledby="pref-title">
        <h2 id="pref-title">${t('account.preferences')}</h2>
        <p class="muted">${t('pref.text')}</p>
        <div class="form">
          ${selectField(form, {
            pointer: '/pref/language',
            label: t('menu.language'),
            value: lang.value,
            choices: languages.map((code) => ({ value: code, label: languageNames[code] })),
            onInput: (value) => void speak(value as Lang),
          })}
          ${selectField(form, {
            pointer: '/pref/region',
            label: t('pref.region'),
            hint: `${money({ amount_minor: 123450, asset: 'USD' })} · ${dateTime(new Date().toISOString())}`,
            value: region,
            choices: [
              { value: '', label: t('pref.region-auto', { region: site.value?.region ?? 'EC' }) },
              ...['es-EC', 'es-MX', 'es-ES', 'en-US', 'en-GB'].map((code) => ({ value: code, label: code })),
            ],
            onInput: (value) => {
              remember('minga.region', value || undefined);
              setFormatRules(value || site.value?.region, undefined);
              this.requestUpdate();
            },
          })}
          ${selectField(form, {
            pointer: '/pref/theme',
            label: t('menu.theme'),
            value: theme.value,
            choices: themes.map((choice) => ({ value: choice, label: t(`theme.${choice}`) })),
            onInput: (value) => chooseTheme(value as Theme),
          })}
        </div>
      </section>`;
  }
}

define('page-account', Account);
