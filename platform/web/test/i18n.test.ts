import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import en from '../src/i18n/en.json';
import es from '../src/i18n/es.json';
import { fill, humanise, lookUp } from '../src/i18n';

const sources = (function walk(directory: string): string {
  return readdirSync(directory)
    .map((name) => join(directory, name))
    .map((path) =>
      statSync(path).isDirectory() ? walk(path) : path.endsWith('.ts') ? readFileSync(path, 'utf8') : '',
    )
    .join('\n');
})(join(import.meta.dirname, '../src'));

const catalogues: Record<string, Record<string, string>> = { en, es };
const base = (key: string): string => key.replace(/_(one|many|other)$/, '');
const known = new Set(Object.keys(en).map(base));
const places = (text: string): string[] =>
  [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? '').sort();

describe('the catalogues', () => {
  it('have the same keys in every language', () => {
    expect(Object.keys(es)).toEqual(Object.keys(en));
  });

  it('have the same places for values in every language', () => {
    for (const [key, text] of Object.entries(en)) {
      expect([key, places((es as Record<string, string>)[key] ?? '')]).toEqual([key, places(text)]);
    }
  });

  it('hold both forms wherever there is a plural', () => {
    for (const key of Object.keys(en).filter((each) => each.endsWith('_one'))) {
      for (const catalogue of Object.values(catalogues))
        expect(catalogue).toHaveProperty([`${base(key)}_other`]);
    }
  });

  it('hold every key the sources ask for', () => {
    const asked = [...sources.matchAll(/\bt\(\s*'([^']+)'/g)]
      .map((found) => found[1] ?? '')
      .filter((key) => /^[a-z][\w-]*(\.[\w.-]+)?$/.test(key));
    expect(asked.filter((key) => !known.has(key))).toEqual([]);
    expect(asked.length).toBeGreaterThan(300);
  });

  it('hold nothing that is never asked for', () => {
    const families = [...sources.matchAll(/\btk\(\s*'([\w.]+)'/g)].map((found) => `${found[1] ?? ''}.`);
    const built = [...sources.matchAll(/`([a-z]+(?:\.[a-z]+)*\.)\$\{/g)].map((found) => found[1] ?? '');
    const used = (key: string): boolean =>
      sources.includes(`'${key}'`) || [...families, ...built].some((prefix) => key.startsWith(prefix));
    expect([...known].filter((key) => !used(key))).toEqual([]);
  });
});

describe('texts', () => {
  it('take the plural form of the language', () => {
    const rules = new Intl.PluralRules('es');
    expect(lookUp({ a_one: 'uno', a_other: 'varios' }, 'a', rules, 1)).toBe('uno');
    expect(lookUp({ a_one: 'uno', a_other: 'varios' }, 'a', rules, 2)).toBe('varios');
    expect(lookUp({ a_one: 'uno', a_other: 'varios' }, 'a', rules, 1_000_000)).toBe('varios');
  });

  it('keep a place that got no value', () => {
    expect(fill('{a} and {b}', { a: 'x' })).toBe('x and {b}');
  });

  it('show unknown codes as words', () => {
    expect(humanise('wallet.insufficient-funds')).toBe('Wallet insufficient funds');
  });
});
