import { lang } from './i18n';

/** A text the operator wrote once per language. */
export type Text = string | Partial<Record<string, string>> | undefined;

/** The text for whoever looks now; any language is better than none. */
export function localized(text: Text): string {
  if (!text) return '';
  if (typeof text === 'string') return text;
  return text[lang.value] ?? text['en'] ?? Object.values(text).find(Boolean) ?? '';
}

export function inLanguage(text: Text, code: string): string {
  if (!text) return '';
  return typeof text === 'string' ? text : (text[code] ?? '');
}
