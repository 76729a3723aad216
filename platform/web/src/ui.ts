import { html, nothing, svg, type TemplateResult } from 'lit';
import { icons } from 'virtual:icons';
import type { IconName } from './icon-names';
import { dateTime, ago, money, isCoin, type Money } from './format';
import { t, tk } from './i18n';
import { localized } from './localized';
import type { Problem } from './problem';
import type { Reason } from './types';
import { Cell } from './cell';

export function icon(name: IconName, size = 16): TemplateResult {
  return html`<svg
    class="icon"
    width=${size}
    height=${size}
    viewBox="0 0 24 24"
    aria-hidden="true"
    focusable="false"
  >
    ${icons[name]}
  </svg>`;
}

export function logo(name: string): TemplateResult {
  return html`<svg
      class="logo"
      width="28"
      height="28"
      viewBox="0 0 32 32"
      aria-hidden="true"
      focusable="false"
    >
      ${svg`<rect width="32" height="32" rx="8" fill="var(--brand)"></rect>
      <path d="M7 23V11l4.5 6L16 11l4.5 6L25 11v12" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"></path>
      <circle cx="16" cy="24" r="2.4" fill="#f2b63c"></circle>`}</svg
    ><span class="logo-name">${name}</span>`;
}

/** The head of a page: one `h1`, one sentence, the actions. */
export function pageHead(options: {
  title: unknown;
  lead?: unknown;
  actions?: unknown;
  back?: { href: string; label: string };
}): TemplateResult {
  return html`<header class="page-head">
    ${
      options.back
        ? html`<a class="back" href=${options.back.href}>${icon('arrow-left', 14)} ${options.back.label}</a>`
        : nothing
    }
    <div class="page-head-row">
      <div>
        <h1 tabindex="-1">${options.title}</h1>
        ${options.lead ? html`<p class="lead">${options.lead}</p>` : nothing}
      </div>
      ${options.actions ? html`<div class="actions">${options.actions}</div>` : nothing}
    </div>
  </header>`;
}

type Tone = 'ok' | 'busy' | 'warn' | 'bad' | 'off';

const tones: Record<string, Tone> = {
  running: 'ok',
  active: 'ok',
  fulfilled: 'ok',
  done: 'ok',
  succeeded: 'ok',
  enabled: 'ok',
  ready: 'ok',
  core: 'ok',
  consent: 'warn',
  signed: 'ok',
  approved: 'ok',
  open: 'ok',
  started: 'ok',
  up: 'ok',
  ok: 'ok',
  completed: 'ok',
  requested: 'busy',
  provisioning: 'busy',
  placed: 'busy',
  held: 'busy',
  recovering: 'busy',
  terminating: 'busy',
  pending: 'busy',
  queued: 'busy',
  opening: 'busy',
  probing: 'busy',
  scheduled: 'busy',
  waiting: 'busy',
  starting: 'busy',
  draining: 'busy',
  suspended: 'warn',
  unknown: 'warn',
  unresolved: 'warn',
  unsigned: 'warn',
  needs_config: 'warn',
  'needs-config': 'warn',
  past_due: 'warn',
  retrying: 'warn',
  degraded: 'warn',
  failed: 'bad',
  dead: 'bad',
  invalid: 'bad',
  modified: 'bad',
  blocked: 'bad',
  error: 'bad',
  down: 'bad',
  rejected: 'bad',
};

export function toneOf(state: string): Tone {
  return tones[state.toLowerCase()] ?? 'off';
}

/** A dot and a word: colour is never the only sign. */
export function status(state: string, label?: string): TemplateResult {
  return html`<span class="status ${toneOf(state)}"
    ><span class="dot"></span>${label ?? tk('state', state.toLowerCase())}</span
  >`;
}

export function badge(text: unknown, tone: Tone | 'info' = 'off'): TemplateResult {
  return html`<span class="badge ${tone}">${text}</span>`;
}

export function reasonText(reason: Reason | string | null | undefined): string {
  if (!reason) return '';
  if (typeof reason === 'string') return tk('reason', reason);
  return localized(reason.text) || (reason.detail ?? (reason.code ? tk('reason', reason.code) : ''));
}

export function amount(value: Money, options: { sign?: boolean } = {}): TemplateResult {
  const text = money(value, options);
  if (!isCoin(value.asset)) return html`<span class="amount">${text}</span>`;
  return html`<span class="amount coin"
    >${text} <span class="unit">${coinWord(value.amount_minor)}</span></span
  >`;
}

/** The same as text, for labels of buttons. */
export function amountLabel(value: Money): string {
  return isCoin(value.asset) ? `${money(value)} ${coinWord(value.amount_minor)}` : money(value);
}

function coinWord(minor: number): string {
  return t('coins', { count: Math.abs(minor) === 100 ? 1 : 2 });
}

/** The span one price covers: `hour`, or a number of hours such as `24h`. */
export function per(span: string): string {
  const hours = /^(?:slot)?(\d+)h$/.exec(span)?.[1];
  return hours ? t('hours', { count: Number(hours) }) : tk('per', span);
}

/** How a price is paid: by the hour, or a slot of some hours. */
export function componentName(code: string): string {
  const hours = /^slot(\d+)h$/.exec(code)?.[1];
  const metric = /^usage-(.+)$/.exec(code)?.[1];
  if (metric) return t('component.usage', { metric });
  return hours ? t('component.slot', { count: Number(hours) }) : tk('component', code);
}

/** Whether a customer chooses it, or pays it besides. */
export function isChoice(code: string): boolean {
  return code !== 'setup' && !code.startsWith('usage-');
}

export function when(iso: string | null | undefined): TemplateResult | string {
  if (!iso) return '–';
  return html`<time datetime=${iso} title=${iso}>${dateTime(iso)}</time>`;
}

export function since(iso: string | null | undefined): TemplateResult | string {
  if (!iso) return '–';
  return html`<time datetime=${iso} title=${dateTime(iso)}>${ago(iso)}</time>`;
}

export function emptyState(options: {
  icon: IconName;
  title: string;
  text: string;
  action?: unknown;
  page?: boolean;
}): TemplateResult {
  return html`<div class="empty">
    <span class="empty-icon">${icon(options.icon, 22)}</span>
    ${options.page ? html`<h1 tabindex="-1">${options.title}</h1>` : html`<h2>${options.title}</h2>`}
    <p>${options.text}</p>
    ${options.action ?? nothing}
  </div>`;
}

export function problemBox(problem: Problem, retry?: () => void, title?: string): TemplateResult {
  return html`<div class="notice bad" role="alert">
    ${icon('triangle-alert', 18)}
    <div class="grow">
      <p class="notice-title">${title ?? problem.title}</p>
      ${problem.detail && problem.detail !== problem.title ? html`<p>${problem.detail}</p>` : nothing}
      ${
        problem.errors.length
          ? html`<ul>
              ${problem.errors.map((error) => html`<li>${error.detail}</li>`)}
            </ul>`
          : nothing
      }
      ${problem.retryAfter ? html`<p>${t('problem.wait', { count: problem.retryAfter })}</p>` : nothing}
      ${problem.traceId ? html`<p class="small muted">${t('problem.trace')} <code>${problem.traceId}</code></p>` : nothing}
    </div>
    ${
      retry
        ? html`<button class="btn sm" type="button" @click=${retry}>
            ${icon('refresh-cw', 14)} ${t('action.retry')}
          </button>`
        : nothing
    }
  </div>`;
}

export function notice(
  tone: 'info' | 'ok' | 'warn' | 'bad',
  title: unknown,
  text?: unknown,
  action?: unknown,
): TemplateResult {
  const names: Record<typeof tone, IconName> = {
    info: 'info',
    ok: 'circle-check',
    warn: 'triangle-alert',
    bad: 'circle-x',
  };
  return html`<div class="notice ${tone}">
    ${icon(names[tone], 18)}
    <div class="grow">
      <p class="notice-title">${title}</p>
      ${text ? html`<p>${text}</p>` : nothing}
    </div>
    ${action ?? nothing}
  </div>`;
}

export function skeleton(rows: number): TemplateResult {
  return html`<div class="skeleton" role="status">
    <span class="sr">${t('state.loading')}</span>
    ${Array.from({ length: rows }, () => html`<span class="bone"></span>`)}
  </div>`;
}

export interface Column<T> {
  label: string;
  cell: (row: T) => unknown;
  align?: 'end';
  /** Hidden on phones, where every cell is a line. */
  minor?: boolean;
}

/** A real table; on phones each row becomes a card with its labels, the roles keep it a table for screen readers. */
export function table<T>(options: {
  caption: string;
  columns: Column<T>[];
  rows: readonly T[];
  key?: (row: T) => string;
}): TemplateResult {
  return html`<div class="table-wrap" role="group" tabindex="0" aria-label=${options.caption}>
    <table role="table">
      <caption class="sr">
        ${options.caption}
      </caption>
      <thead role="rowgroup">
        <tr role="row">
          ${options.columns.map(
            (column) =>
              html`<th role="columnheader" scope="col" class=${column.align ?? ''}>
                ${column.label ? column.label : html`<span class="sr">${t('table.actions')}</span>`}
              </th>`,
          )}
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${options.rows.map(
          (row) =>
            html`<tr role="row" data-key=${options.key?.(row) ?? nothing}>
              ${options.columns.map(
                (column) =>
                  html`<td
                    role="cell"
                    class="${column.align ?? ''} ${column.minor ? 'minor' : ''}"
                    data-label=${column.label || nothing}
                  >
                    <div class="cell">${column.cell(row)}</div>
                  </td>`,
              )}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

export function moreButton(list: {
  more: boolean;
  busy: boolean;
  moreProblem: Problem | undefined;
  next: () => Promise<void>;
}): unknown {
  return [
    list.moreProblem ? problemBox(list.moreProblem, () => void list.next()) : nothing,
    list.more
      ? html`<p class="center">
          <button class="btn" type="button" ?disabled=${list.busy} @click=${() => void list.next()}>
            ${t('action.more')}
          </button>
        </p>`
      : nothing,
  ];
}

/** Links that look like tabs: each one has an address of its own. */
export function tabs(
  label: string,
  items: { href: string; label: string; current: boolean; icon?: IconName; drawing?: unknown }[],
): TemplateResult {
  return html`<nav class="tabs" aria-label=${label}>
    ${items.map(
      (item) =>
        html`<a href=${item.href} aria-current=${item.current ? 'page' : nothing}
          >${item.drawing ?? (item.icon ? icon(item.icon, 15) : nothing)}${item.label}</a
        >`,
    )}
  </nav>`;
}

export const toasts = new Cell<{ id: number; text: string; tone: 'ok' | 'bad' | 'info' }[]>([]);
let nextToast = 1;

export function toast(text: string, tone: 'ok' | 'bad' | 'info' = 'ok'): void {
  const id = nextToast++;
  toasts.value = [...toasts.value, { id, text, tone }];
  setTimeout(() => dropToast(id), 6000);
}

export function dropToast(id: number): void {
  toasts.value = toasts.value.filter((entry) => entry.id !== id);
}

export async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast(t('copy.done'));
  } catch {
    toast(t('copy.failed'), 'bad');
  }
}

export function copyButton(text: string, what: string): TemplateResult {
  return html`<button
    class="btn icon-only sm"
    type="button"
    aria-label=${t('copy.what', { what })}
    title=${t('copy.what', { what })}
    @click=${() => void copy(text)}
  >
    ${icon('copy', 14)}
  </button>`;
}

export function facts(rows: [label: string, value: unknown][]): TemplateResult {
  return html`<dl class="facts">
    ${rows.map(
      ([label, value]) =>
        html`<div>
          <dt>${label}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}
