import { html, render } from 'lit';
import type { PageView } from './element';
import { lang, t, useLanguage, type Lang } from './i18n';
import { startLive, stopLive, onLive } from './live';
import { listenForPalette } from './palette';
import { Problem } from './problem';
import { address, followLinks, navigate, resolve, type Place } from './router';
import { routes } from './routes';
import { guardSession } from './session-dialog';
import { isStaff, loadBalances, loadMe, loadSite, me, site } from './session';
import { defineShell, shell } from './shell';
import { followTasks } from './tasks';
import { followTheme } from './theme';
import { emptyState, problemBox } from './ui';

const root = document.getElementById('app') as HTMLElement;
let page: PageView | undefined;
let turn = 0;

/** Where a visitor has to go before the page can be shown. */
function detour(place: Place): string | undefined {
  const path = place.url.pathname;
  if (site.value?.setup_required && path !== '/setup') return '/setup';
  if (!place.route || place.route.shell === 'public') return undefined;
  if (!me.value) return `/login?next=${encodeURIComponent(path + place.url.search)}`;
  if (place.route.shell === 'admin' && me.value.totp_required && !me.value.totp_enabled)
    return '/account?tab=security&totp=required';
  return undefined;
}

function message(content: unknown): void {
  page = undefined;
  root.replaceChildren();
  const box = document.createElement('div');
  box.className = 'page narrow';
  render(content, box);
  root.append(box);
}

function lost(title: string, text: string): void {
  message(
    emptyState({
      icon: 'search',
      title,
      text,
      page: true,
      action: html`<a class="btn primary" href=${me.value ? '/home' : '/'}>${t('action.go-home')}</a>`,
    }),
  );
  document.title = `${title} · ${site.value?.name ?? 'Minga'}`;
}

/** Shows the page of the address; until it is there the old one is marked as about to change. */
async function show(first: boolean): Promise<void> {
  const mine = ++turn;
  root.ariaBusy = 'true';
  try {
    await turnTo(mine, first);
  } finally {
    if (mine === turn) root.ariaBusy = null;
  }
}

async function turnTo(mine: number, first: boolean): Promise<void> {
  const place = resolve(routes, new URL(address.value));
  const elsewhere = detour(place);
  if (elsewhere !== undefined) {
    navigate(elsewhere, { replace: true });
    return;
  }
  document.documentElement.dataset['page'] = place.url.pathname === '/' ? 'landing' : 'other';
  const route = place.route;
  if (!route) {
    shell.value = me.value ? 'console' : 'public';
    lost(t('lost.title'), t('lost.text'));
    return;
  }
  if (route.shell === 'admin' && !isStaff()) {
    shell.value = 'console';
    lost(t('lost.title'), t('lost.text'));
    return;
  }
  if (page && page.localName === route.tag && page.place.url.pathname === place.url.pathname) {
    page.place = place;
    page.placed();
    return;
  }
  try {
    await route.load();
  } catch {
    // A new version replaced the chunks: load the page afresh once, otherwise say that we are offline.
    if (mine !== turn) return;
    if (navigator.onLine && !sessionStorage.getItem('minga.reloaded')) {
      sessionStorage.setItem('minga.reloaded', '1');
      location.reload();
      return;
    }
    message(
      html`<h1 class="sr">${t('problem.title')}</h1>
        ${problemBox(new Problem(0, { detail: t('problem.offline-detail') }), () => void show(false))}`,
    );
    return;
  }
  if (mine !== turn) return;
  sessionStorage.removeItem('minga.reloaded');
  shell.value = route.shell === 'public' || me.value ? route.shell : 'public';
  const PageElement = customElements.get(route.tag) as (new () => PageView) | undefined;
  if (!PageElement) return;
  const next = new PageElement();
  next.place = place;
  next.className = 'page';
  page = next;
  root.replaceChildren(next);
  document.title = `${t(route.title)} · ${site.value?.name ?? 'Minga'}`;
  if (!first) {
    scrollTo(0, 0);
    root.focus({ preventScroll: true });
    next.wantsFocus = true;
  }
}

async function start(): Promise<void> {
  followTheme();
  followLinks();
  const boot = window.mingaBoot;
  const wanted = document.documentElement.lang.slice(0, 2) as Lang;
  const ready = useLanguage(wanted);
  let failure: unknown;
  try {
    await Promise.all([ready, loadSite(boot?.site), boot?.guest ? undefined : loadMe(boot?.me)]);
  } catch (cause) {
    failure = cause;
  }
  await ready;
  guardSession();
  defineShell();
  listenForPalette();
  followTasks();
  onLive((event) => {
    if (event.event === 'wallet' || event.event === 'state') void loadBalances();
  });
  const account = (): void => {
    if (me.value) startLive();
    else stopLive();
  };
  me.subscribe(account);
  account();
  if (failure !== undefined) {
    message(
      html`<h1 class="sr">${t('problem.title')}</h1>
        ${problemBox(Problem.from(failure), () => location.reload())}`,
    );
    return;
  }
  address.subscribe(() => void show(false));
  lang.subscribe(() => {
    if (page) page.requestUpdate();
    else void show(false);
  });
  me.subscribe(() => void show(false));
  await show(true);
}

void start();
