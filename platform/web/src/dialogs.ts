import { html, nothing, render } from 'lit';
import { Form, field, submitButton } from './forms';
import { t } from './i18n';
import type { Intent } from './intent';
import { copy, icon } from './ui';

export interface DialogPart<T> {
  close: (value?: T) => void;
  update: () => void;
  requestUpdate: () => void;
}

let opened = 0;

/** Shows a native modal dialog; the promise holds what it was closed with, or undefined for Escape and Cancel. */
export function openDialog<T>(
  title: string,
  content: (part: DialogPart<T>) => unknown,
  options: { wide?: boolean; side?: boolean; sticky?: boolean } = {},
): Promise<T | undefined> {
  return new Promise((resolve) => {
    const dialog = document.createElement('dialog');
    const titleId = `dialog-${++opened}`;
    dialog.setAttribute('aria-labelledby', titleId);
    dialog.className = ['dialog', options.wide ? 'wide' : '', options.side ? 'side' : ''].join(' ').trim();
    let result: T | undefined;
    const close = (value?: T): void => {
      result = value;
      dialog.close();
    };
    const update = (): void => {
      if (!dialog.isConnected) return;
      render(
        html`<div class="dialog-head">
            <h2 id=${titleId}>${title}</h2>
            ${
              options.sticky
                ? nothing
                : html`<button
                    class="btn icon-only ghost"
                    type="button"
                    aria-label=${t('action.close')}
                    @click=${() => close()}
                  >
                    ${icon('x')}
                  </button>`
            }
          </div>
          <div class="dialog-body">${content(part)}</div>`,
        dialog,
      );
    };
    const part: DialogPart<T> = { close, update, requestUpdate: () => queueMicrotask(update) };
    dialog.addEventListener('cancel', (event) => {
      if (options.sticky) event.preventDefault();
    });
    dialog.addEventListener('click', (event) => {
      if (event.target === dialog && options.side) close();
    });
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(result);
    });
    document.body.append(dialog);
    update();
    dialog.showModal();
    const first = [
      '[autofocus]',
      '.dialog-body :is(input:not([readonly]), select, textarea)',
      '.dialog-actions .btn',
    ];
    first
      .map((selector) => dialog.querySelector<HTMLElement>(selector))
      .find(Boolean)
      ?.focus();
  });
}

/** Asks before something is done that costs or loses; the work happens while the dialog is open. */
export function confirmAction<T>(options: {
  title: string;
  /** What still costs, what is lost. */
  body: unknown;
  action: string;
  danger?: boolean;
  /** The word that has to be typed first. */
  type?: string;
  run: (intent: Intent) => Promise<T>;
}): Promise<T | undefined> {
  let form: Form | undefined;
  let typed = '';
  return openDialog<T>(options.title, (part) => {
    form ??= new Form(part);
    const own = form;
    const ready = options.type === undefined || typed.trim() === options.type;
    return html`<form
      novalidate
      @submit=${async (event: Event) => {
        event.preventDefault();
        if (!ready) {
          own.setError('/typed', t('dialog.type-mismatch'));
          return;
        }
        let done: { value: T } | undefined;
        await own.submit(event, async (intent) => {
          done = { value: await options.run(intent) };
        });
        if (done) part.close(done.value);
      }}
    >
      <div class="prose">${options.body}</div>
      ${
        options.type === undefined
          ? nothing
          : field(own, {
              pointer: '/typed',
              label: t('dialog.type-name', { name: options.type }),
              value: typed,
              onInput: (value) => {
                typed = value;
                part.update();
              },
            })
      }
      ${own.summary()}
      <div class="dialog-actions">
        <button class="btn" type="button" @click=${() => part.close()}>${t('action.cancel')}</button>
        ${submitButton(own, options.action, { kind: options.danger ? 'danger' : 'primary' })}
      </div>
    </form>`;
  });
}

/** Something that is shown this one time only. */
export function showSecrets(
  title: string,
  items: { name: string; label?: string; value: string }[],
  note: string,
): Promise<void> {
  return openDialog<undefined>(title, (part) => {
    const all = items
      .map((item) => (items.length > 1 ? `${item.label ?? item.name}: ${item.value}` : item.value))
      .join('\n');
    return html`<p>${note}</p>
      <dl class="secrets">
        ${items.map(
          (item) =>
            html`<div>
              <dt>${item.label ?? item.name}</dt>
              <dd><code data-testid="secret">${item.value}</code></dd>
            </div>`,
        )}
      </dl>
      <div class="dialog-actions">
        <button class="btn" type="button" @click=${() => void copy(all)}>
          ${icon('copy')} ${t('action.copy-all')}
        </button>
        <button class="btn primary" type="button" @click=${() => part.close()}>
          ${t('action.saved-it')}
        </button>
      </div>`;
  }).then(() => undefined);
}
