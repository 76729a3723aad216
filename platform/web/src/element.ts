import { LitElement, type ReactiveController, type ReactiveControllerHost } from 'lit';
import type { TemplateResult } from 'lit';
import { Watch } from './cell';
import { lang, t, type Key } from './i18n';
import { Problem } from './problem';
import { navigate, type Place } from './router';
import { me, site } from './session';
import { problemBox, skeleton } from './ui';

/** An element without a shadow root: autofill, labels and page styles work as in plain HTML. */
export abstract class View extends LitElement {
  constructor() {
    super();
    new Watch(this, lang as never, site as never, me as never);
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }
}

/** A page of a route. `place` is set before the page is put into the document and again when only the query changes. */
export abstract class PageView extends View {
  place!: Place;

  /** Called when the address changed but the page stayed. */
  placed(): void {
    this.requestUpdate();
  }

  protected param(name: string): string {
    return this.place.params[name] ?? '';
  }

  protected search(name: string): string {
    return this.place.url.searchParams.get(name) ?? '';
  }

  /** Writes into the query of the address, so that reload and the back button keep it. */
  protected setSearch(changes: Record<string, string | undefined>, replace = true): void {
    const url = new URL(this.place.url);
    for (const [name, value] of Object.entries(changes)) {
      if (value === undefined || value === '') url.searchParams.delete(name);
      else url.searchParams.set(name, value);
    }
    navigate(url.href, { replace });
  }

  /** The heading of the document; pages about one thing put its name here. */
  protected titled(title: string): void {
    document.title = `${title} · ${site.value?.name ?? 'Minga'}`;
  }

  /** Set by the shell after a change of address: the heading takes the focus as soon as there is one. */
  wantsFocus = false;
  #hadFocus = false;

  protected override willUpdate(): void {
    this.#hadFocus = this.contains(document.activeElement);
  }

  protected override updated(): void {
    const lost = this.#hadFocus && document.activeElement === document.body;
    const target = this.querySelector('h1');
    if (target && (lost || this.wantsFocus)) {
      // Nobody is pulled away from a field they went to while the page was still loading.
      const free =
        lost || document.activeElement === document.body || document.activeElement === this.parentElement;
      this.wantsFocus = false;
      if (free) target.focus({ preventScroll: true });
    }
    const heading = this.querySelector('h1')?.textContent.trim();
    if (heading) this.titled(heading);
  }
}

export function define(tag: string, element: CustomElementConstructor): void {
  if (!customElements.get(tag)) customElements.define(tag, element);
}

const SKELETON_AFTER_MS = 200;

/** Something a page reads from the server, with the states a page has to show. */
export class Resource<T> implements ReactiveController {
  value: T | undefined;
  problem: Problem | undefined;
  loading = false;
  /** True once loading has taken long enough to be worth showing. */
  slow = false;
  readonly #host: ReactiveControllerHost;
  readonly #load: (signal: AbortSignal) => Promise<T>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #abort: AbortController | undefined;
  #started = false;

  constructor(
    host: ReactiveControllerHost,
    load: (signal: AbortSignal) => Promise<T>,
    options: { manual?: boolean } = {},
  ) {
    this.#host = host;
    this.#load = load;
    this.#started = options.manual ?? false;
    host.addController(this);
  }

  /** True once there is an answer of either kind: what stands below may be shown without being moved again. */
  get settled(): boolean {
    return this.value !== undefined || this.problem !== undefined;
  }

  hostConnected(): void {
    if (!this.#started) void this.reload();
  }

  hostDisconnected(): void {
    this.#abort?.abort();
    clearTimeout(this.#timer);
  }

  /** Asks again; what is on the page stays until the answer is there. */
  async reload(): Promise<void> {
    this.#started = true;
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    this.loading = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.slow = true;
      this.#host.requestUpdate();
    }, SKELETON_AFTER_MS);
    try {
      const value = await this.#load(abort.signal);
      if (abort.signal.aborted) return;
      this.value = value;
      this.problem = undefined;
    } catch (cause) {
      if (abort.signal.aborted) return;
      this.problem = Problem.from(cause);
    } finally {
      if (!abort.signal.aborted) {
        this.loading = false;
        this.slow = false;
        clearTimeout(this.#timer);
        this.#host.requestUpdate();
      }
    }
  }

  clear(): void {
    this.value = undefined;
    this.problem = undefined;
  }

  /** The state that fits: skeleton, error with retry, or the content (with a notice when it could not be refreshed). */
  show(ready: (value: T) => unknown, options: { rows?: number; what?: Key } = {}): unknown {
    if (this.value === undefined) {
      if (this.problem) return problemBox(this.problem, () => void this.reload());
      return this.slow ? skeleton(options.rows ?? 4) : '';
    }
    return [this.problem ? stale(this.problem, () => void this.reload()) : '', ready(this.value)];
  }
}

function stale(problem: Problem, retry: () => void): TemplateResult {
  return problemBox(problem, retry, t('state.partial'));
}

/** A list that comes in pages. */
export class Pages<T> implements ReactiveController {
  items: T[] = [];
  more = false;
  busy = false;
  readonly first: Resource<{ items: T[]; next_cursor?: string | null }>;
  readonly #host: ReactiveControllerHost;
  readonly #load: (
    cursor: string | undefined,
    signal?: AbortSignal,
  ) => Promise<{ items: T[]; next_cursor?: string | null }>;
  #cursor: string | undefined;
  moreProblem: Problem | undefined;

  constructor(
    host: ReactiveControllerHost,
    load: (
      cursor: string | undefined,
      signal?: AbortSignal,
    ) => Promise<{ items: T[]; next_cursor?: string | null }>,
  ) {
    this.#host = host;
    this.#load = load;
    this.first = new Resource(host, async (signal) => {
      const page = await load(undefined, signal);
      this.items = page.items;
      this.#cursor = page.next_cursor ?? undefined;
      this.more = this.#cursor !== undefined;
      return page;
    });
    host.addController(this);
  }

  hostConnected(): void {
    return;
  }

  reload(): Promise<void> {
    return this.first.reload();
  }

  async next(): Promise<void> {
    if (!this.#cursor || this.busy) return;
    this.busy = true;
    this.moreProblem = undefined;
    this.#host.requestUpdate();
    try {
      const page = await this.#load(this.#cursor);
      this.items = [...this.items, ...page.items];
      this.#cursor = page.next_cursor ?? undefined;
      this.more = this.#cursor !== undefined;
    } catch (cause) {
      this.moreProblem = Problem.from(cause);
    } finally {
      this.busy = false;
      this.#host.requestUpdate();
    }
  }
}
