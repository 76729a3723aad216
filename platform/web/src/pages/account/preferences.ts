import { html } from 'lit';
import { patch } from '../../api';
import { define, View } from '../../element';
import { field, Form, selectField, submitButton, valuesOf } from '../../forms';
import { dateTime, money, setFormatRules } from '../../format';
import { lang, languageNames, languages, remember, remembered, t, type Lang } from '../../i18n';
import { me, site, speak } from '../../session';
import { chooseTheme, theme, themes, type Theme } from '../../theme';
import type { Me } from '../../types';
import { toast } from '../../ui';

/** One's name, and how this browser shows things. */
class AccountPreferences extends View {
  readonly #form = new Form(this);

  readonly #save = async (event: Event): Promise<void> => {
    const name = (valuesOf(event)['name'] ?? '').trim();
    const done = await this.#form.submit(event, () => patch<Me>('/me', { name }));
    if (!done) return;
    me.value = done;
    toast(t('action.saved'));
  };

  override render(): unknown {
    const form = this.#form;
    const region = remembered('minga.region') ?? '';
    return html`<section class="card card-body" aria-labelledby="profile-title">
        <h2 id="profile-title">${t('customers.profile')}</h2>
        <form class="form" novalidate @submit=${this.#save}>
          ${field(form, { pointer: '/name', label: t('auth.name'), value: me.value?.name ?? '', required: true, maxlength: 100, autocomplete: 'name' })}
          ${form.summary()}
          <div>${submitButton(form, t('action.save'))}</div>
        </form>
      </section>
      <section class="card card-body" aria-labelledby="pref-title">
        <h2 id="pref-title">${t('account.preferences')}</h2>
        <p class="muted">${t('pref.text')}</p>
        <div class="form">
          ${selectField(form, {
            pointer: '/pref/language',
            label: t('menu.language'),
            value: lang.value,
            choices: languages.map((code) => ({ value: code, label: languageNames[code] })),
            onInput: (value) => void speak(value as Lang),
          })}
          ${selectField(form, {
            pointer: '/pref/region',
            label: t('pref.region'),
            hint: `${money({ amount_minor: 123450, asset: 'USD' })} · ${dateTime(new Date().toISOString())}`,
            value: region,
            choices: [
              { value: '', label: t('pref.region-auto', { region: site.value?.region ?? 'EC' }) },
              ...['es-EC', 'es-MX', 'es-ES', 'en-US', 'en-GB'].map((code) => ({ value: code, label: code })),
            ],
            onInput: (value) => {
              remember('minga.region', value || undefined);
              setFormatRules(value || site.value?.region, undefined);
              this.requestUpdate();
            },
          })}
          ${selectField(form, {
            pointer: '/pref/theme',
            label: t('menu.theme'),
            value: theme.value,
            choices: themes.map((choice) => ({ value: choice, label: t(`theme.${choice}`) })),
            onInput: (value) => chooseTheme(value as Theme),
          })}
        </div>
      </section>`;
  }
}

define('account-preferences', AccountPreferences);
