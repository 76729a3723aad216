import { describe, expect, it } from 'vitest';
import { query } from '../src/api';
import { deviceOf } from '../src/device';
import { Intent, newKey } from '../src/intent';
import { parseEvent } from '../src/live';
import { match, resolve, safeNext, type Route } from '../src/router';
import { filterCommands } from '../src/search';
import { isWaiting } from '../src/shelf';
import { advance, type Task } from '../src/tasks';
import { mergeStep } from '../src/timeline';

describe('an intent', () => {
  it('keeps its key while the same body is tried again without an answer', () => {
    const intent = new Intent();
    const key = intent.key({ a: 1 });
    intent.answered(0);
    expect(intent.key({ a: 1 })).toBe(key);
    intent.answered(503);
    expect(intent.key({ a: 1 })).toBe(key);
    intent.answered(401);
    expect(intent.key({ a: 1 })).toBe(key);
  });

  it('takes a new key for another body and after an answer', () => {
    const intent = new Intent();
    const key = intent.key({ a: 1 });
    const other = intent.key({ a: 2 });
    expect(other).not.toBe(key);
    intent.answered(409);
    expect(intent.key({ a: 2 })).not.toBe(other);
  });

  it('makes keys of 128 bits', () => {
    expect(newKey()).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('addresses', () => {
  const route = (path: string): Route => ({
    path,
    shell: 'console',
    title: 'title.home',
    tag: 'x',
    load: () => Promise.resolve(),
  });

  it('match patterns with values', () => {
    expect(match('/instances/:id', '/instances/ins_1')).toEqual({ id: 'ins_1' });
    expect(match('/instances/:id', '/instances/a%20b/')).toEqual({ id: 'a b' });
    expect(match('/instances/:id', '/instances/%E0%A4')).toBeUndefined();
    expect(match('/instances/:id', '/instances')).toBeUndefined();
    expect(match('/', '/')).toEqual({});
  });

  it('resolve to the first route that fits', () => {
    const url = new URL('http://x/instances/1?watch');
    expect(resolve([route('/instances'), route('/instances/:id')], url).params).toEqual({ id: '1' });
    expect(resolve([route('/instances')], url).route).toBeUndefined();
  });

  it('go on only inside the site after signing in', () => {
    expect(safeNext('/deploy?plan=s', '/home')).toBe('/deploy?plan=s');
    for (const evil of [
      '//evil.example',
      '/\\evil.example',
      'https://evil.example',
      'javascript:alert(1)',
      '',
    ]) {
      expect(safeNext(evil, '/home')).toBe('/home');
    }
  });

  it('carry only the parameters that have a value', () => {
    expect(query('/x', { a: 'b c', d: undefined, e: '', n: 0 })).toBe('/x?a=b+c&n=0');
    expect(query('/x', {})).toBe('/x');
  });
});

describe('live events', () => {
  it('are objects or ignored', () => {
    expect(parseEvent('state', '7', '{"state":"running"}')).toEqual({
      event: 'state',
      id: '7',
      data: { state: 'running' },
    });
    expect(parseEvent('state', '7', 'nonsense')).toBeUndefined();
    expect(parseEvent('state', '7', '[1]')).toBeUndefined();
  });

  it('move a step on without listing it twice', () => {
    const at = '2026-01-01T00:00:00Z';
    let steps = mergeStep([], { name: 'hold', state: 'running' }, at);
    steps = mergeStep(steps, { name: 'hold', state: 'done' }, '2026-01-01T00:00:01Z');
    steps = mergeStep(steps, { name: 'reserve', state: 'running' }, '2026-01-01T00:00:01Z');
    expect(steps.map((step) => [step.name, step.state, step.started_at, step.ended_at])).toEqual([
      ['hold', 'done', at, '2026-01-01T00:00:01Z'],
      ['reserve', 'running', '2026-01-01T00:00:01Z', null],
    ]);
    expect(mergeStep(steps, { state: 'odd' }, at)).toEqual(steps);
  });

  const task: Task = {
    id: 't',
    action: 'stop',
    subject: 'web',
    instanceId: 'i',
    startedAt: 'then',
    state: 'running',
    log: [],
  };

  it('end the task they are about and no other', () => {
    const stopped = { event: 'state', data: { instance_id: 'i', state: 'stopped' } };
    expect(advance(task, stopped, 'now')).toMatchObject({ state: 'done', endedAt: 'now' });
    expect(advance({ ...task, instanceId: 'other' }, stopped, 'now').state).toBe('running');
    expect(advance(task, { event: 'state', data: { instance_id: 'i', state: 'failed' } }, 'now').state).toBe(
      'failed',
    );
    expect(advance(task, { event: 'state', data: { instance_id: 'i', state: 'running' } }, 'now').state).toBe(
      'running',
    );
  });
});

describe('search', () => {
  it('ignores case and accents and puts beginnings first', () => {
    const all = [{ label: 'Abrir máquina' }, { label: 'Máquinas' }, { label: 'Billetera' }];
    expect(filterCommands(all, 'maq').map((each) => each.label)).toEqual(['Máquinas', 'Abrir máquina']);
    expect(filterCommands(all, 'zzz')).toEqual([]);
    expect(filterCommands(all, '')).toHaveLength(3);
  });
});

describe('devices', () => {
  it('are named by browser and system', () => {
    expect(deviceOf('Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130 Safari/537.36')).toBe(
      'Chrome · Linux',
    );
    expect(deviceOf('curl/8.1')).toBe('curl');
    expect(deviceOf('')).toBe('?');
  });
});

describe('the shelf', () => {
  const plan = (available: boolean) => ({
    id: 'p',
    code: 's',
    name: 'S',
    resources: { vcpu: 1, memory_mb: 256, disk_gb: 1 },
    prices: [],
    available,
  });
  const product = (...available: boolean[]) => ({
    id: 'x',
    slug: 'x',
    name: 'X',
    kind: 'x',
    description: '',
    plans: available.map(plan),
  });

  it('is looked at again until everything can be ordered', () => {
    expect(isWaiting([])).toBe(true);
    expect(isWaiting([product(true), product(true, false)])).toBe(true);
    expect(isWaiting([product(true), product(true, true)])).toBe(false);
  });
});
