import '@xterm/xterm/css/xterm.css';
import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';
import { html, nothing } from 'lit';
import { BASE } from './api';
import { define, View } from './element';
import { t } from './i18n';
import { icon, notice, status } from './ui';

type State = 'connecting' | 'open' | 'ended' | 'lost';

/** A terminal inside the instance: bytes both ways, size and end as JSON text frames. */
class InstanceTerminal extends View {
  instanceId = '';
  #terminal: Terminal | undefined;
  #fit: FitAddon | undefined;
  #socket: WebSocket | undefined;
  #resize: ResizeObserver | undefined;
  #state: State = 'connecting';
  #detail = '';

  override connectedCallback(): void {
    super.connectedCallback();
    void this.updateComplete.then(() => this.#open());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#close();
  }

  #close(): void {
    this.#resize?.disconnect();
    this.#socket?.close(1000);
    this.#terminal?.dispose();
    this.#socket = undefined;
    this.#terminal = undefined;
  }

  #open(): void {
    const box = this.querySelector<HTMLElement>('.term-box');
    if (!box || !this.isConnected) return;
    this.#close();
    box.replaceChildren();
    this.#state = 'connecting';
    this.#detail = '';
    const terminal = new Terminal({
      cursorBlink: !matchMedia('(prefers-reduced-motion: reduce)').matches,
      fontFamily: getComputedStyle(this).getPropertyValue('--mono') || 'monospace',
      fontSize: 13,
      screenReaderMode: true,
      scrollback: 5000,
      theme: { background: '#0d1112', foreground: '#dfe5e4', cursor: '#2fb3a3' },
    });
    const fit = new FitAddon();
    terminal.loadAddon(fit);
    terminal.open(box);
    fit.fit();
    this.#terminal = terminal;
    this.#fit = fit;
    const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(
      `${scheme}//${location.host}${BASE}/instances/${encodeURIComponent(this.instanceId)}/console`,
    );
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    const bytes = new TextEncoder();
    const sendSize = (): void => {
      if (socket.readyState === WebSocket.OPEN)
        socket.send(JSON.stringify({ type: 'resize', cols: terminal.cols, rows: terminal.rows }));
    };
    socket.onopen = () => {
      this.#set('open');
      sendSize();
      terminal.focus();
    };
    socket.onmessage = (message: MessageEvent<ArrayBuffer | string>) => {
      if (typeof message.data !== 'string') terminal.write(new Uint8Array(message.data));
      else this.#control(message.data);
    };
    socket.onclose = (event) => {
      if (this.#socket !== socket) return;
      if (this.#state !== 'ended') this.#set('lost', event.reason || this.#detail);
    };
    terminal.onData((text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(bytes.encode(text));
    });
    terminal.onBinary((text) => {
      if (socket.readyState === WebSocket.OPEN)
        socket.send(Uint8Array.from(text, (char) => char.charCodeAt(0)));
    });
    terminal.onResize(sendSize);
    // Tab belongs to the shell inside, so another key has to lead out (WCAG 2.1.2).
    terminal.attachCustomKeyEventHandler((event) => {
      if (event.key !== 'F6') return true;
      if (event.type === 'keydown') document.querySelector<HTMLElement>('.tabs a[aria-current]')?.focus();
      return false;
    });
    this.#resize = new ResizeObserver(() => this.#fit?.fit());
    this.#resize.observe(box);
  }

  #control(text: string): void {
    try {
      const frame = JSON.parse(text) as { type?: string; code?: number; detail?: string; message?: string };
      if (frame.type === 'exit') {
        this.#set('ended', frame.code === undefined ? '' : t('console.exit', { code: frame.code }));
      }
      if (frame.type === 'error') this.#set('ended', frame.detail ?? frame.message ?? '');
    } catch {
      this.#terminal?.write(text);
    }
  }

  #set(state: State, detail = ''): void {
    this.#state = state;
    this.#detail = detail;
    this.requestUpdate();
  }

  override render(): unknown {
    const down = this.#state === 'ended' || this.#state === 'lost';
    return html`<div class="stack tight">
      <div class="row between">
        ${status(this.#state === 'open' ? 'running' : down ? 'stopped' : 'pending', t(`console.${this.#state}`))}
        <span class="small muted">${t('console.leave')}</span>
      </div>
      ${
        down
          ? notice(
              this.#state === 'lost' ? 'warn' : 'info',
              this.#detail || t(`console.${this.#state}`),
              this.#state === 'lost' ? t('console.lost-text') : undefined,
              html`<button class="btn sm" type="button" @click=${() => this.#open()}>
                ${icon('refresh-cw', 14)} ${t('console.again')}
              </button>`,
            )
          : nothing
      }
      <div class="term-box" role="region" aria-label=${t('tab.console')}></div>
    </div>`;
  }
}

export function defineTerminal(): void {
  define('instance-terminal', InstanceTerminal);
}
