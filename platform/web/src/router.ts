import { Cell } from './cell';
import type { Key } from './i18n';

export type Shell = 'public' | 'console' | 'admin';

export interface Route {
  path: string;
  shell: Shell;
  title: Key;
  tag: string;
  load: () => Promise<unknown>;
}

export interface Place {
  route: Route | undefined;
  params: Record<string, string>;
  url: URL;
}

/** Matches `/instances/:id` against a path; the values are decoded. */
export function match(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/').filter(Boolean);
  const given = path.split('/').filter(Boolean);
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (let i = 0; i < wanted.length; i++) {
    const part = wanted[i] ?? '';
    const value = given[i] ?? '';
    if (part.startsWith(':')) {
      try {
        params[part.slice(1)] = decodeURIComponent(value);
      } catch {
        return undefined;
      }
    } else if (part !== value) return undefined;
  }
  return params;
}

export function resolve(routes: readonly Route[], url: URL): Place {
  for (const route of routes) {
    const params = match(route.path, url.pathname);
    if (params) return { route, params, url };
  }
  return { route: undefined, params: {}, url };
}

export const address = new Cell<string>(typeof location === 'undefined' ? '/' : location.href);

export function navigate(to: string, options: { replace?: boolean } = {}): void {
  const next = new URL(to, location.href);
  if (next.href !== location.href) history[options.replace ? 'replaceState' : 'pushState']({}, '', next);
  address.value = next.href;
}

/** Follows links inside the application without loading the page again. */
export function followLinks(): void {
  addEventListener('popstate', () => (address.value = location.href));
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element).closest('a');
    if (!link?.href || link.target || link.hasAttribute('download') || link.dataset['leave'] !== undefined)
      return;
    const url = new URL(link.href);
    if (
      url.origin !== location.origin ||
      /^\/(api|docs|openapi\.json|hooks|metrics|health)/.test(url.pathname)
    )
      return;
    if (url.hash && url.pathname === location.pathname && url.search === location.search) return;
    event.preventDefault();
    navigate(url.href);
  });
}

/** Only places of this site: a link must not be able to send somebody elsewhere after signing in. */
export function safeNext(next: string, fallback: string): string {
  return /^\/(?![/\\])/.test(next) ? next : fallback;
}
