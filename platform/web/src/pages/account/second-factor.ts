import { html, nothing, svg } from 'lit';
import { post, remove } from '../../api';
import { openDialog, showSecrets } from '../../dialogs';
import { field, Form, submitButton, valuesOf } from '../../forms';
import { t } from '../../i18n';
import { loadMe, me } from '../../session';
import { badge, copyButton, icon, notice, toast } from '../../ui';

/** The card of the second factor: whether it is on, and what can be done with it. */
export function secondFactor(): unknown {
  const on = me.value?.totp_enabled === true;
  return html`${me.value?.totp_required && !on ? notice('warn', t('totp.required'), t('totp.required-text')) : nothing}
    <section class="card card-body" aria-labelledby="totp-title">
      <div class="row between">
        <h2 id="totp-title">${t('totp.title')}</h2>
        ${on ? badge(t('totp.on'), 'ok') : badge(t('totp.off'), 'off')}
      </div>
      <p class="muted">${t('totp.text')}</p>
      ${
        on
          ? html`<button class="btn" type="button" @click=${() => void renewCodes()}>
                ${t('totp.new-codes')}
              </button>
              <button class="btn danger-quiet" type="button" @click=${() => void switchOff()}>
                ${t('totp.disable')}
              </button>`
          : html`<button class="btn primary" type="button" @click=${() => void enrol()}>
              ${icon('shield')} ${t('totp.enable')}
            </button>`
      }
    </section>`;
}

interface Question<T> {
  title: string;
  text: unknown;
  label: string;
  action: string;
  danger?: boolean;
  /** A code of the authenticator has six digits; one that lost it types a recovery code. */
  digitsOnly?: boolean;
  send: (code: string) => Promise<T>;
}

/** Asks for a code until the server takes it; undefined when the person gives up. */
function askForCode<T>(question: Question<T>): Promise<T | undefined> {
  let form: Form | undefined;
  return openDialog<T>(question.title, (part) => {
    form ??= new Form(part);
    const own = form;
    return html`${question.text}
      <form
        novalidate
        @submit=${async (event: Event) => {
          const code = (valuesOf(event)['code'] ?? '').replace(/\s/g, '');
          const answer = await own.submit(event, () => question.send(code));
          if (answer !== undefined) part.close(answer);
        }}
      >
        ${field(own, {
          pointer: '/code',
          label: question.label,
          required: true,
          autocomplete: 'one-time-code',
          ...(question.digitsOnly ? { inputmode: 'numeric', maxlength: 10 } : { maxlength: 32 }),
        })}
        ${own.summary()}
        <div class="dialog-actions">
          <button class="btn" type="button" @click=${() => part.close()}>${t('action.cancel')}</button>
          ${submitButton(own, question.action, question.danger ? { kind: 'danger' } : {})}
        </div>
      </form>`;
  });
}

async function enrol(): Promise<void> {
  const [{ default: qrcode }, secret] = await Promise.all([
    import('qrcode-generator'),
    post<{ secret: string; otpauth_url: string }>('/me/totp', {}).catch((cause: unknown) => {
      toast(cause instanceof Error ? cause.message : String(cause), 'bad');
      return undefined;
    }),
  ]);
  if (!secret) return;
  const code = qrcode(0, 'M');
  code.addData(secret.otpauth_url);
  code.make();
  const size = code.getModuleCount();
  let path = '';
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) if (code.isDark(y, x)) path += `M${x + 4} ${y + 4}h1v1h-1z`;
  const answer = await askForCode({
    title: t('totp.enable'),
    text: html`<p>${t('totp.scan')}</p>
      <div class="row">
        <svg
          class="qr"
          viewBox="0 0 ${size + 8} ${size + 8}"
          role="img"
          aria-label=${t('totp.qr')}
          shape-rendering="crispEdges"
        >
          ${svg`<path d=${path} fill="#000"></path>`}
        </svg>
        <div class="grow">
          <p class="small muted">${t('totp.manual')}</p>
          <p>
            <code data-testid="totp-secret">${secret.secret}</code>
            ${copyButton(secret.secret, t('totp.secret'))}
          </p>
        </div>
      </div>`,
    label: t('totp.code'),
    action: t('totp.confirm'),
    digitsOnly: true,
    send: (given) => post<{ recovery_codes: string[] }>('/me/totp/confirm', { code: given }),
  });
  if (!answer) return;
  await showCodes(answer.recovery_codes);
  await loadMe();
}

async function renewCodes(): Promise<void> {
  const answer = await askForCode({
    title: t('totp.new-codes'),
    text: html`<p>${t('totp.new-codes-text')}</p>`,
    label: t('auth.code'),
    action: t('totp.new-codes'),
    send: (code) => post<{ recovery_codes: string[] }>('/me/totp/recovery-codes', { code }),
  });
  if (answer) await showCodes(answer.recovery_codes);
}

async function switchOff(): Promise<void> {
  const done = await askForCode({
    title: t('totp.disable'),
    text: html`<p>${t('totp.disable-text')}</p>`,
    label: t('auth.code'),
    action: t('totp.disable'),
    danger: true,
    send: (code) => remove('/me/totp', { body: { code } }).then(() => true),
  });
  if (done) await loadMe();
}

function showCodes(codes: string[]): Promise<unknown> {
  return showSecrets(
    t('totp.recovery'),
    [{ name: 'codes', label: t('totp.recovery'), value: codes.join('\n') }],
    t('totp.recovery-text'),
  );
}
