import { html, nothing } from 'lit';
import { post } from '../api';
import { define, PageView } from '../element';
import { Form, field, submitButton, valuesOf } from '../forms';
import { t } from '../i18n';
import { Problem } from '../problem';
import { navigate, safeNext } from '../router';
import { loadMe, me } from '../session';

class Login extends PageView {
  readonly #form = new Form(this);
  #email = '';
  #password = '';
  #code = false;

  override connectedCallback(): void {
    super.connectedCallback();
    if (me.value) navigate(safeNext(this.search('next'), '/home'), { replace: true });
  }

  override render(): unknown {
    const next = this.search('next');
    return html`<div class="narrow stack">
      <header class="page-head">
        <h1 tabindex="-1">${t('login.title')}</h1>
        <p class="muted">
          ${t('login.new')}
          <a href="/signup${next ? `?next=${encodeURIComponent(next)}` : ''}">${t('nav.signup')}</a>
        </p>
      </header>
      <form class="form card pad" novalidate @submit=${this.#send}>
        ${
          this.#code
            ? html`<p>${t('login.code-text')}</p>
                ${field(this.#form, {
                  pointer: '/totp',
                  label: t('auth.code'),
                  hint: t('auth.code-hint'),
                  required: true,
                  autocomplete: 'one-time-code',
                  maxlength: 32,
                })}`
            : html`${field(this.#form, {
                pointer: '/email',
                label: t('auth.email'),
                type: 'email',
                value: this.#email,
                required: true,
                autocomplete: 'username',
                onInput: (value) => (this.#email = value),
              })}
              ${field(this.#form, {
                pointer: '/password',
                label: t('auth.password'),
                type: 'password',
                value: this.#password,
                required: true,
                autocomplete: 'current-password',
                onInput: (value) => (this.#password = value),
              })}`
        }
        ${this.#form.summary()}
        ${submitButton(this.#form, this.#code ? t('login.check') : t('nav.login'), { kind: 'primary wide' })}
        ${
          this.#code
            ? html`<button
                class="btn ghost"
                type="button"
                @click=${() => {
                  this.#code = false;
                  this.requestUpdate();
                }}
              >
                ${t('action.back')}
              </button>`
            : nothing
        }
      </form>
    </div>`;
  }

  readonly #send = async (event: Event): Promise<void> => {
    const values = valuesOf(event);
    const body = {
      email: this.#email.trim(),
      password: this.#password,
      ...(this.#code ? { totp: (values['totp'] ?? '').replace(/\s/g, '') } : {}),
    };
    const done = await this.#form.submit(event, async () => {
      try {
        await post('/auth/login', body);
        return true;
      } catch (cause) {
        if (cause instanceof Problem && cause.code === 'auth.totp-required' && !this.#code) {
          this.#code = true;
          return false;
        }
        throw cause;
      }
    });
    if (done) {
      this.#password = '';
      await loadMe();
      navigate(safeNext(this.search('next'), '/home'), { replace: true });
    } else if (this.#code) {
      await this.updateComplete;
      this.querySelector<HTMLInputElement>('[data-pointer="/totp"]')?.focus();
    }
  };
}

define('page-login', Login);
