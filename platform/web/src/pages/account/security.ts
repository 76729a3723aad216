import { html, nothing } from 'lit';
import { get, post, remove } from '../../api';
import { deviceOf } from '../../device';
import { confirmAction } from '../../dialogs';
import { define, Resource, View } from '../../element';
import { field, Form, submitButton, valuesOf } from '../../forms';
import { t } from '../../i18n';
import { me } from '../../session';
import type { Page } from '../../types';
import { badge, since, table, toast, when } from '../../ui';
import { secondFactor } from './second-factor';

interface Session {
  id: string;
  created_at: string;
  last_seen_at: string;
  ip: string;
  user_agent: string;
  current: boolean;
}

/** How one signs in, and where one is signed in. */
class AccountSecurity extends View {
  readonly #sessions = new Resource(this, (signal) => get<Page<Session>>('/sessions', signal));
  readonly #password = new Form(this);

  override render(): unknown {
    return html`${secondFactor()}
      <section class="card card-body" aria-labelledby="password-title">
        <h2 id="password-title">${t('password.title')}</h2>
        <form class="form" novalidate @submit=${this.#changePassword}>
          <input
            class="sr"
            type="text"
            autocomplete="username"
            .value=${me.value?.email ?? ''}
            tabindex="-1"
            aria-hidden="true"
            readonly
          />
          ${field(this.#password, { pointer: '/current', label: t('password.current'), type: 'password', required: true, autocomplete: 'current-password' })}
          ${field(this.#password, { pointer: '/new', label: t('password.new'), hint: t('auth.password-hint'), type: 'password', required: true, minlength: 10, autocomplete: 'new-password' })}
          ${this.#password.summary()}
          <div>${submitButton(this.#password, t('password.change'))}</div>
        </form>
      </section>
      <section class="stack" aria-labelledby="sessions-title">
        <div class="row between">
          <div>
            <h2 id="sessions-title">${t('sessions.title')}</h2>
            <p class="muted">${t('sessions.text')}</p>
          </div>
          ${
            (this.#sessions.value?.items.length ?? 0) > 1
              ? html`<button class="btn sm" type="button" @click=${() => void this.#endOthers()}>
                  ${t('sessions.end-others')}
                </button>`
              : nothing
          }
        </div>
        ${this.#sessions.show(
          (page) =>
            table<Session>({
              caption: t('sessions.title'),
              rows: page.items,
              key: (row) => row.id,
              columns: [
                {
                  label: t('sessions.device'),
                  cell: (row) =>
                    html`<span title=${row.user_agent}><strong>${deviceOf(row.user_agent)}</strong></span>
                      ${row.current ? badge(t('sessions.current'), 'ok') : nothing}`,
                },
                { label: t('sessions.ip'), cell: (row) => html`<code>${row.ip}</code>` },
                { label: t('sessions.seen'), cell: (row) => since(row.last_seen_at) },
                { label: t('sessions.created'), cell: (row) => when(row.created_at) },
                {
                  label: '',
                  align: 'end',
                  cell: (row) =>
                    row.current
                      ? nothing
                      : html`<button
                          class="btn sm"
                          type="button"
                          aria-label=${`${t('sessions.end')} ${deviceOf(row.user_agent)}`}
                          @click=${() => void this.#endSession(row)}
                        >
                          ${t('sessions.end')}
                        </button>`,
                },
              ],
            }),
          { rows: 2 },
        )}
      </section>`;
  }

  readonly #changePassword = async (event: Event): Promise<void> => {
    const values = valuesOf(event);
    const form = event.currentTarget as HTMLFormElement;
    const done = await this.#password.submit(event, async () => {
      await post('/me/password', { current: values['current'], new: values['new'] });
      return true;
    });
    if (!done) return;
    form.reset();
    toast(t('password.changed'));
    await this.#sessions.reload();
  };

  async #endOthers(): Promise<void> {
    await confirmAction({
      title: t('sessions.end-others'),
      body: html`<p>${t('sessions.end-others-text')}</p>`,
      action: t('sessions.end-others'),
      run: () => remove('/sessions'),
    });
    await this.#sessions.reload();
  }

  async #endSession(session: Session): Promise<void> {
    await confirmAction({
      title: t('sessions.end-title'),
      body: html`<p>${t('sessions.end-text', { device: deviceOf(session.user_agent) })}</p>`,
      action: t('sessions.end'),
      run: () => remove(`/sessions/${encodeURIComponent(session.id)}`),
    });
    await this.#sessions.reload();
  }
}

define('account-security', AccountSecurity);
