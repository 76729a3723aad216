import { html } from 'lit';
import { post } from '../api';
import { define, PageView } from '../element';
import { Form, field, submitButton, valuesOf } from '../forms';
import { lang, t } from '../i18n';
import { navigate, safeNext } from '../router';
import { loadMe, me } from '../session';

class Signup extends PageView {
  readonly #form = new Form(this);
  readonly #typed = { name: '', email: '', password: '' };

  override connectedCallback(): void {
    super.connectedCallback();
    if (me.value) navigate('/home', { replace: true });
  }

  override render(): unknown {
    const next = this.search('next');
    return html`<div class="narrow stack">
      <header class="page-head">
        <h1 tabindex="-1">${t('signup.title')}</h1>
        <p class="muted">
          ${t('signup.have')}
          <a href="/login${next ? `?next=${encodeURIComponent(next)}` : ''}">${t('nav.login')}</a>
        </p>
      </header>
      <form class="form card pad" novalidate @submit=${this.#send}>
        ${field(this.#form, {
          pointer: '/name',
          label: t('auth.name'),
          value: this.#typed.name,
          required: true,
          maxlength: 100,
          autocomplete: 'name',
          onInput: (value) => (this.#typed.name = value),
        })}
        ${field(this.#form, {
          pointer: '/email',
          label: t('auth.email'),
          type: 'email',
          value: this.#typed.email,
          required: true,
          autocomplete: 'username',
          onInput: (value) => (this.#typed.email = value),
        })}
        ${field(this.#form, {
          pointer: '/password',
          label: t('auth.password'),
          type: 'password',
          value: this.#typed.password,
          hint: t('auth.password-hint'),
          required: true,
          minlength: 10,
          autocomplete: 'new-password',
          onInput: (value) => (this.#typed.password = value),
        })}
        ${this.#form.summary()} ${submitButton(this.#form, t('signup.submit'), { kind: 'primary wide' })}
      </form>
      <p class="small muted center">${t('signup.no-card')}</p>
    </div>`;
  }

  readonly #send = async (event: Event): Promise<void> => {
    const values = valuesOf(event);
    const done = await this.#form.submit(event, async () => {
      await post('/auth/signup', {
        email: (values['email'] ?? '').trim(),
        password: values['password'],
        name: (values['name'] ?? '').trim(),
        locale: lang.value,
      });
      return true;
    });
    if (!done) return;
    this.#typed.password = '';
    await loadMe();
    navigate(safeNext(this.search('next'), '/home'), { replace: true });
  };
}

define('page-signup', Signup);
