import { html } from 'lit';
import { get, post, remove } from '../../api';
import { confirmAction } from '../../dialogs';
import { define, Resource, View } from '../../element';
import { field, Form, submitButton, textField, valuesOf } from '../../forms';
import { t } from '../../i18n';
import type { Page } from '../../types';
import { emptyState, icon, table, toast } from '../../ui';

interface SshKey {
  id: string;
  name: string;
  fingerprint: string;
  public_key: string;
}

/** The keys that new machines let in. */
class AccountKeys extends View {
  readonly #keys = new Resource(this, (signal) => get<Page<SshKey>>('/ssh-keys', signal));
  readonly #form = new Form(this);

  override render(): unknown {
    return html`<p class="muted">${t('ssh.text')}</p>
      ${this.#keys.show(
        (page) =>
          page.items.length
            ? table<SshKey>({
                caption: t('account.ssh-keys'),
                rows: page.items,
                key: (row) => row.id,
                columns: [
                  { label: t('ssh.name'), cell: (row) => html`<strong>${row.name}</strong>` },
                  { label: t('ssh.fingerprint'), cell: (row) => html`<code>${row.fingerprint}</code>` },
                  {
                    label: '',
                    align: 'end',
                    cell: (row) =>
                      html`<button
                        class="btn sm"
                        type="button"
                        aria-label=${`${t('action.delete')} ${row.name}`}
                        @click=${() => void this.#drop(row)}
                      >
                        ${icon('trash-2', 14)} ${t('action.delete')}
                      </button>`,
                  },
                ],
              })
            : html`<div class="card">
                ${emptyState({ icon: 'key-round', title: t('ssh.empty'), text: t('ssh.empty-text') })}
              </div>`,
        { rows: 2 },
      )}
      <section class="card card-body" aria-labelledby="ssh-add">
        <h2 id="ssh-add">${t('ssh.add')}</h2>
        <form class="form" novalidate @submit=${this.#add}>
          ${field(this.#form, { pointer: '/name', label: t('ssh.name'), required: true, maxlength: 60 })}
          ${textField(this.#form, { pointer: '/public_key', label: t('ssh.key'), hint: t('ssh.key-hint'), required: true, rows: 3, code: true, placeholder: 'ssh-ed25519 AAAA…' })}
          ${this.#form.summary()}
          <div>${submitButton(this.#form, t('ssh.add'))}</div>
        </form>
      </section>`;
  }

  readonly #add = async (event: Event): Promise<void> => {
    const values = valuesOf(event);
    const form = event.currentTarget as HTMLFormElement;
    const done = await this.#form.submit(event, async () => {
      await post('/ssh-keys', {
        name: (values['name'] ?? '').trim(),
        public_key: (values['public_key'] ?? '').trim(),
      });
      return true;
    });
    if (!done) return;
    form.reset();
    toast(t('ssh.added'));
    await this.#keys.reload();
  };

  async #drop(key: SshKey): Promise<void> {
    await confirmAction({
      title: t('ssh.delete-title', { name: key.name }),
      body: html`<p>${t('ssh.delete-text')}</p>`,
      action: t('action.delete'),
      danger: true,
      run: () => remove(`/ssh-keys/${encodeURIComponent(key.id)}`),
    });
    await this.#keys.reload();
  }
}

define('account-keys', AccountKeys);
