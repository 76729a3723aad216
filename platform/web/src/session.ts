import { get, patch, post, read } from './api';
import { Cell } from './cell';
import { setFormatRules } from './format';
import { chooseLanguage, lang, languages, remember, remembered, useLanguage, type Lang } from './i18n';
import { Problem } from './problem';
import type { Balance, Me, Page, Site } from './types';

export const site = new Cell<Site | undefined>(undefined);
/** The person who is signed in; undefined for a visitor. */
export const me = new Cell<Me | undefined>(undefined);
export const balances = new Cell<Balance[] | undefined>(undefined);

const staff = new Set(['admin', 'super_admin', 'support', 'viewer', 'operator']);

export function isStaff(who: Me | undefined = me.value): boolean {
  return (who?.roles ?? []).some((role) => staff.has(role));
}

export function mayWrite(who: Me | undefined = me.value): boolean {
  return (who?.roles ?? []).some((role) => role === 'admin' || role === 'super_admin');
}

/** May decide whose code runs in the host. */
export function isSuperAdmin(who: Me | undefined = me.value): boolean {
  return (who?.roles ?? []).includes('super_admin');
}

export async function loadSite(early?: Promise<Response | undefined>): Promise<void> {
  const first = await early;
  const found = first ? (await read<Site>(first)).data : await get<Site>('/site');
  site.value = found;
  setFormatRules(remembered('minga.region') ?? found.region, found.assets);
  remember('minga.mode', found.mode);
  document.documentElement.dataset['mode'] = found.mode;
}

/** Who am I? A visitor is an answer, not a failure. */
export async function loadMe(early?: Promise<Response | undefined>): Promise<void> {
  const first = await early;
  try {
    const found = first ? (await read<Me>(first)).data : await get<Me>('/me');
    await signedIn(found);
  } catch (cause) {
    if (cause instanceof Problem && cause.status === 401) me.value = undefined;
    else throw cause;
  }
}

export async function signedIn(who: Me): Promise<void> {
  me.value = who;
  const wanted = who.locale?.slice(0, 2) as Lang | undefined;
  if (!remembered('minga.lang') && wanted && languages.includes(wanted) && wanted !== lang.value) {
    await useLanguage(wanted);
  }
  void loadBalances();
}

/** Speaks another language from now on, also in the mail to whoever is signed in. */
export async function speak(next: Lang): Promise<void> {
  await chooseLanguage(next);
  if (!me.value || me.value.locale === next) return;
  try {
    me.value = await patch<Me>('/me', { locale: next });
  } catch {
    // This browser speaks it already; the account follows the next time it is chosen.
    return;
  }
}

export async function loadBalances(): Promise<void> {
  try {
    const answer = await get<{ balances: Balance[] } | Page<Balance>>('/wallet');
    balances.value = 'balances' in answer ? answer.balances : answer.items;
  } catch {
    // The chip in the top bar is a convenience: the wallet page says what is wrong.
    balances.value = undefined;
  }
}

export async function signOut(): Promise<void> {
  try {
    await post('/auth/logout', {});
  } finally {
    me.value = undefined;
    balances.value = undefined;
  }
}

/** Everything of one kind together; money and coins are never summed. */
export function totalOf(all: readonly Balance[], asset: string): { available: number; held: number } {
  const own = all.filter((balance) => balance.asset === asset);
  return {
    available: own.reduce((sum, balance) => sum + balance.available_minor, 0),
    held: own.reduce((sum, balance) => sum + balance.held_minor, 0),
  };
}
