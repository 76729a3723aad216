import { html, nothing } from 'lit';
import { post, onSessionEnd } from './api';
import { openDialog } from './dialogs';
import { Form, field, submitButton, valuesOf } from './forms';
import { t } from './i18n';
import { Problem } from './problem';
import { loadMe, me } from './session';

let asking: Promise<boolean> | undefined;

/** The session ended while somebody was working: sign in on top of the page, so that nothing typed is lost. */
export function guardSession(): void {
  onSessionEnd(() => {
    if (!me.value) return Promise.resolve(false);
    asking ??= ask().finally(() => (asking = undefined));
    return asking;
  });
}

async function ask(): Promise<boolean> {
  const who = me.value;
  let form: Form | undefined;
  let code = false;
  const done = await openDialog<boolean>(t('session.ended'), (part) => {
    form ??= new Form(part);
    const own = form;
    return html`<p>${t('session.ended-text')}</p>
      <form
        novalidate
        @submit=${async (event: Event) => {
          const values = valuesOf(event);
          const ok = await own.submit(event, async () => {
            try {
              await post('/auth/login', {
                email: who?.email ?? '',
                password: values['password'],
                ...(code ? { totp: values['totp'] } : {}),
              });
            } catch (cause) {
              if (cause instanceof Problem && cause.code === 'auth.totp-required') {
                code = true;
                return false;
              }
              throw cause;
            }
            return true;
          });
          if (!ok) return;
          await loadMe();
          part.close(true);
        }}
      >
        ${field(own, { pointer: '/email', label: t('auth.email'), value: who?.email ?? '', readonly: true, autocomplete: 'username' })}
        ${field(own, { pointer: '/password', label: t('auth.password'), type: 'password', required: true, autocomplete: 'current-password' })}
        ${
          code
            ? field(own, {
                pointer: '/totp',
                label: t('auth.code'),
                required: true,
                inputmode: 'numeric',
                autocomplete: 'one-time-code',
              })
            : nothing
        }
        ${own.summary()}
        <div class="dialog-actions">
          <button class="btn" type="button" @click=${() => part.close(false)}>${t('action.cancel')}</button>
          ${submitButton(own, t('nav.login'))}
        </div>
      </form>`;
  });
  if (!done) me.value = undefined;
  return done ?? false;
}
