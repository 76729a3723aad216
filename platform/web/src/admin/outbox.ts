import { html } from 'lit';
import { get, query } from '../api';
import { define, PageView, Pages } from '../element';
import { t } from '../i18n';
import type { Page } from '../types';
import { emptyState, icon, moreButton, notice, pageHead, when } from '../ui';
import { operations } from './operations';

interface Mail {
  id: string;
  at: string;
  to: string;
  subject: string;
  text: string;
}

class Outbox extends PageView {
  readonly #list = new Pages<Mail>(this, (cursor, signal) =>
    get<Page<Mail>>(query('/admin/outbox', { cursor, limit: 50 }), signal),
  );

  override render(): unknown {
    return html`${pageHead({
      title: t('nav.outbox'),
      lead: t('outbox.lead'),
      actions: html`<button class="btn" type="button" @click=${() => void this.#list.reload()}>
        ${icon('refresh-cw')} ${t('action.refresh')}
      </button>`,
    })}
    ${operations('/admin/outbox')} ${notice('info', t('outbox.trial'), t('outbox.trial-text'))}
    ${this.#list.first.show(
      () =>
        this.#list.items.length
          ? html`<ul class="task-list">
                ${this.#list.items.map(
                  (mail) =>
                    html`<li>
                      <details class="card">
                        <summary>
                          <span class="grow"
                            ><strong>${mail.subject}</strong><span class="cell-sub">${mail.to}</span></span
                          >
                          <span class="small muted">${when(mail.at)}</span>
                        </summary>
                        <pre class="snippet mail" tabindex="0" aria-label=${mail.subject}>${mail.text}</pre>
                      </details>
                    </li>`,
                )}
              </ul>
              ${moreButton(this.#list)}`
          : html`<div class="card">
              ${emptyState({ icon: 'mail', title: t('outbox.empty'), text: t('outbox.empty-text') })}
            </div>`,
      { rows: 3 },
    )}`;
  }
}

define('admin-outbox', Outbox);
