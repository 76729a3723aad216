import { html, nothing, type TemplateResult } from 'lit';
import { query } from './api';
import { Watch } from './cell';
import { define, View } from './element';
import { money, isCoin } from './format';
import { lang, languageNames, languages, t } from './i18n';
import { adminNav, consoleNav, isCurrent } from './nav';
import { openPalette } from './palette';
import { address, navigate, type Shell } from './router';
import { Cell } from './cell';
import { balances, isStaff, me, signOut, site, speak, totalOf } from './session';
import { openTasks } from './task-drawer';
import { tasks } from './tasks';
import { chooseTheme, theme, themes, type Theme } from './theme';
import { dropToast, icon, logo, toasts } from './ui';

export const shell = new Cell<Shell>('public');

/** Entries a phone's bottom bar has room for; the rest is behind a menu. */
const ON_PHONE = 4;

const themeIcons = { light: 'sun', dark: 'moon', auto: 'monitor' } as const;

/** A native popover under its button. */
function menu(id: string, label: string, button: unknown, content: unknown, className = ''): TemplateResult {
  return html`<div class="menu-anchor ${className}">
    <button class="btn ghost top-btn" type="button" popovertarget=${id} aria-label=${label} title=${label}>
      ${button}
    </button>
    <div
      id=${id}
      popover
      class="menu"
      @toggle=${(event: ToggleEvent) => {
        const panel = event.currentTarget as HTMLElement;
        if (event.newState === 'open') panel.querySelector<HTMLElement>('a, button')?.focus();
      }}
      @click=${(event: Event) => {
        if ((event.target as Element).closest('a, button'))
          (event.currentTarget as HTMLElement).hidePopover();
      }}
    >
      ${content}
    </div>
  </div>`;
}

class TopBar extends View {
  constructor() {
    super();
    new Watch(this, address as never, balances as never, theme as never, tasks as never, shell as never);
  }

  override render(): unknown {
    const who = me.value;
    const name = site.value?.name ?? 'Minga';
    const running = tasks.value.filter((task) => task.state === 'running').length;
    return html`<header>
      ${
        site.value?.mode === 'trial'
          ? html`<div class="trial" role="note" data-testid="trial-banner">
              ${icon('flask-conical', 14)} <strong>${t('trial.title')}</strong>
              <span class="trial-more">${t('trial.text')}</span>
            </div>`
          : nothing
      }
      <div class="top">
        <a class="brand" href=${who ? '/home' : '/'} aria-label=${t('nav.brand', { name })}>${logo(name)}</a>
        ${shell.value === 'admin' ? html`<span class="badge info wide-only">${t('nav.admin')}</span>` : nothing}
        ${who ? this.#search() : this.#publicNav()}
        <div class="top-end">
          ${who ? this.#balance() : nothing}
          ${
            who
              ? html`<button
                  class="btn ghost top-btn"
                  type="button"
                  @click=${openTasks}
                  aria-label=${running ? t('task.open-running', { count: running }) : t('task.open')}
                  title=${t('task.open')}
                >
                  ${icon('list-checks', 18)}${running ? html`<span class="count">${running}</span>` : nothing}
                </button>`
              : nothing
          }
          ${menu(
            'menu-lang',
            t('menu.language'),
            icon('languages', 18),
            languages.map(
              (code) =>
                html`<button
                  type="button"
                  lang=${code}
                  aria-pressed=${code === lang.value ? 'true' : 'false'}
                  @click=${() => void speak(code)}
                >
                  ${languageNames[code]} ${code === lang.value ? icon('check', 14) : nothing}
                </button>`,
            ),
          )}
          ${menu(
            'menu-theme',
            t('menu.theme'),
            icon(themeIcons[theme.value], 18),
            themes.map(
              (choice: Theme) =>
                html`<button
                  type="button"
                  aria-pressed=${choice === theme.value ? 'true' : 'false'}
                  @click=${() => chooseTheme(choice)}
                >
                  ${icon(themeIcons[choice], 15)} ${t(`theme.${choice}`)}
                  ${choice === theme.value ? icon('check', 14) : nothing}
                </button>`,
            ),
            who ? 'signed-in-wide' : '',
          )}
          ${who ? this.#account(who.name, who.email) : this.#visitor()}
        </div>
      </div>
    </header>`;
  }

  #search(): TemplateResult {
    return html`<button
      class="search-btn"
      type="button"
      @click=${openPalette}
      aria-keyshortcuts="Control+K"
      aria-haspopup="dialog"
    >
      ${icon('search', 15)} <span>${t('palette.hint')}</span> <kbd>Ctrl K</kbd>
    </button>`;
  }

  #publicNav(): TemplateResult {
    return html`<nav class="public-nav" aria-label=${t('nav.site')}>
      <a href="/catalog">${t('nav.catalog')}</a>
      <a href="/docs" class="wide-only">${t('nav.docs')}</a>
    </nav>`;
  }

  #visitor(): TemplateResult {
    // Whoever was sent here to sign in still wants to go on to the same place.
    const next = new URL(address.value).searchParams.get('next') ?? undefined;
    return html`<a class="btn ghost sign-in" href=${query('/login', { next })}>${t('nav.login')}</a
      ><a class="btn primary wide-only" href=${query('/signup', { next })}>${t('nav.signup')}</a>`;
  }

  #balance(): TemplateResult | typeof nothing {
    const all = balances.value;
    if (!all) return nothing;
    const assets = [...new Set(all.map((balance) => balance.asset))];
    const shown = assets.length ? assets : ['COIN'];
    return html`<a class="balance-chip" href="/wallet" data-testid="balance-chip">
      <span class="sr">${t('wallet.balance')}</span>
      ${shown
        .filter((asset) => isCoin(asset) || totalOf(all, asset).available !== 0)
        .map((asset) => {
          const text = money({ amount_minor: totalOf(all, asset).available, asset });
          return isCoin(asset)
            ? html`<span class="coin"
                >${icon('coins', 14)} ${text}<span class="sr"> ${t('coins', { count: 2 })}</span></span
              >`
            : html`<span>${text}</span>`;
        })}
    </a>`;
  }

  #account(name: string, email: string): TemplateResult {
    const initial = (name || email).trim().charAt(0).toUpperCase();
    return menu(
      'menu-account',
      t('menu.account'),
      html`<span class="avatar">${initial}</span>`,
      html`<div class="menu-who"><strong>${name}</strong><span class="small muted">${email}</span></div>
        ${
          isStaff()
            ? shell.value === 'admin'
              ? html`<a href="/home">${icon('house', 15)} ${t('menu.to-console')}</a>`
              : html`<a href="/admin">${icon('layout-dashboard', 15)} ${t('menu.to-admin')}</a>`
            : nothing
        }
        <a href="/account">${icon('shield', 15)} ${t('nav.account')}</a>
        <a href="/docs">${icon('book-open', 15)} ${t('nav.docs')}</a>
        <button type="button" @click=${this.#leave}>${icon('log-out', 15)} ${t('menu.sign-out')}</button>`,
    );
  }

  readonly #leave = (): void => {
    void signOut().finally(() => navigate('/'));
  };
}

class Rail extends View {
  constructor() {
    super();
    new Watch(this, address as never, shell as never);
  }

  override render(): unknown {
    const kind = shell.value;
    this.hidden = kind === 'public' || !me.value;
    if (this.hidden) return nothing;
    const path = new URL(address.value).pathname;
    const entries = kind === 'admin' ? adminNav : consoleNav;
    return html`<nav class="rail" aria-label=${kind === 'admin' ? t('nav.admin') : t('nav.console')}>
      ${entries.map(
        (entry, index) =>
          html`<a
            href=${entry.href}
            class=${index >= ON_PHONE && entries.length > ON_PHONE + 1 ? 'beyond' : ''}
            aria-current=${isCurrent(entry, path) ? 'page' : nothing}
          >
            ${icon(entry.icon, 18)}<span>${t(entry.label)}</span>
          </a>`,
      )}
      ${
        entries.length > ON_PHONE + 1
          ? html`<div class="rail-more">
              ${menu(
                'menu-more',
                t('menu.more'),
                html`${icon('ellipsis', 18)}<span>${t('menu.more')}</span>`,
                entries
                  .slice(ON_PHONE)
                  .map((entry) => html`<a href=${entry.href}>${icon(entry.icon, 15)} ${t(entry.label)}</a>`),
              )}
            </div>`
          : nothing
      }
      <a class="rail-help" href="/docs/guide">${icon('book-open', 18)}<span>${t('nav.help')}</span></a>
    </nav>`;
  }
}

class Toasts extends View {
  constructor() {
    super();
    new Watch(this, toasts as never);
  }

  override render(): unknown {
    return html`<div class="toasts" role="status" aria-live="polite">
      ${toasts.value.map(
        (entry) =>
          html`<div class="toast ${entry.tone}">
            ${icon(entry.tone === 'bad' ? 'circle-x' : entry.tone === 'ok' ? 'circle-check' : 'info')}
            <span>${entry.text}</span>
            <button
              class="btn icon-only ghost sm"
              type="button"
              aria-label=${t('action.close')}
              @click=${() => dropToast(entry.id)}
            >
              ${icon('x', 14)}
            </button>
          </div>`,
      )}
    </div>`;
  }
}

export function defineShell(): void {
  define('minga-toasts', Toasts);
  define('minga-rail', Rail);
  define('minga-top', TopBar);
  document.body.append(document.createElement('minga-toasts'));
}
