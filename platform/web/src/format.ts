import { lang } from './i18n';

export interface Money {
  amount_minor: number;
  asset: string;
}

export interface AssetInfo {
  code: string;
  scale: number;
  kind: 'money' | 'coin';
}

interface Rules {
  /** `EC`, or a whole formatting locale such as `es-EC` when it must not follow the language. */
  region: string;
  assets: Map<string, AssetInfo>;
}

const rules: Rules = {
  region: 'EC',
  assets: new Map([
    ['COIN', { code: 'COIN', scale: 2, kind: 'coin' }],
    ['USD', { code: 'USD', scale: 2, kind: 'money' }],
  ]),
};

export function setFormatRules(region: string | undefined, assets: readonly AssetInfo[] | undefined): void {
  if (region) rules.region = region;
  for (const asset of assets ?? []) rules.assets.set(asset.code, asset);
}

export function formatLocale(): string {
  return rules.region.includes('-') ? rules.region : `${lang.value}-${rules.region}`;
}

export function assetOf(code: string): AssetInfo {
  return rules.assets.get(code) ?? { code, scale: 2, kind: 'money' };
}

export function isCoin(asset: string): boolean {
  return assetOf(asset).kind === 'coin';
}

/** Amounts travel as whole minor units; decimals are only made here, as text. */
export function money({ amount_minor, asset }: Money, options: { sign?: boolean } = {}): string {
  const { scale } = assetOf(asset);
  const value = `${amount_minor}e-${scale}` as unknown as number;
  const signDisplay = options.sign ? 'exceptZero' : 'auto';
  if (isCoin(asset)) {
    const whole = amount_minor % 10 ** scale === 0;
    const digits = whole ? 0 : scale;
    return new Intl.NumberFormat(formatLocale(), {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
      signDisplay,
    }).format(value);
  }
  if (/^[A-Z]{3}$/.test(asset)) {
    return new Intl.NumberFormat(formatLocale(), {
      style: 'currency',
      currency: asset,
      minimumFractionDigits: scale,
      maximumFractionDigits: scale,
      signDisplay,
    }).format(value);
  }
  const text = new Intl.NumberFormat(formatLocale(), {
    minimumFractionDigits: scale,
    maximumFractionDigits: scale,
    signDisplay,
  }).format(value);
  return `${text} ${asset}`;
}

/**
 * Reads an amount somebody typed into minor units. Both `1.234,50` and `1,234.50` are understood: the last
 * separator is the decimal one unless exactly three digits follow it and it is the grouping sign of the region.
 */
export function parseAmount(
  text: string,
  scale: number,
  locale: string = formatLocale(),
): number | undefined {
  const clean = text.replace(/[\s$]/g, '').replace(/'/g, '');
  if (!/^[+-]?\d[\d.,]*$/.test(clean)) return undefined;
  const sign = clean.startsWith('-') ? -1 : 1;
  const digits = clean.replace(/^[+-]/, '');
  const last = Math.max(digits.lastIndexOf('.'), digits.lastIndexOf(','));
  let whole = digits;
  let fraction = '';
  if (last >= 0) {
    const mark = digits.charAt(last);
    const after = digits.slice(last + 1);
    const decimal = new Intl.NumberFormat(locale)
      .formatToParts(1.5)
      .find((part) => part.type === 'decimal')?.value;
    const repeated = digits.indexOf(mark) !== last;
    const grouping = repeated || (after.length === 3 && mark !== decimal);
    if (!grouping) {
      whole = digits.slice(0, last);
      fraction = after;
    }
  }
  whole = whole.replace(/[.,]/g, '');
  if (fraction.length > scale || !/^\d*$/.test(fraction)) return undefined;
  const minor = Number(whole + fraction.padEnd(scale, '0'));
  return Number.isSafeInteger(minor) ? sign * minor : undefined;
}

/** The plain decimal text of an amount, for an input field. */
export function amountText(minor: number, scale: number): string {
  return new Intl.NumberFormat(formatLocale(), {
    minimumFractionDigits: 0,
    maximumFractionDigits: scale,
    useGrouping: false,
  }).format(`${minor}e-${scale}` as unknown as number);
}

export function number(value: number, options: Intl.NumberFormatOptions = {}): string {
  return new Intl.NumberFormat(formatLocale(), options).format(value);
}

function dateLocale(): string {
  const region = rules.region.includes('-') ? (rules.region.split('-')[1] ?? '') : rules.region;
  return region ? `${lang.value}-${region}` : lang.value;
}

export function dateTime(iso: string): string {
  return new Intl.DateTimeFormat(dateLocale(), { dateStyle: 'medium', timeStyle: 'short' }).format(
    new Date(iso),
  );
}

export function clockTime(iso: string): string {
  return new Intl.DateTimeFormat(dateLocale(), { timeStyle: 'medium' }).format(new Date(iso));
}

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

export function ago(iso: string, now: number = Date.now()): string {
  const seconds = (Date.parse(iso) - now) / 1000;
  const format = new Intl.RelativeTimeFormat(lang.value, { numeric: 'auto' });
  for (const [unit, size] of steps) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return format.format(0, 'second');
}

/** Milliseconds as a short text: `340 ms`, `1.2 s`, `3 min 5 s`. */
export function elapsed(ms: number): string {
  if (ms < 1000) return `${number(Math.round(ms))} ms`;
  if (ms < 60_000) return `${number(ms / 1000, { maximumFractionDigits: 1 })} s`;
  return `${number(Math.floor(ms / 60_000))} min ${number(Math.round((ms % 60_000) / 1000))} s`;
}

export function memory(megabytes: number): string {
  return megabytes >= 1024
    ? `${number(megabytes / 1024, { maximumFractionDigits: 1 })} GB`
    : `${number(megabytes)} MB`;
}
