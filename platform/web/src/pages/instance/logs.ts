import { html, nothing } from 'lit';
import { call } from '../../api';
import { define, View } from '../../element';
import { t } from '../../i18n';
import { openStream } from '../../live';
import { Problem } from '../../problem';
import { icon, problemBox } from '../../ui';

const KEPT = 5000;
const TAIL = 500;

/** The last lines of an instance and, while following, each new one. */
class InstanceLogs extends View {
  instanceId = '';
  #lines: string[] = [];
  #problem: Problem | undefined;
  #loaded = false;
  #follow = true;
  #stop: () => void = () => undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    queueMicrotask(() => void this.#load());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop();
  }

  get #path(): string {
    return `/instances/${encodeURIComponent(this.instanceId)}/logs`;
  }

  async #load(): Promise<void> {
    this.#stop();
    try {
      const answer = await call<string>('GET', `${this.#path}?tail=${TAIL}`, {
        headers: { Accept: 'text/plain, application/problem+json' },
      });
      const text = (answer.data || '').replace(/\n$/, '');
      this.#lines = text === '' ? [] : text.split('\n');
      this.#problem = undefined;
      this.#loaded = true;
      if (this.#follow && this.isConnected) this.#listen();
    } catch (cause) {
      this.#problem = Problem.from(cause);
    }
    this.requestUpdate();
  }

  #listen(): void {
    this.#stop = openStream(`${this.#path}?follow=true&tail=0`, (event) => {
      const line = event.data['line'] ?? event.data['text'] ?? event.data['message'];
      if (typeof line !== 'string') return;
      this.#lines = [...this.#lines, line].slice(-KEPT);
      this.requestUpdate();
    });
  }

  override render(): unknown {
    return html`<div class="row between">
        <label class="row">
          <input
            type="checkbox"
            .checked=${this.#follow}
            @change=${(event: Event) => {
              this.#follow = (event.target as HTMLInputElement).checked;
              if (this.#follow) void this.#load();
              else this.#stop();
            }}
          />
          ${t('logs.follow')}
        </label>
        <span class="row">
          <button class="btn sm" type="button" @click=${() => void this.#load()}>
            ${icon('refresh-cw', 14)} ${t('action.refresh')}
          </button>
          <button class="btn sm" type="button" @click=${this.#download} ?disabled=${!this.#lines.length}>
            ${icon('download', 14)} ${t('action.download')}
          </button>
        </span>
      </div>
      ${this.#problem ? problemBox(this.#problem, () => void this.#load()) : nothing}
      <pre class="log-view" tabindex="0" role="log" aria-live="off" aria-label=${t('tab.logs')}>
${this.#lines.length ? this.#lines.join('\n') : this.#loaded ? t('logs.empty') : ''}</pre>`;
  }

  protected override updated(): void {
    const view = this.querySelector('.log-view');
    if (view && this.#follow) view.scrollTop = view.scrollHeight;
  }

  readonly #download = (): void => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([this.#lines.join('\n') + '\n'], { type: 'text/plain' }));
    link.download = `${this.instanceId}.log`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
}

define('instance-logs', InstanceLogs);
