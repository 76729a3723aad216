import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { tk } from '../../i18n';
import { openStream } from '../../live';
import { textOf } from '../../text';
import { mergeStep } from '../../timeline';
import type { Instance, LiveEvent, Order, Step } from '../../types';
import { reasonText, toneOf } from '../../ui';

export interface Line {
  at: string;
  text: string;
  tone: string;
}

const LINES_KEPT = 300;
const ANNOUNCED_EVERY_MS = 1000;

/** What is heard of a machine while its page is open. */
export class Story implements ReactiveController {
  steps: Step[] = [];
  /** What happened, in words. */
  lines: Line[] = [];
  /** What the machine printed. */
  output: string[] = [];
  /** What screen readers are to say. */
  announced = '';
  /** Whether events arrive. */
  live = false;
  readonly #host: ReactiveControllerHost;
  readonly #path: () => string;
  readonly #changed: () => void;
  #close: () => void = () => undefined;
  #lastSaid = 0;

  /**
   * @param path of the stream, known once the page is in the document
   * @param changed is called after the machine's state changed
   */
  constructor(host: ReactiveControllerHost, path: () => string, changed: () => void) {
    this.#host = host;
    this.#path = path;
    this.#changed = changed;
    host.addController(this);
  }

  hostConnected(): void {
    this.#close = openStream(
      this.#path(),
      (event) => this.#heard(event),
      (live) => {
        this.live = live;
        this.#host.requestUpdate();
      },
    );
  }

  hostDisconnected(): void {
    this.#close();
  }

  /** Puts in what came before the page was opened. */
  fill(order: Order): void {
    for (const step of order.steps ?? []) {
      this.steps = mergeStep(this.steps, { ...step }, step.started_at ?? new Date().toISOString());
    }
    this.#host.requestUpdate();
  }

  #heard(event: LiveEvent): void {
    const at = textOf(event.data, 'at', 'since', 'ended_at', 'started_at') || new Date().toISOString();
    const state = textOf(event.data, 'state');
    if (event.event === 'step') {
      this.steps = mergeStep(this.steps, event.data, at);
      this.#say(at, `${tk('step', textOf(event.data, 'name', 'step'))}: ${tk('state', state)}`, state);
    } else if (event.event === 'state') {
      const reason = reasonText(event.data['reason'] as Instance['reason']);
      this.#say(at, reason ? `${tk('state', state)} – ${reason}` : tk('state', state), state);
      this.#changed();
    } else if (event.event === 'log') {
      this.output = [...this.output, textOf(event.data, 'text', 'line')].slice(-LINES_KEPT);
    }
    this.#host.requestUpdate();
  }

  #say(at: string, text: string, state: string): void {
    this.lines = [...this.lines, { at, text, tone: toneOf(state) }].slice(-LINES_KEPT);
    const now = Date.now();
    if (now - this.#lastSaid < ANNOUNCED_EVERY_MS) return;
    this.#lastSaid = now;
    this.announced = text;
  }
}
