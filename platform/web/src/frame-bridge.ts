import type { Instance } from './types';

/** What a page of a plugin may say once it is connected. */
export type Said = { verb: 'resize'; height: number } | { verb: 'get'; id: number; what: Readable };
export type Readable = 'instance' | 'logs';

const LOWEST = 40;
const HIGHEST = 2000;
const readable: readonly string[] = ['instance', 'logs'];

function isRecord(data: unknown): data is Record<string, unknown> {
  return typeof data === 'object' && data !== null && Object.getPrototypeOf(data) === Object.prototype;
}

function hasJust(data: Record<string, unknown>, ...names: string[]): boolean {
  const own = Object.keys(data);
  return own.length === names.length && names.every((name) => own.includes(name));
}

function isWhole(value: unknown, lowest: number, highest: number): value is number {
  return Number.isInteger(value) && (value as number) >= lowest && (value as number) <= highest;
}

/** The first word of a page of a plugin. Anything may post to a window: what is not this is not for us. */
export function isGreeting(data: unknown): boolean {
  return isRecord(data) && hasJust(data, 'minga', 'verb') && data['minga'] === 1 && data['verb'] === 'ready';
}

/** A message of the page in its exact form; undefined for anything else. */
export function understand(data: unknown): Said | undefined {
  if (!isRecord(data)) return undefined;
  const { verb, height, id, what } = data;
  if (verb === 'resize' && hasJust(data, 'verb', 'height') && isWhole(height, 0, HIGHEST))
    return { verb, height: Math.max(LOWEST, height) };
  if (
    verb === 'get' &&
    hasJust(data, 'verb', 'id', 'what') &&
    isWhole(id, 1, Number.MAX_SAFE_INTEGER) &&
    typeof what === 'string' &&
    readable.includes(what)
  )
    return { verb, id, what: what as Readable };
  return undefined;
}

/** What a plugin may know of a machine: no address, no order, no account. */
export function sharedOf(instance: Instance): Record<string, unknown> {
  const plan = typeof instance.plan === 'object' ? instance.plan : undefined;
  return {
    id: instance.id,
    name: instance.name,
    state: instance.state,
    since: instance.since,
    plan: plan?.code,
    config: structuredClone(instance.config ?? {}),
    endpoints: (instance.endpoints ?? []).map(({ name, kind, port }) => ({ name, kind, port })),
  };
}

/** So many messages within so long; a page that floods is taken for broken. */
export class Allowance {
  readonly #most: number;
  readonly #within: number;
  #times: number[] = [];

  constructor(most: number, within: number) {
    this.#most = most;
    this.#within = within;
  }

  take(now: number): boolean {
    this.#times = this.#times.filter((time) => now - time < this.#within);
    this.#times.push(now);
    return this.#times.length <= this.#most;
  }
}
