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
  id: string;
  at: string;
  /** The id of an account, or what acted by itself. */
  actor: string;
  address: string;
  action: string;
  subject: string;
  before?: unknown;
  after?: unknown;
  trace_id?: string;
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
      key: (row) => row.id,
      columns: [
        { label: t('audit.action'), cell: (row) => html`<strong><code>${row.action}</code></strong>` },
        { label: t('audit.who'), cell: (row) => this.#actor(row.actor) },
        {
          label: t('audit.what'),
          cell: (row) => html`<code class="small">${row.subject || '–'}</code>`,
        },
        { label: t('entries.at'), cell: (row) => when(row.at) },
        { label: t('sessions.ip'), cell: (row) => html`<code class="small">${row.address || '–'}</code>` },
        { label: t('audit.details'), cell: (row) => this.#details(row) },
      ],
    })}
    ${moreButton(this.#list)}`;
  }

  #actor(actor: string): unknown {
    return actor.startsWith('acc')
      ? html`<a href="/admin/customers/${actor}"><code class="small">${actor}</code></a>`
      : actor || '–';
  }

  #details(row: AuditEntry): unknown {
    const changes = differences(row.before ?? {}, row.after ?? {});
    if (!changes.length) return '–';
    return html`<details>
      <summary>${t('audit.show')}</summary>
      <ul class="diff">
        ${changes.map(
          (change) =>
            html`<li>
              <code>${change.pointer.slice(1)}</code>
              ${change.before === undefined ? '' : html`<del>${shown(change.before)}</del> → `}<ins
                >${shown(change.after) || '–'}</ins
              >
            </li>`,
        )}
      </ul>
    </details>`;
  }
}

define('admin-audit', Audit);
