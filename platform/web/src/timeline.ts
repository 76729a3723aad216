import type { Step } from './types';

/** The way of an order; what comes from elsewhere keeps its place behind it. */
const way = ['payment', 'room', 'create', 'start', 'ready'];

function place(step: Step): number {
  const at = way.indexOf(step.name);
  return at < 0 ? way.length : at;
}

/** Puts one event into the list of steps: a step is told apart by its name. */
export function mergeStep(steps: readonly Step[], event: Record<string, unknown>, at: string): Step[] {
  const name =
    typeof event['name'] === 'string'
      ? event['name']
      : typeof event['step'] === 'string'
        ? event['step']
        : '';
  if (!name) return [...steps];
  const state = typeof event['state'] === 'string' ? event['state'] : 'running';
  const known = steps.find((step) => step.name === name);
  const over = ['done', 'failed', 'skipped', 'succeeded', 'completed'].includes(state);
  const time = (key: string): string | undefined => (typeof event[key] === 'string' ? event[key] : undefined);
  const next: Step = {
    ...known,
    name,
    state,
    started_at: time('started_at') ?? known?.started_at ?? at,
    ended_at: time('ended_at') ?? (over ? (known?.ended_at ?? at) : null),
    detail: time('detail') ?? known?.detail ?? null,
  };
  if (known) return steps.map((step) => (step === known ? next : step));
  // The stream and the order are read at the same time, so steps may come in any order.
  return [...steps, next].sort((one, other) => place(one) - place(other));
}
