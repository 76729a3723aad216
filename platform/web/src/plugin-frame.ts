import { html, nothing } from 'lit';
import { get } from './api';
import { renewAdditions, type AddedFrame } from './contributions';
import { define, View } from './element';
import { Allowance, isGreeting, sharedOf, understand, type Readable } from './frame-bridge';
import { lang, t, type Key } from './i18n';
import type { Instance } from './types';
import { icon, notice, skeleton } from './ui';

const READY_WITHIN_MS = 8000;
const MESSAGES = 60;
const MESSAGES_WITHIN_MS = 10_000;

type Failure = 'silent' | 'left' | 'flood' | 'malformed';

/**
 * A page of a plugin: an origin of its own without cookies, storage or network, reached by typed
 * messages only. Whatever goes wrong with it stays in its place, with a reason.
 */
class PluginFrame extends View {
  plugin = '';
  name = '';
  frame: AddedFrame | undefined;
  instance: Instance | undefined;
  #state: 'loading' | 'ready' | Failure = 'loading';
  #height = 0;
  #port: MessagePort | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #loads = 0;
  #allowance = new Allowance(MESSAGES, MESSAGES_WITHIN_MS);
  #shared = '';
  readonly #look = new MutationObserver(() => this.#tellLook());

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('message', this.#greeted);
    this.#look.observe(document.documentElement, { attributeFilter: ['data-theme', 'lang'] });
    this.#begin();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('message', this.#greeted);
    this.#look.disconnect();
    this.#end();
  }

  #begin(): void {
    this.#end();
    this.#state = 'loading';
    this.#loads = 0;
    this.#shared = '';
    this.#allowance = new Allowance(MESSAGES, MESSAGES_WITHIN_MS);
    this.#timer = setTimeout(() => this.#fail('silent'), READY_WITHIN_MS);
    this.requestUpdate();
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#port?.close();
    this.#port = undefined;
  }

  #fail(why: Failure): void {
    this.#end();
    this.#state = why;
    this.requestUpdate();
  }

  get #window(): Window | null {
    return this.querySelector('iframe')?.contentWindow ?? null;
  }

  /** An opaque origin calls itself `null`; the window says whose message it is. */
  readonly #greeted = (event: MessageEvent<unknown>): void => {
    const page = this.#window;
    if (!page || event.source !== page || event.origin !== 'null' || !isGreeting(event.data)) return;
    if (this.#state !== 'loading') return;
    const channel = new MessageChannel();
    this.#port = channel.port1;
    channel.port1.onmessage = (message: MessageEvent<unknown>) => void this.#heard(message.data);
    // An opaque origin cannot be named as a target. Nothing of value is said here: the port is the
    // page's alone and dies with it.
    page.postMessage({ minga: 1, verb: 'welcome', ...this.#looks() }, '*', [channel.port2]);
    clearTimeout(this.#timer);
    this.#state = 'ready';
    this.requestUpdate();
  };

  #looks(): { language: string; theme: string } {
    return {
      language: lang.value,
      theme: document.documentElement.dataset['theme'] === 'dark' ? 'dark' : 'light',
    };
  }

  #tellLook(): void {
    this.#port?.postMessage({ verb: 'look', ...this.#looks() });
  }

  async #heard(data: unknown): Promise<void> {
    const said = understand(data);
    if (!this.#allowance.take(performance.now())) this.#fail('flood');
    else if (!said) this.#fail('malformed');
    else if (said.verb === 'resize') {
      this.#height = said.height;
      this.requestUpdate();
    } else {
      const port = this.#port;
      const answer = await this.#answer(said.what);
      port?.postMessage({ verb: 'answer', id: said.id, ...answer });
    }
  }

  async #answer(what: Readable): Promise<{ ok: true; value: unknown } | { ok: false; code: string }> {
    const instance = this.instance;
    if (!instance || !this.frame?.reads.includes(what)) return { ok: false, code: 'not-granted' };
    if (what === 'instance') return { ok: true, value: sharedOf(instance) };
    try {
      const logs = await get<string>(`/instances/${encodeURIComponent(instance.id)}/logs?tail=200`);
      return { ok: true, value: logs };
    } catch {
      return { ok: false, code: 'unavailable' };
    }
  }

  readonly #again = (): void => {
    renewAdditions();
    this.#begin();
  };

  readonly #loaded = (): void => {
    // The page went somewhere else by itself: what it was granted ended with it.
    if (++this.#loads > 1) this.#fail('left');
  };

  protected override updated(): void {
    if (!this.#port || !this.instance || !this.frame?.reads.includes('instance')) return;
    const value = sharedOf(this.instance);
    const text = JSON.stringify(value);
    if (this.#shared && this.#shared !== text) this.#port.postMessage({ verb: 'instance', value });
    this.#shared = text;
  }

  override render(): unknown {
    const frame = this.frame;
    if (!frame) return nothing;
    if (this.#state !== 'loading' && this.#state !== 'ready') {
      return html`<div data-testid="frame-failed">
        ${notice(
          'warn',
          t('frame.failed', { name: this.name || this.plugin }),
          t(`frame.${this.#state}` as Key),
          html`<button class="btn sm" type="button" @click=${this.#again}>
            ${icon('refresh-cw', 14)} ${t('action.retry')}
          </button>`,
        )}
      </div>`;
    }
    return html`<section class="card plugin-frame" aria-label=${frame.label}>
      ${this.#state === 'loading' ? html`<div class="pad">${skeleton(3)}</div>` : nothing}
      <iframe
        sandbox="allow-scripts"
        referrerpolicy="no-referrer"
        title=${frame.label}
        src=${frame.src}
        height=${this.#height || frame.height}
        class=${this.#state === 'loading' ? 'waiting' : ''}
        @load=${this.#loaded}
      ></iframe>
      <p class="small muted plugin-by">
        ${icon('plug', 12)} ${t('frame.by', { name: this.name || this.plugin })}
      </p>
    </section>`;
  }
}

export function definePluginFrame(): void {
  define('plugin-frame', PluginFrame);
}
