import { describe, expect, it } from 'vitest';
import { Allowance, isGreeting, sharedOf, understand } from '../src/frame-bridge';
import type { Instance } from '../src/types';

describe('a page of a plugin', () => {
  it('greets in one exact form', () => {
    expect(isGreeting({ minga: 1, verb: 'ready' })).toBe(true);
    for (const other of [
      undefined,
      null,
      'ready',
      1,
      [],
      { minga: 2, verb: 'ready' },
      { minga: 1, verb: 'ready', more: true },
      { verb: 'ready' },
      Object.create({ minga: 1, verb: 'ready' }),
    ])
      expect(isGreeting(other)).toBe(false);
  });

  it('is understood when it asks or grows', () => {
    expect(understand({ verb: 'resize', height: 300 })).toEqual({ verb: 'resize', height: 300 });
    expect(understand({ verb: 'resize', height: 3 })).toEqual({ verb: 'resize', height: 40 });
    expect(understand({ verb: 'get', id: 1, what: 'logs' })).toEqual({ verb: 'get', id: 1, what: 'logs' });
  });

  it('is not understood in any other form', () => {
    for (const other of [
      {},
      { verb: 'eval', code: '1' },
      { verb: 'resize' },
      { verb: 'resize', height: '300' },
      { verb: 'resize', height: 1e9 },
      { verb: 'resize', height: Number.NaN },
      { verb: 'resize', height: 300, width: 300 },
      { verb: 'get', id: 1, what: 'cookies' },
      { verb: 'get', id: 0, what: 'logs' },
      { verb: 'get', id: 1.5, what: 'logs' },
      { verb: 'get', id: 1, what: ['logs'] },
      { verb: 'get', what: 'logs' },
      { verb: 'get', id: 1, what: 'constructor' },
    ])
      expect(understand(other)).toBeUndefined();
  });

  it('is told of a machine what it needs and no more', () => {
    const instance: Instance = {
      id: 'ins_1',
      name: 'web',
      state: 'running',
      order_id: 'ord_1',
      plan: { code: 's', product: 'hello' },
      endpoints: [{ name: 'web', kind: 'http', port: 8080, url: 'http://ins-secret.localhost' }],
      account: { id: 'acc_1', email: 'ana@example.org' },
      config: { greeting: 'Hola' },
      has_credentials: true,
    };
    const shared = JSON.stringify(sharedOf(instance));
    expect(shared).toContain('Hola');
    for (const kept of ['ord_1', 'acc_1', 'ana@', 'ins-secret', 'credentials'])
      expect(shared).not.toContain(kept);
  });

  it('may say so much within so long', () => {
    const allowance = new Allowance(3, 1000);
    expect([0, 1, 2, 3].map((time) => allowance.take(time))).toEqual([true, true, true, false]);
    expect(allowance.take(2000)).toBe(true);
  });
});
