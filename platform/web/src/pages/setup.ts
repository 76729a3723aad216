import { html, nothing } from 'lit';
import { get, post } from '../api';
import { define, PageView, Resource } from '../element';
import { Form, field, selectField, submitButton, valuesOf } from '../forms';
import { chooseLanguage, lang, languageNames, languages, t, type Lang } from '../i18n';
import { Problem } from '../problem';
import { navigate } from '../router';
import { loadMe, loadSite, me } from '../session';
import { emptyState, icon, notice } from '../ui';

/** `/setup#token=…`: a fragment never reaches a log of the server or of a proxy. */
export function tokenOf(hash: string): string {
  return new URLSearchParams(hash.replace(/^#/, '')).get('token') ?? '';
}

class Setup extends PageView {
  readonly #status = new Resource(this, (signal) => get<{ required: boolean }>('/setup', signal));
  readonly #form = new Form(this);
  #step = 0;
  #done = false;
  #token = tokenOf(location.hash);
  readonly #site = { name: 'Minga', locale: lang.value as string, currency: 'USD' };
  readonly #admin = { name: '', email: '', password: '' };

  override render(): unknown {
    return html`<div class="narrow stack">
      <header class="page-head">
        <h1 tabindex="-1">${t('setup.title')}</h1>
        <p class="muted">${t('setup.lead')}</p>
      </header>
      ${this.#done ? this.#finished() : this.#status.show((status) => (status.required ? this.#wizard() : this.#already()))}
    </div>`;
  }

  #already(): unknown {
    return emptyState({
      icon: 'circle-check',
      title: t('setup.already'),
      text: t('setup.already-text'),
      action: html`<a class="btn primary" href=${me.value ? '/home' : '/login'}>${t('nav.login')}</a>`,
    });
  }

  #wizard(): unknown {
    const names = [t('setup.step-site'), t('setup.step-admin')];
    return html`<ol class="steps-bar" aria-label=${t('setup.steps')}>
        ${names.map(
          (name, index) =>
            html`<li aria-current=${index === this.#step ? 'step' : nothing}>
              <span class="step-number">${index < this.#step ? icon('check', 13) : index + 1}</span>${name}
            </li>`,
        )}
      </ol>
      <form class="form card pad" novalidate @submit=${this.#step === 0 ? this.#toAdmin : this.#send}>
        ${this.#step === 0 ? this.#siteFields() : this.#adminFields()} ${this.#form.summary()}
        <div class="form-actions">
          ${
            this.#step > 0
              ? html`<button class="btn" type="button" @click=${() => this.#go(0)}>
                  ${t('action.back')}
                </button>`
              : nothing
          }
          ${submitButton(this.#form, this.#step === 0 ? t('action.continue') : t('setup.finish'))}
        </div>
      </form>`;
  }

  #siteFields(): unknown {
    return html`${
      this.#token
        ? nothing
        : html`${notice('info', t('setup.token-missing'), t('setup.token-where'))}
          ${field(this.#form, {
            pointer: '/token',
            label: t('setup.token'),
            required: true,
            onInput: (value) => (this.#token = value.trim()),
          })}`
    }
    ${field(this.#form, {
      pointer: '/site/name',
      label: t('setup.site-name'),
      hint: t('setup.site-name-hint'),
      value: this.#site.name,
      required: true,
      maxlength: 80,
      autocomplete: 'organization',
      onInput: (value) => (this.#site.name = value),
    })}
    ${selectField(this.#form, {
      pointer: '/site/locale',
      label: t('setup.locale'),
      value: this.#site.locale,
      choices: languages.map((code) => ({ value: code, label: languageNames[code] })),
      onInput: (value) => {
        this.#site.locale = value;
        void chooseLanguage(value as Lang);
      },
    })}
    ${selectField(this.#form, {
      pointer: '/site/currency',
      label: t('setup.currency'),
      hint: t('setup.currency-hint'),
      value: this.#site.currency,
      choices: ['USD', 'EUR'].map((code) => ({ value: code, label: code })),
      onInput: (value) => (this.#site.currency = value),
    })}`;
  }

  #adminFields(): unknown {
    return html`<p class="muted">${t('setup.admin-text')}</p>
      ${field(this.#form, {
        pointer: '/admin/name',
        label: t('auth.name'),
        value: this.#admin.name,
        required: true,
        maxlength: 100,
        autocomplete: 'name',
        onInput: (value) => (this.#admin.name = value),
      })}
      ${field(this.#form, {
        pointer: '/admin/email',
        label: t('auth.email'),
        type: 'email',
        value: this.#admin.email,
        required: true,
        autocomplete: 'username',
        onInput: (value) => (this.#admin.email = value),
      })}
      ${field(this.#form, {
        pointer: '/admin/password',
        label: t('auth.password'),
        hint: t('auth.password-hint'),
        type: 'password',
        value: this.#admin.password,
        required: true,
        minlength: 10,
        autocomplete: 'new-password',
        onInput: (value) => (this.#admin.password = value),
      })}`;
  }

  #finished(): unknown {
    return html`${notice('ok', t('setup.done'), t('setup.done-text'))}
      <div class="card pad stack">
        <a class="btn primary" href="/deploy">${icon('rocket')} ${t('setup.deploy-test')}</a>
        <a class="btn" href="/account?tab=security">${icon('shield')} ${t('setup.totp')}</a>
        <a class="btn" href="/admin">${icon('layout-dashboard')} ${t('setup.to-admin')}</a>
      </div>`;
  }

  #go(step: number): void {
    this.#step = step;
    this.requestUpdate();
    void this.updateComplete.then(() => this.querySelector<HTMLElement>('form input, form select')?.focus());
  }

  readonly #toAdmin = async (event: Event): Promise<void> => {
    if (await this.#form.submit(event, () => Promise.resolve(true))) this.#go(1);
  };

  readonly #send = async (event: Event): Promise<void> => {
    valuesOf(event);
    const done = await this.#form.submit(event, async () => {
      await post('/setup', {
        token: this.#token,
        admin: { ...this.#admin, email: this.#admin.email.trim(), name: this.#admin.name.trim() },
        site: { ...this.#site, name: this.#site.name.trim() },
      });
      try {
        await post('/auth/login', { email: this.#admin.email.trim(), password: this.#admin.password });
      } catch (cause) {
        // Set up is done; whoever cannot be signed in here signs in on the next page.
        if (!(cause instanceof Problem)) throw cause;
      }
      return true;
    });
    if (!done) {
      const { problem } = this.#form;
      const badToken =
        problem?.code === 'setup.invalid-token' ||
        problem?.errors.some((error) => error.pointer === '/token');
      if (problem && badToken) {
        this.#token = '';
        this.#form.clear();
        this.#form.setError('/token', problem.detail || problem.title);
      }
      if (badToken || problem?.errors.some((error) => error.pointer.startsWith('/site'))) this.#go(0);
      return;
    }
    this.#admin.password = '';
    history.replaceState({}, '', '/setup');
    this.#done = true;
    this.requestUpdate();
    await loadSite();
    await loadMe();
    if (!me.value) navigate('/login?next=/admin', { replace: true });
  };
}

define('page-setup', Setup);
