import { Cell } from './cell';
import { t, tk } from './i18n';
import { onLive } from './live';
import { textOf } from './text';
import type { LiveEvent } from './types';

export interface Task {
  id: string;
  action: string;
  subject: string;
  instanceId: string | undefined;
  startedAt: string;
  endedAt?: string;
  state: 'running' | 'done' | 'failed';
  log: { at: string; text: string }[];
}

const KEPT = 30;
const STORE = 'minga.tasks';

function restore(): Task[] {
  try {
    return JSON.parse(sessionStorage.getItem(STORE) ?? '[]') as Task[];
  } catch {
    return [];
  }
}

/** Everything this person has set going, newest first; kept over reloads of the tab. */
export const tasks = new Cell<Task[]>(restore());

function save(next: Task[]): void {
  tasks.value = next.slice(0, KEPT);
  try {
    sessionStorage.setItem(STORE, JSON.stringify(tasks.value));
  } catch {
    return;
  }
}

export function clearTasks(): void {
  save([]);
}

export function startTask(id: string, action: string, subject: string, instanceId?: string): void {
  const now = new Date().toISOString();
  const rest = tasks.value.filter((task) => task.id !== id);
  save([
    {
      id,
      action,
      subject,
      instanceId,
      startedAt: now,
      state: 'running',
      log: [{ at: now, text: t('task.sent') }],
    },
    ...rest,
  ]);
}

const settled: Record<string, readonly string[]> = {
  deploy: ['running'],
  start: ['running'],
  restart: ['running'],
  renew: ['running', 'stopped'],
  stop: ['stopped'],
  delete: ['terminated'],
};

export function taskTitle(task: Task): string {
  return `${tk('task.action', task.action)} · ${task.subject}`;
}

/** What one event means for a task; the same task when it says nothing new. */
export function advance(task: Task, event: LiveEvent, now: string): Task {
  if (task.state !== 'running' || event.data['instance_id'] !== task.instanceId || !task.instanceId)
    return task;
  if (event.event === 'step') {
    const text = `${tk('step', textOf(event.data, 'name'))}: ${tk('state', textOf(event.data, 'state'))}`;
    return { ...task, log: [...task.log.slice(-60), { at: now, text }] };
  }
  // The order tells its states too; the machine's own are what a task waits for.
  if (event.event === 'state' && event.data['order_id'] === undefined) {
    const state = textOf(event.data, 'state');
    const log = [...task.log, { at: now, text: tk('state', state) }];
    if (state === 'failed') return { ...task, log, state: 'failed', endedAt: now };
    if ((settled[task.action] ?? []).includes(state)) return { ...task, log, state: 'done', endedAt: now };
    return { ...task, log };
  }
  return task;
}

export function followTasks(): void {
  onLive((event) => {
    const now = new Date().toISOString();
    const next = tasks.value.map((task) => advance(task, event, now));
    if (next.some((task, index) => task !== tasks.value[index])) save(next);
  });
}

/** For pages that learn the end of a task by asking instead of by an event. */
export function settleTasks(instanceId: string, state: string): void {
  const event: LiveEvent = { event: 'state', data: { instance_id: instanceId, state } };
  const now = new Date().toISOString();
  const next = tasks.value.map((task) => {
    const moved = advance(task, event, now);
    return moved.state === 'running' ? task : moved;
  });
  if (next.some((task, index) => task !== tasks.value[index])) save(next);
}
