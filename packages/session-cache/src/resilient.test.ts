import { noBytes, utf8 } from '@tlsmith/types';
import { expect, test } from 'vitest';
import { resilientStore, type ResilientStoreOptions } from './resilient.ts';
import { Clock, settled } from './resilient-clock.test-support.ts';
import { StoreFailure } from './resilient-failure.ts';
import type { StoreReport } from './resilient-report.ts';
import type { SessionStore } from './store.ts';

const value = utf8('value');
const times = { now: 0, expiresAt: 10 };
const never = (): Promise<never> => new Promise(() => undefined);

/** A store whose behaviour can be changed, what it was asked, and what it reported. */
function scene(options: Partial<ResilientStoreOptions> = {}) {
  const clock = new Clock();
  const reports: StoreReport[] = [];
  const asked: string[] = [];
  const behaviour: { read: () => unknown; write: () => unknown } = {
    read: async () => value,
    write: async () => undefined,
  };
  const inner = {
    get: () => asked.push('get') && behaviour.read(),
    take: () => asked.push('take') && behaviour.read(),
    put: () => asked.push('put') && behaviour.write(),
  } as unknown as SessionStore;
  const store = resilientStore(inner, { timers: clock, report: (one) => reports.push(one), ...options });
  const get = (): Promise<unknown> => Promise.resolve(store.get('ticket:aa', 0));
  return { clock, reports, asked, behaviour, store, get };
}

test('what a working store answers comes through, at once where it does', async () => {
  const { store, behaviour, clock, reports } = scene();
  expect(await store.get('ticket:aa', 0)).toBe(value);
  expect(await store.put('ticket:aa', value, times)).toBeUndefined();
  behaviour.read = () => value;
  expect(store.take('ticket:aa', 0)).toBe(value);
  behaviour.read = () => undefined;
  expect(store.get('ticket:aa', 0)).toBeUndefined();
  await clock.pass(50);
  expect(clock.timers).toBe(0);
  expect(reports).toEqual([]);
  expect(store.metrics()).toEqual({ timeouts: 0, errors: 0, garbage: 0, skipped: 0, circuit: 'closed' });
});

test('no answer within the limit is a miss at the limit, and then nobody waits any more', async () => {
  const { clock, behaviour, store, get, asked } = scene({ limitMs: 50 });
  behaviour.read = never;
  let answered = false;
  const first = get().then((found) => {
    answered = true;
    return found;
  });
  await clock.pass(49);
  expect(answered).toBe(false);
  await clock.pass(1);
  expect(await first).toBeUndefined();
  expect(store.get('ticket:aa', 0)).toBeUndefined();
  expect(store.take('ticket:aa', 0)).toBeUndefined();
  expect(store.put('ticket:aa', value, times)).toBeUndefined();
  expect(asked).toEqual(['get']);
  expect(store.metrics()).toMatchObject({ timeouts: 1, skipped: 3, circuit: 'open' });
});

test('a store’s own time-out counts as one, and nobody waits any more', async () => {
  const { behaviour, store, get } = scene();
  behaviour.read = async () => {
    throw new StoreFailure('timeout', 'no answer in 5 ms');
  };
  expect(await get()).toBeUndefined();
  expect(store.metrics()).toMatchObject({ timeouts: 1, errors: 0, circuit: 'open' });
});

test('an answer that comes too late is dropped, and its error is nobody’s', async () => {
  const { clock, behaviour, store, get } = scene();
  let reject: (error: Error) => void = () => undefined;
  behaviour.read = () =>
    new Promise((_, no) => {
      reject = no;
    });
  const first = get();
  await clock.pass(50);
  reject(new Error('late'));
  expect(await first).toBeUndefined();
  await settled();
  expect(store.metrics()).toMatchObject({ timeouts: 1, errors: 0 });
});

test('one attempt at a time, after pauses that double up to a limit, and the first that is answered ends it', async () => {
  const { clock, behaviour, store, get, asked } = scene({ limitMs: 10, retryMs: 40 });
  behaviour.read = never;
  const attempts: number[] = [];
  for (let at = 0; at < 300; at += 5) {
    const before = asked.length;
    void get();
    void get();
    if (asked.length > before) attempts.push(at);
    expect(asked.length - before).toBeLessThanOrEqual(at < 10 ? 2 : 1);
    await clock.pass(5);
  }
  // 10 ms for each attempt, then a pause of 10, 20, 40, 40, ...
  expect(attempts).toEqual([0, 5, 20, 50, 100, 150, 200, 250]);
  behaviour.read = async () => value;
  await clock.pass(50);
  expect(await get()).toBe(value);
  expect(store.metrics().circuit).toBe('open');
  await clock.pass(50);
  expect(await store.put('ticket:aa', value, times)).toBeUndefined();
  expect(store.metrics().circuit).toBe('closed');
});

test('a late answer lets all ask again, and from the next on one at a time: a store that is always late has no two', async () => {
  const { clock, behaviour, store, get, asked } = scene({ limitMs: 50, retryMs: 1000 });
  behaviour.read = () => new Promise((resolve) => clock.after(80, () => resolve(value)));
  void get();
  await clock.pass(79);
  void get();
  expect(asked).toHaveLength(1);
  await clock.pass(1);
  for (let turn = 2; turn < 10; turn++) {
    void get();
    void get();
    expect(asked).toHaveLength(turn + 1);
    await clock.pass(80);
  }
  expect(store.metrics()).toMatchObject({ timeouts: 10, circuit: 'open' });
  behaviour.read = async () => value;
  expect(await get()).toBe(value);
  expect(await get()).toBe(value);
});

test('after a hiccup everybody asks again, every time that answers came in time in between', async () => {
  const { clock, behaviour, store, get } = scene({ limitMs: 50, retryMs: 1000 });
  for (let hiccup = 1; hiccup < 5; hiccup++) {
    behaviour.read = () => new Promise((resolve) => clock.after(60, () => resolve(value)));
    const late = get();
    await clock.pass(60);
    expect(await late).toBeUndefined();
    expect(store.metrics()).toMatchObject({ timeouts: hiccup, skipped: 0, circuit: 'closed' });
    behaviour.read = async () => value;
    expect(await Promise.all([get(), get()])).toEqual([value, value]);
  }
});

test.each([
  ['errors', () => Promise.reject(new Error('ECONNREFUSED'))],
  [
    'errors',
    () => {
      throw new Error('closed');
    },
  ],
  ['garbage', async () => 'text'],
  ['garbage', () => null],
  ['garbage', () => Promise.reject(new StoreFailure('garbage', 'no value'))],
])('%s are misses, and five in a row open the circuit', async (what, misbehave) => {
  const { behaviour, store, get, asked, clock } = scene();
  behaviour.read = misbehave;
  for (let count = 1; count <= 5; count++) {
    expect(await get()).toBeUndefined();
    expect(store.metrics()).toMatchObject({ [what]: count, circuit: count < 5 ? 'closed' : 'open' });
  }
  expect(await get()).toBeUndefined();
  expect(asked).toHaveLength(5);
  behaviour.read = async () => value;
  await clock.pass(50);
  expect(await get()).toBe(value);
  expect(store.metrics().circuit).toBe('closed');
});

test('errors between answers do not open it', async () => {
  const { behaviour, store, get } = scene();
  for (let count = 0; count < 20; count++) {
    behaviour.read = count % 5 === 4 ? async () => noBytes : () => Promise.reject(new Error('now and then'));
    await get();
  }
  expect(store.metrics()).toMatchObject({ errors: 16, circuit: 'closed' });
});

test('a store that is full is still read', async () => {
  const { behaviour, store, get, asked } = scene();
  behaviour.write = () => Promise.reject(new Error('OOM command not allowed'));
  for (let count = 0; count < 8; count++) {
    expect(await store.put('ticket:aa', value, times)).toBeUndefined();
    expect(await get()).toBe(value);
  }
  expect(asked.filter((one) => one === 'put')).toHaveLength(5);
  expect(store.metrics()).toMatchObject({ errors: 5, skipped: 3, circuit: 'open' });
});

test('many that wait when the store stops answering count, and do not make the pause longer', async () => {
  const { clock, behaviour, get, store } = scene();
  behaviour.read = never;
  const waiting = Array.from({ length: 500 }, () => get());
  await clock.pass(50);
  expect((await Promise.all(waiting)).every((found) => found === undefined)).toBe(true);
  expect(store.metrics()).toMatchObject({ timeouts: 500, circuit: 'open' });
  behaviour.read = async () => value;
  await clock.pass(50);
  expect(await get()).toBe(value);
});

test('trouble is told at once, then once per interval of all that happened, then of the recovery', async () => {
  const { clock, behaviour, get, reports } = scene({ reportEveryMs: 1000, retryMs: 50 });
  const down = new Error('down');
  behaviour.read = () => Promise.reject(down);
  await get();
  expect(reports).toEqual([
    { timeouts: 0, errors: 1, garbage: 0, skipped: 0, state: 'working', error: down },
  ]);
  for (let at = 0; at < 900; at += 10) {
    await get();
    await clock.pass(10);
  }
  expect(reports).toHaveLength(1);
  await clock.pass(100);
  expect(reports).toHaveLength(2);
  expect(reports[1]).toMatchObject({ state: 'failing', error: down, timeouts: 0 });
  behaviour.read = async () => value;
  await get();
  await clock.pass(1000);
  expect(reports[2]).toEqual({ timeouts: 0, errors: 0, garbage: 0, skipped: 0, state: 'working' });
  await clock.pass(10_000);
  expect(reports).toHaveLength(3);
  expect(clock.timers).toBe(0);
});
