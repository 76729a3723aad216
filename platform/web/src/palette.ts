import { html, nothing } from 'lit';
import { get } from './api';
import { openDialog } from './dialogs';
import { lang, languageNames, languages, t, tk } from './i18n';
import { adminNav, consoleNav, operationTabs } from './nav';
import { navigate } from './router';
import { isStaff, me, speak } from './session';
import { filterCommands } from './search';
import { chooseTheme, themes } from './theme';
import type { IconName } from './icon-names';
import type { Instance, Page } from './types';
import { icon } from './ui';

export interface Command {
  label: string;
  detail?: string;
  icon: IconName;
  run: () => void;
}

function commands(instances: readonly Instance[]): Command[] {
  const go = (href: string) => () => navigate(href);
  const list: Command[] = consoleNav.map((entry) => ({
    label: t(entry.label),
    detail: entry.href,
    icon: entry.icon,
    run: go(entry.href),
  }));
  for (const instance of instances) {
    list.push({
      label: instance.name,
      detail: tk('state', instance.state),
      icon: 'server',
      run: go(`/instances/${instance.id}`),
    });
  }
  if (isStaff()) {
    for (const entry of [...adminNav, ...operationTabs]) {
      list.push({
        label: `${t('nav.admin')}: ${t(entry.label)}`,
        detail: entry.href,
        icon: entry.icon,
        run: go(entry.href),
      });
    }
  }
  for (const choice of themes) {
    list.push({
      label: `${t('menu.theme')}: ${t(`theme.${choice}`)}`,
      icon: 'sun',
      run: () => chooseTheme(choice),
    });
  }
  for (const code of languages.filter((each) => each !== lang.value)) {
    list.push({
      label: `${t('menu.language')}: ${languageNames[code]}`,
      icon: 'languages',
      run: () => void speak(code),
    });
  }
  list.push({
    label: t('nav.docs'),
    detail: '/docs',
    icon: 'book-open',
    run: () => location.assign('/docs'),
  });
  return list;
}

let open = false;

export const openPalette = (): void => {
  if (open || !me.value) return;
  open = true;
  let text = '';
  let at = 0;
  let instances: Instance[] = [];
  let refresh: () => void = () => undefined;
  get<Page<Instance>>('/instances?limit=50')
    .then((page) => {
      instances = page.items;
      refresh();
    })
    // Without the list the palette still goes everywhere else.
    .catch(() => undefined);
  void openDialog<Command>(t('palette.title'), (part) => {
    refresh = part.update;
    const found = filterCommands(commands(instances), text).slice(0, 12);
    at = Math.max(0, Math.min(at, found.length - 1));
    const keys = (event: KeyboardEvent): void => {
      if (event.key === 'ArrowDown') at = Math.min(at + 1, found.length - 1);
      else if (event.key === 'ArrowUp') at = Math.max(at - 1, 0);
      else if (event.key === 'Enter') {
        event.preventDefault();
        part.close(found[at]);
        return;
      } else return;
      event.preventDefault();
      part.update();
    };
    return html`<div class="palette">
      <input
        class="palette-input"
        type="text"
        role="combobox"
        autofocus
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant=${found.length ? `palette-${at}` : nothing}
        aria-label=${t('palette.title')}
        placeholder=${t('palette.hint')}
        @keydown=${keys}
        @input=${(event: Event) => {
          text = (event.target as HTMLInputElement).value;
          at = 0;
          part.update();
        }}
      />
      <div id="palette-list" role="listbox" aria-label=${t('palette.results')}>
        ${found.map(
          (command, index) =>
            html`<div
              id="palette-${index}"
              role="option"
              aria-selected=${index === at ? 'true' : 'false'}
              @click=${() => part.close(command)}
              @pointermove=${() => {
                if (at === index) return;
                at = index;
                part.update();
              }}
            >
              ${icon(command.icon)} <span class="grow">${command.label}</span>
              <span class="muted small">${command.detail ?? ''}</span>
            </div>`,
        )}
      </div>
      ${found.length ? nothing : html`<p class="muted" role="status">${t('palette.none')}</p>`}
    </div>`;
  }).then((command) => {
    open = false;
    command?.run();
  });
};

export function listenForPalette(): void {
  addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      openPalette();
    }
  });
}
