import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import type { StoreKey } from '../store.ts';
import type { Order, Task } from './cluster-program.test-support.ts';
import { clusterKeyRing, clusterStore } from './cluster-store.ts';

const primaries: ChildProcess[] = [];
afterEach(() => {
  for (const one of primaries.splice(0)) one.kill('SIGKILL');
});

const timeout = 120_000;
const keysOf = (name: string, count: number): readonly StoreKey[] =>
  Array.from({ length: count }, (_, index): StoreKey => `ticket:${name}-${index}`);

test('what one worker puts another finds, large values and all', { timeout }, async () => {
  const cluster = await Cluster.of(2);
  const keys = keysOf('a', 500);
  await cluster.all([[0, { task: 'put', keys, length: 3000 }]]);
  const [found, other] = await cluster.all([
    [1, { task: 'get', keys }],
    [0, { task: 'get', keys: keysOf('b', 3) }],
  ]);
  expect(found).toEqual(keys);
  expect(other).toEqual([null, null, null]);
});

test('8 workers race for a ticket, one gets it, ten thousand times', { timeout }, async () => {
  const cluster = await Cluster.of(8);
  const keys = keysOf('race', 10_000);
  await cluster.all([[0, { task: 'put', keys, length: 1 }]]);
  const everyone = Array.from({ length: 8 }, (_, index) => index);
  const wins = everyone.map(() => 0);
  for (let from = 0; from < keys.length; from += 500) {
    const some = keys.slice(from, from + 500);
    const taken = (await cluster.all(
      everyone.map((one) => [one, { task: 'take', keys: some }]),
    )) as string[][];
    for (const [index, key] of some.entries()) {
      const winners = everyone.filter((one) => taken[one]?.[index] !== null);
      expect(winners).toHaveLength(1);
      expect(taken[winners[0] as number]?.[index]).toBe(key);
      (wins[winners[0] as number] as number)++;
    }
  }
  expect(wins.reduce((sum, count) => sum + count)).toBe(10_000);
  expect(wins.filter((count) => count > 0).length).toBeGreaterThan(1);
});

test('a worker that is killed in the middle of its work takes nothing of the others with it', {
  timeout,
}, async () => {
  const cluster = await Cluster.of(1);
  const keys = keysOf('kept', 200);
  for (let turn = 1; turn <= 4; turn++) {
    const victim = await cluster.fork();
    const [pid] = await cluster.all([[victim, { task: 'pid' }]]);
    const flood = cluster.all([[victim, { task: 'flood' }]]);
    // Told before the flood ends, which it does not by itself.
    const meanwhile = await cluster.all([[0, { task: 'put', keys, length: 100 }]]);
    expect(meanwhile).toHaveLength(1);
    process.kill(pid as number, 'SIGKILL');
    expect(await flood).toEqual(['died']);
    expect(await cluster.all([[0, { task: 'get', keys }]])).toEqual([keys]);
  }
  const heir = await cluster.fork();
  expect(await cluster.all([[heir, { task: 'take', keys }]])).toEqual([keys]);
});

test('a primary that stops answering costs misses within the limit, and is back by itself', {
  timeout,
}, async () => {
  const cluster = await Cluster.of(1);
  const keys = keysOf('a', 10);
  await cluster.all([[0, { task: 'put', keys, length: 1 }]]);
  const ask = async (): Promise<Bounded> =>
    (await cluster.all([[0, { task: 'resilient', keys }]]))[0] as Bounded;
  expect(await ask()).toMatchObject({ found: 10, metrics: { circuit: 'closed' } });
  await cluster.order({ order: 'stop' });
  expect(await ask()).toMatchObject({ found: 0, metrics: { timeouts: 10, circuit: 'open' } });
  expect(await ask()).toMatchObject({ found: 0 });
  await cluster.order({ order: 'serve' });
  await expect.poll(async () => (await ask()).found, { timeout: 10_000, interval: 60 }).toBe(10);
});

test('a primary that dies takes its workers along, and a new one starts from nothing', {
  timeout,
}, async () => {
  const cluster = await Cluster.of(2);
  const keys = keysOf('a', 10);
  await cluster.all([[0, { task: 'put', keys, length: 1 }]]);
  const pids = (await cluster.all([
    [0, { task: 'pid' }],
    [1, { task: 'pid' }],
  ])) as number[];
  cluster.primary.kill('SIGKILL');
  await once(cluster.primary, 'exit');
  await expect.poll(() => pids.filter(isAlive), { timeout: 10_000 }).toEqual([]);
  const next = await Cluster.of(1);
  expect(await next.all([[0, { task: 'get', keys }]])).toEqual([keys.map(() => null)]);
});

test('all workers seal under the same keys', { timeout }, async () => {
  const cluster = await Cluster.of(3);
  const names = await cluster.all([
    [0, { task: 'ring' }],
    [1, { task: 'ring' }],
    [2, { task: 'ring' }],
  ]);
  expect(new Set(names).size).toBe(1);
  expect(names[0]).toMatch(/^[0-9a-f]{32}$/);
});

test('only a worker asks the primary', () => {
  for (const make of [clusterStore, clusterKeyRing]) {
    expect(() => make()).toThrow(expect.objectContaining({ code: 'not-a-worker' }));
  }
});

interface Bounded {
  readonly found: number;
  readonly metrics: unknown;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A primary in a process of its own, and its workers by number. */
class Cluster {
  readonly primary: ChildProcess;

  static async of(workers: number): Promise<Cluster> {
    const cluster = new Cluster();
    await Promise.all(Array.from({ length: workers }, () => cluster.fork()));
    return cluster;
  }

  private constructor() {
    const tsx = createRequire(import.meta.url).resolve('tsx');
    const program = fileURLToPath(new URL('cluster-program.test-support.ts', import.meta.url));
    this.primary = fork(program, { execArgv: ['--conditions=@tlsmith/source', '--import', tsx] });
    primaries.push(this.primary);
  }

  async fork(): Promise<number> {
    return (await this.order({ order: 'fork' })) as number;
  }

  async all(tasks: readonly (readonly [number, Task])[]): Promise<readonly unknown[]> {
    return (await this.order({ order: 'tasks', tasks })) as readonly unknown[];
  }

  order(order: Order): Promise<unknown> {
    return new Promise((resolve) => {
      const id = ++orders;
      const onMessage = (message: { readonly id: number; readonly result?: unknown }): void => {
        if (message.id !== id) return;
        this.primary.off('message', onMessage);
        resolve(message.result);
      };
      this.primary.on('message', onMessage);
      this.primary.send({ id, ...order });
    });
  }
}

let orders = 0;
