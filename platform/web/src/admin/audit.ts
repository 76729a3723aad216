import { html } from 'lit';
import { get, query } from '../api';
import { define, PageView, Pages } from '../element';
import { t } from '../i18n';
import { differences } from '../schema';
import { shown } from '../text';
import type { Page } from '../types';
import { emptyState, moreButton, pageHead, table, when } from '../ui';
import { operations } from './operations';

interface AuditEntry {
  id: string | number;
  at: string;
  actor?: { id?: string; email?: string; name?: string } | string | null;
  actor_id?: string | null;
  action: string;
  subject?: { type?: string; id?: string } | string | null;
  target?: { type?: string; id?: string } | string | null;
  ip?: string | null;
  details?: Record<string, unknown> | null;
}

function named(
  value: { id?: string; email?: string; name?: string; type?: string } | string | null | undefined,
): string {
  if (!value) return '–';
  if (typeof value === 'string') return value;
  return value.name ?? value.email ?? [value.type, value.id].filter(Boolean).join(' ');
}

const TYPING_MS = 250;

class Audit extends PageView {
  readonly #list = new Pages<AuditEntry>(this, (cursor, signal) =>
    get<Page<AuditEntry>>(
      query('/admin/audit', { action: this.search('action'), cursor, limit: 50 }),
      signal,
    ),
  );
  #timer: ReturnType<typeof setTimeout> | undefined;

  override placed(): void {
    void this.#list.reload();
    this.requestUpdate();
  }

  override render(): unknown {
    return html`${pageHead({ title: t('nav.audit'), lead: t('audit.lead') })} ${operations('/admin/audit')}
      <form class="toolbar" role="search" @submit=${(event: Event) => event.preventDefault()}>
        <div class="field">
          <label for="audit-action">${t('audit.action')}</label>
          <input
            id="audit-action"
            type="search"
            .value=${this.search('action')}
            @input=${(event: Event) => {
              const action = (event.target as HTMLInputElement).value.trim();
              clearTimeout(this.#timer);
              this.#timer = setTimeout(() => this.setSearch({ action }), TYPING_MS);
            }}
          />
        </div>
      </form>
      ${this.#list.first.show(() => this.#table(), { rows: 6 })}`;
  }

  #table(): unknown {
    if (!this.#list.items.length) {
      return html`<div class="card">
        ${emptyState({ icon: 'history', title: t('audit.empty'), text: t('audit.empty-text') })}
      </div>`;
    }
    return html`${table<AuditEntry>({
      caption: t('nav.audit'),
      rows: this.#list.items,
      key: (row) => String(row.id),
      columns: [
        { label: t('audit.action'), cell: (row) => html`<strong><code>${row.action}</code></strong>` },
        { label: t('audit.who'), cell: (row) => named(row.actor ?? row.actor_id) },
        {
          label: t('audit.what'),
          cell: (row) => html`<code class="small">${named(row.subject ?? row.target)}</code>`,
        },
        { label: t('entries.at'), cell: (row) => when(row.at) },
        { label: t('sessions.ip'), cell: (row) => html`<code class="small">${row.ip ?? '–'}</code>` },
        { label: t('audit.details'), cell: (row) => this.#details(row) },
      ],
    })}
    ${moreButton(this.#list)}`;
  }

  #details(row: AuditEntry): unknown {
    const details = row.details;
    if (!details || !Object.keys(details).length) return '–';
    const before = details['before'];
    const after = details['after'];
    return html`<details>
      <summary>${t('audit.show')}</summary>
      ${
        before !== undefined || after !== undefined
          ? html`<ul class="diff">
              ${differences(before ?? {}, after ?? {}).map(
                (change) =>
                  html`<li>
                    <code>${change.pointer}</code> <del>${shown(change.before) || '–'}</del> →
                    <ins>${shown(change.after) || '–'}</ins>
                  </li>`,
              )}
            </ul>`
          : html`<pre class="snippet">${JSON.stringify(details, null, 1)}</pre>`
      }
    </details>`;
  }
}

define('admin-audit', Audit);
