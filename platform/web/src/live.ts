import { BASE } from './api';
import { Cell } from './cell';
import { textOf } from './text';
import type { LiveEvent } from './types';

/** Names of events the server sends; `message` stands for events without a name. */
const names = [
  'step',
  'state',
  'log',
  'order',
  'instance',
  'wallet',
  'payment',
  'job',
  'notice',
  'end',
  'message',
];

export function parseEvent(name: string, id: string, text: string): LiveEvent | undefined {
  try {
    const data: unknown = JSON.parse(text);
    if (typeof data !== 'object' || data === null || Array.isArray(data)) return undefined;
    const body = data as Record<string, unknown>;
    return { event: name === 'message' ? textOf(body, 'event') || 'message' : name, id, data: body };
  } catch {
    return undefined;
  }
}

/** Opens one stream and hands over its events; reconnecting and replay are the browser's work. */
export function openStream(
  path: string,
  onEvent: (event: LiveEvent) => void,
  onState: (up: boolean) => void = () => undefined,
): () => void {
  let source: EventSource | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  let wait = 1000;
  const start = (): void => {
    source = new EventSource(BASE + path);
    source.onopen = () => {
      wait = 1000;
      onState(true);
    };
    source.onerror = () => {
      onState(false);
      // A refused stream is not tried again by the browser itself.
      if (source?.readyState === EventSource.CLOSED) {
        again = setTimeout(start, wait);
        wait = Math.min(wait * 2, 30_000);
      }
    };
    for (const name of names) {
      source.addEventListener(name, (message) => {
        const event = parseEvent(name, message.lastEventId, String(message.data));
        if (event) onEvent(event);
      });
    }
  };
  start();
  return () => {
    clearTimeout(again);
    source?.close();
  };
}

type Listener = (event: LiveEvent) => void;
const listeners = new Set<Listener>();
/** False while events do not arrive, so that pages can fall back to asking. */
export const liveUp = new Cell<boolean>(false);

export function onLive(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

let stop: (() => void) | undefined;

function tell(event: LiveEvent): void {
  for (const listener of [...listeners]) listener(event);
}

/**
 * One connection per browser: the tab that holds the lock reads the stream and passes every event to the others.
 * Where locks are missing (plain http from another machine) each tab reads for itself.
 */
export function startLive(): void {
  if (stop) return;
  const locks = (navigator as Partial<Navigator>).locks;
  if (!locks || typeof BroadcastChannel === 'undefined') {
    stop = openStream('/events', tell, (up) => (liveUp.value = up));
    return;
  }
  const channel = new BroadcastChannel('minga-live');
  const ended = new AbortController();
  let leading = false;
  channel.onmessage = (message: MessageEvent<{ event?: LiveEvent; up?: boolean; ask?: boolean }>) => {
    if (message.data.event) tell(message.data.event);
    if (message.data.up !== undefined) liveUp.value = message.data.up;
    if (message.data.ask && leading) channel.postMessage({ up: liveUp.value });
  };
  channel.postMessage({ ask: true });
  let close: () => void = () => undefined;
  locks
    .request('minga-live', { signal: ended.signal }, async () => {
      leading = true;
      close = openStream(
        '/events',
        (event) => {
          tell(event);
          channel.postMessage({ event });
        },
        (up) => {
          liveUp.value = up;
          channel.postMessage({ up });
        },
      );
      await new Promise<void>((resolve) => ended.signal.addEventListener('abort', () => resolve()));
    })
    .catch(() => undefined);
  stop = () => {
    ended.abort();
    close();
    channel.close();
    liveUp.value = false;
  };
}

export function stopLive(): void {
  stop?.();
  stop = undefined;
}
