import { beforeEach, describe, expect, it } from 'vitest';
import { ago, elapsed, money, parseAmount, setFormatRules } from '../src/format';
import { lang } from '../src/i18n';

const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, ' ');

beforeEach(() => {
  lang.value = 'es';
  setFormatRules('EC', [{ code: 'TFT', scale: 7, kind: 'coin' }]);
});

describe('money', () => {
  it('follows the region', () => {
    expect(plain(money({ amount_minor: 123450, asset: 'USD' }))).toBe('$1.234,50');
    lang.value = 'en';
    expect(plain(money({ amount_minor: 123450, asset: 'USD' }))).toBe('$1,234.50');
  });

  it('keeps the formats of the region when the operator fixes them', () => {
    lang.value = 'en';
    setFormatRules('es-EC', undefined);
    expect(plain(money({ amount_minor: 123450, asset: 'USD' }))).toBe('$1.234,50');
  });

  it('shows whole coins without decimals and others exactly', () => {
    expect(money({ amount_minor: 10000, asset: 'COIN' })).toBe('100');
    expect(money({ amount_minor: 250, asset: 'COIN' })).toBe('2,50');
    expect(money({ amount_minor: 1, asset: 'TFT' })).toBe('0,0000001');
  });

  it('does not lose a unit of a large amount', () => {
    expect(money({ amount_minor: 9007199254740991, asset: 'COIN' })).toBe('90.071.992.547.409,91');
  });

  it('shows the sign where it is asked for', () => {
    expect(money({ amount_minor: 500, asset: 'COIN' }, { sign: true })).toBe('+5');
  });
});

describe('typed amounts', () => {
  it.each([
    ['1.234,50', 123450],
    ['1,234.50', 123450],
    ['1234,5', 123450],
    ['12', 1200],
    ['1.234', 123400],
    ['0,07', 7],
    ['-3,5', -350],
    ['$ 2', 200],
  ])('understands %s', (text, minor) => {
    expect(parseAmount(text, 2, 'es-EC')).toBe(minor);
  });

  it.each(['', 'abc', '1,234,5x', '1,005', '--1', '12345678901234567890'])('refuses %s', (text) => {
    expect(parseAmount(text, 2, 'es-EC')).toBeUndefined();
  });
});

describe('times', () => {
  it('are short', () => {
    lang.value = 'en';
    setFormatRules('US', undefined);
    expect(elapsed(340)).toBe('340 ms');
    expect(elapsed(1234)).toBe('1.2 s');
    expect(elapsed(185_000)).toBe('3 min 5 s');
    expect(ago('2026-01-01T00:00:00Z', Date.parse('2026-01-01T02:00:00Z'))).toBe('2 hours ago');
  });
});
