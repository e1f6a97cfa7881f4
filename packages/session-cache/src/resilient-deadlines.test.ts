import { utf8 } from '@tlsmith/types';
import { expect, test } from 'vitest';
import { resilientStore } from './resilient.ts';
import { Clock, settled } from './resilient-clock.test-support.ts';

const value = utf8('value');

/** Look-ups in a store that answers each when it is told to, within 40 ms. */
function scene(report?: () => void) {
  const clock = new Clock();
  const answer: (() => void)[] = [];
  const get = (): Promise<typeof value> => new Promise((resolve) => answer.push(() => resolve(value)));
  const inner = { get, take: get, put: async () => undefined };
  const store = resilientStore(inner, { timers: clock, limitMs: 40, ...(report && { report }) });
  const outcomes: string[] = [];
  const ask = (): void => {
    const index = outcomes.push('waits') - 1;
    void Promise.resolve(store.get('ticket:aa', 0)).then((found) => {
      outcomes[index] = found === undefined ? `missed at ${clock.now()}` : `found at ${clock.now()}`;
    });
  };
  return { clock, answer, ask, outcomes, store };
}

test('each has the limit to itself, whoever else waits', async () => {
  const { clock, ask, outcomes } = scene();
  for (const pause of [7, 10, 10, 0, 0]) {
    ask();
    await clock.pass(pause);
  }
  await clock.pass(100);
  expect(outcomes).toEqual(['missed at 40', 'missed at 47', 'missed at 57', 'missed at 67', 'missed at 67']);
});

test('answers in any order leave those that wait in theirs', async () => {
  const { clock, ask, answer, outcomes } = scene();
  for (let index = 0; index < 6; index++) {
    ask();
    await clock.pass(1);
  }
  for (const index of [5, 0, 3]) answer[index]?.();
  await settled();
  await clock.pass(100);
  expect(outcomes).toEqual([
    'found at 6',
    'missed at 41',
    'missed at 42',
    'found at 6',
    'missed at 44',
    'found at 6',
  ]);
});

test('ten thousand wait under one timer, and none is left behind them', async () => {
  const { clock, ask, answer, outcomes } = scene();
  for (let index = 0; index < 10_000; index++) ask();
  expect(clock.timers).toBe(1);
  for (const one of answer) one();
  await settled();
  await clock.pass(100);
  expect(new Set(outcomes)).toEqual(new Set(['found at 0']));
  expect(clock.timers).toBe(0);
});

test('an answer that waits in the socket of a busy process is not late', async () => {
  const { clock, ask, answer, outcomes, store } = scene();
  ask();
  clock.stall(300);
  // The loop's first turn sends what was asked; a later one finds the answer.
  await clock.pass(15);
  expect(outcomes).toEqual(['waits']);
  answer[0]?.();
  await settled();
  expect(outcomes).toEqual(['found at 315']);
  expect(store.metrics()).toMatchObject({ timeouts: 0, circuit: 'closed' });
});

test('a store that does not answer is late soon after a process was busy, too', async () => {
  const { clock, ask, outcomes } = scene();
  ask();
  clock.stall(300);
  await clock.pass(40);
  expect(outcomes).toEqual(['missed at 320']);
});

test('a report that throws leaves nobody waiting', async () => {
  const { clock, ask, outcomes } = scene(() => {
    throw new Error('of the user');
  });
  ask();
  ask();
  await expect(clock.pass(100)).rejects.toThrow('of the user');
  await clock.pass(100);
  expect(outcomes[1]).toMatch('missed');
});
