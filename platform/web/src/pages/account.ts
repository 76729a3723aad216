import { html } from 'lit';
import { define, PageView } from '../element';
import { t } from '../i18n';
import { me } from '../session';
import { pageHead, tabs } from '../ui';
import './account/preferences';
import './account/security';
import './account/ssh-keys';
import './account/tokens';

class Account extends PageView {
  override render(): unknown {
    const tab = this.search('tab') || 'security';
    return html`${pageHead({ title: t('nav.account'), lead: me.value ? `${me.value.name} · ${me.value.email}` : undefined })}
    ${tabs(t('account.tabs'), [
      { href: '/account', label: t('account.security'), current: tab === 'security', icon: 'shield' },
      {
        href: '/account?tab=ssh-keys',
        label: t('account.ssh-keys'),
        current: tab === 'ssh-keys',
        icon: 'key-round',
      },
      {
        href: '/account?tab=tokens',
        label: t('account.tokens'),
        current: tab === 'tokens',
        icon: 'terminal',
      },
      {
        href: '/account?tab=preferences',
        label: t('account.preferences'),
        current: tab === 'preferences',
        icon: 'settings',
      },
    ])}
    ${this.#tab(tab)}`;
  }

  #tab(tab: string): unknown {
    switch (tab) {
      case 'ssh-keys':
        return html`<account-keys class="stack"></account-keys>`;
      case 'tokens':
        return html`<account-tokens class="stack"></account-tokens>`;
      case 'preferences':
        return html`<account-preferences class="stack"></account-preferences>`;
      default:
        return html`<account-security class="stack"></account-security>`;
    }
  }
}

define('page-account', Account);
