import type en from './i18n/en.json';
import { Cell } from './cell';

export type Lang = 'en' | 'es';
export const languages: readonly Lang[] = ['es', 'en'];
/** Each language is named in itself. */
export const languageNames: Record<Lang, string> = { es: 'Español', en: 'English' };

type Plural<K> = K extends `${infer Base}_${'one' | 'many' | 'other'}` ? Base : K;
export type Key = Plural<keyof typeof en>;
export type Params = Record<string, string | number>;
export type Catalogue = Record<string, string>;

export const lang = new Cell<Lang>('es');
let catalogue: Catalogue = {};
/** Words for codes of plugins; ours come first. */
let labels: Catalogue = {};
let plurals = new Intl.PluralRules('es');
let numbers = new Intl.NumberFormat('es');

/** Fills `{name}` places; numbers are written the way the language writes them. */
export function fill(text: string, params: Params, format: (value: number) => string = String): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? format(value) : value;
  });
}

/** Finds the text of a key, with the plural form that `params.count` asks for. */
export function lookUp(
  from: Catalogue,
  key: string,
  rules: Intl.PluralRules,
  count?: unknown,
): string | undefined {
  if (typeof count === 'number') {
    const form = from[`${key}_${rules.select(count)}`] ?? from[`${key}_other`];
    if (form !== undefined) return form;
  }
  return from[key];
}

export function t(key: Key, params: Params = {}): string {
  const text = lookUp(catalogue, key, plurals, params['count']);
  return text === undefined ? key : fill(text, params, (value) => numbers.format(value));
}

/** A key made of a fixed part and a code from the server; unknown codes are shown as words. */
export function tk(prefix: string, code: string, params: Params = {}): string {
  const text = catalogue[`${prefix}.${code}`] ?? labels[`${prefix}.${code}`];
  return text === undefined ? humanise(code) : fill(text, params, (value) => numbers.format(value));
}

export function addLabels(more: Catalogue): void {
  labels = more;
}

export function humanise(code: string): string {
  // A sentence is not a code: it is shown as it was written.
  if (/\s/.test(code)) return code;
  const words = code
    .replace(/[._-]+/g, ' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .trim()
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const loaders: Record<Lang, () => Promise<{ default: Catalogue }>> = {
  en: () => import('./i18n/en.json'),
  es: () => import('./i18n/es.json'),
};

export async function useLanguage(next: Lang): Promise<void> {
  catalogue = (await loaders[next]()).default;
  plurals = new Intl.PluralRules(next);
  numbers = new Intl.NumberFormat(next);
  document.documentElement.lang = next;
  lang.value = next;
}

export async function chooseLanguage(next: Lang): Promise<void> {
  remember('minga.lang', next);
  // The guides are pages of the server's own, which cannot see this browser's storage.
  document.cookie = `minga_lang=${next}; path=/docs; max-age=31536000; samesite=lax`;
  await useLanguage(next);
}

/** Keeps a choice of this browser; a browser that forbids storage simply forgets. */
export function remember(key: string, value: string | undefined): void {
  try {
    if (value === undefined) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    return;
  }
}

export function remembered(key: string): string | undefined {
  try {
    return localStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}
