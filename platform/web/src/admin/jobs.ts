import { html, nothing } from 'lit';
import { get, post, query } from '../api';
import { define, PageView, Pages } from '../element';
import { number } from '../format';
import { t, tk } from '../i18n';
import { Problem } from '../problem';
import { mayWrite } from '../session';
import type { Page } from '../types';
import { emptyState, icon, moreButton, pageHead, since, status, table, toast } from '../ui';
import { operations } from './operations';

interface Job {
  id: string;
  type: string;
  name: string;
  state: string;
  attempts: number;
  next_at?: string | null;
  last_error?: string | null;
  created_at: string;
  /** Why it was given up. */
  reason?: string | null;
  trace_id?: string;
}

/** The name of jobs that come back by themselves. */
const RECURRING = 'recurring';

const states = ['scheduled', 'running', 'waiting', 'retrying', 'dead'];

class Jobs extends PageView {
  readonly #list = new Pages<Job>(this, (cursor, signal) =>
    get<Page<Job>>(query('/admin/jobs', { state: this.search('state'), cursor, limit: 50 }), signal),
  );

  override placed(): void {
    void this.#list.reload();
    this.requestUpdate();
  }

  override render(): unknown {
    return html`${pageHead({
        title: t('nav.jobs'),
        lead: t('jobs.lead'),
        actions: html`<button class="btn" type="button" @click=${() => void this.#list.reload()}>
          ${icon('refresh-cw')} ${t('action.refresh')}
        </button>`,
      })}
      ${operations('/admin/jobs')}
      <div class="toolbar">
        <div class="field">
          <label for="job-state">${t('instance.state')}</label>
          <select
            id="job-state"
            @change=${(event: Event) => this.setSearch({ state: (event.target as HTMLSelectElement).value })}
          >
            <option value="" ?selected=${!this.search('state')}>${t('catalog.all')}</option>
            ${states.map((state) => html`<option value=${state} ?selected=${this.search('state') === state}>${tk('state', state)}</option>`)}
          </select>
        </div>
      </div>
      ${this.#list.first.show(() => this.#table(), { rows: 5 })}`;
  }

  #table(): unknown {
    if (!this.#list.items.length) {
      return html`<div class="card">
        ${emptyState({ icon: 'list-checks', title: t('jobs.empty'), text: t('jobs.empty-text') })}
      </div>`;
    }
    return html`${table<Job>({
      caption: t('nav.jobs'),
      rows: this.#list.items,
      key: (row) => row.id,
      columns: [
        {
          label: t('jobs.kind'),
          cell: (row) =>
            html`<div>
              <strong>${tk('job', row.type)}</strong>
              <span class="cell-sub"
                ><code>${row.type}</code>
                ${row.name === RECURRING ? t('jobs.recurring') : html`<code>${row.name}</code>`}</span
              >
            </div>`,
        },
        {
          label: t('instance.state'),
          cell: (row) =>
            html`<div>
              ${status(row.state)}
              ${(row.reason ?? row.last_error) ? html`<span class="cell-sub">${row.reason ?? row.last_error}</span>` : nothing}
            </div>`,
        },
        { label: t('jobs.attempts'), cell: (row) => number(row.attempts), align: 'end' },
        { label: t('jobs.next'), cell: (row) => since(row.next_at) },
        { label: t('instance.created'), cell: (row) => since(row.created_at) },
        {
          label: '',
          align: 'end',
          cell: (row) =>
            row.state === 'dead' && mayWrite()
              ? html`<button
                  class="btn sm"
                  type="button"
                  aria-label=${`${t('action.retry')} ${row.type}`}
                  @click=${() => void this.#retry(row)}
                >
                  ${icon('rotate-cw', 14)} ${t('action.retry')}
                </button>`
              : nothing,
        },
      ],
    })}
    ${moreButton(this.#list)}`;
  }

  async #retry(job: Job): Promise<void> {
    try {
      await post(`/admin/jobs/${encodeURIComponent(job.id)}/retry`, {});
      toast(t('jobs.retried'));
    } catch (cause) {
      const problem = Problem.from(cause);
      toast(problem.detail || problem.title, 'bad');
    }
    await this.#list.reload();
  }
}

define('admin-jobs', Jobs);
