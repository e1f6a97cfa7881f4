import { once } from 'node:events';
import { setTimeout as after } from 'node:timers/promises';
import { node } from '@tlsmith/crypto/node';
import { utf8 } from '@tlsmith/types';
import { expect, test } from 'vitest';
import { type SharedMemoryStore, sharedMemoryStore } from './shared-memory.ts';
import { answer, thread } from './shared-threads.test-support.ts';
import { speaking, speaks } from './shared-values.test-support.ts';
import type { Churned } from './shared-worker.test-support.ts';

// What threads do to each other; the store by itself is in shared-store.test.ts.
const small = 32_768;
const times = { now: 0, expiresAt: 1000 };

test('of 8 threads that race for a value one gets it, ten thousand times', { timeout: 120_000 }, async () => {
  const memory = new SharedArrayBuffer(4 * 2 ** 20);
  const store = opened(memory);
  const rounds = 10_000;
  for (let key = 0; key < rounds; key++) store.put(`ticket:${key}`, utf8('value'), times);
  const missing = Array.from({ length: rounds }, (_, key) => store.get(`ticket:${key}`, 1)).filter((v) => !v);
  const wins = new SharedArrayBuffer(4 * rounds);
  const gate = { memory: new SharedArrayBuffer(8), threads: 8 };
  const threads = Array.from({ length: 8 }, () => thread({ kind: 'take', memory, wins, gate }));
  const own = await Promise.all(threads.map((one) => answer<number>(one)));
  const counts = new Int32Array(wins);
  expect(Math.max(...counts)).toBe(1);
  expect(own.reduce((sum, count) => sum + count)).toBe(rounds - missing.length);
  expect(missing.length).toBeLessThan(rounds / 100);
  expect(own.filter((count) => count > 0).length).toBeGreaterThan(1);
});

test('four threads that write over each other never see a torn value', { timeout: 120_000 }, async () => {
  const memory = new SharedArrayBuffer(small);
  const threads = [1, 2, 3, 4].map((seed) => thread({ kind: 'churn', memory, operations: 100_000, seed }));
  const seen = await Promise.all(threads.map((one) => answer<Churned>(one)));
  for (const { found, wrong } of seen) {
    expect(wrong).toBe(0);
    expect(found).toBeGreaterThan(1000);
  }
});

test('threads terminated in the middle of their work wedge nobody', { timeout: 120_000 }, async () => {
  const memory = new SharedArrayBuffer(small);
  const store = opened(memory);
  for (let turn = 1; turn <= 12; turn++) {
    const worker = thread({ kind: 'churn', memory, operations: 0, seed: turn });
    await Promise.race([changed(memory), once(worker, 'exit')]);
    expect(worker.threadId).toBeGreaterThan(0);
    await after(turn);
    await worker.terminate();
    for (let key = 0; key < 300; key++) {
      const name = `ticket:${key}` as const;
      const found = store.get(name, 1);
      expect(found === undefined || speaks(name, found)).toBe(true);
      store.put(name, speaking(name, key), times);
      expect(store.take(name, 1)).toEqual(speaking(name, key));
    }
  }
});

function opened(memory: SharedArrayBuffer): SharedMemoryStore {
  return sharedMemoryStore(memory, node);
}

/** Waits until somebody else writes to the memory. */
async function changed(memory: SharedArrayBuffer): Promise<void> {
  const words = new Int32Array(memory);
  const before = Atomics.load(words, 1);
  while (Atomics.load(words, 1) === before) await after(1);
}
