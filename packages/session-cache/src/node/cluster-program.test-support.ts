import cluster, { type Worker } from 'node:cluster';
import { fromUtf8, toHex, utf8 } from '@tlsmith/types';
import { node } from '@tlsmith/crypto/node';
import { fleetTicketKeys } from '../key-ring-fleet.ts';
import { resilientStore } from '../resilient.ts';
import type { StoreKey } from '../store.ts';
import { serveClusterStore } from './cluster-primary.ts';
import { clusterKeyRing, clusterStore } from './cluster-store.ts';
import { systemTimers } from './resilient-timers.ts';

// A cluster of its own for the tests: its primary does what they say over IPC and lets workers do things in turn.

export type Task =
  | { readonly task: 'put'; readonly keys: readonly StoreKey[]; readonly length: number }
  | { readonly task: 'get' | 'take'; readonly keys: readonly StoreKey[] }
  | { readonly task: 'resilient'; readonly keys: readonly StoreKey[] }
  | { readonly task: 'flood' }
  | { readonly task: 'ring' }
  | { readonly task: 'pid' };

export type Order =
  | { readonly order: 'fork' }
  | { readonly order: 'serve' | 'stop' }
  | { readonly order: 'tasks'; readonly tasks: readonly (readonly [worker: number, Task])[] };

const end = { now: 0, expiresAt: 60_000 };

if (cluster.isPrimary) primary();
else worker();

function primary(): void {
  const workers: Worker[] = [];
  let served = serveClusterStore();
  const { store } = served;
  const obey = async (given: Order): Promise<unknown> => {
    switch (given.order) {
      case 'fork': {
        const one = cluster.fork();
        const index = workers.push(one) - 1;
        await new Promise((resolve) => one.once('message', resolve));
        return index;
      }
      case 'stop':
        return served.close();
      case 'serve':
        served = serveClusterStore({ store });
        return undefined;
      case 'tasks':
        return Promise.all(given.tasks.map(([index, task]) => done(workers[index] as Worker, task)));
    }
  };
  process.on('message', (given: Order & { readonly id: number }) => {
    void obey(given).then((result) => process.send?.({ id: given.id, result }));
  });
}

/** What a worker answers to a task, or that it died over it. */
function done(one: Worker, task: Task): Promise<unknown> {
  return new Promise((resolve) => {
    const onMessage = (message: { readonly done?: unknown }): void => {
      if (!('done' in message)) return;
      one.off('message', onMessage).off('exit', onExit);
      resolve(message.done);
    };
    const onExit = (): void => {
      one.off('message', onMessage);
      resolve('died');
    };
    one.on('message', onMessage).once('exit', onExit);
    one.send({ own: task });
  });
}

function worker(): void {
  const store = clusterStore({ limitMs: 2000 });
  const bounded = resilientStore(clusterStore({ limitMs: 50 }), { timers: systemTimers, retryMs: 100 });
  const perform = async (task: Task): Promise<unknown> => {
    switch (task.task) {
      case 'put':
        return Promise.all(task.keys.map(async (key) => store.put(key, utf8(key.padEnd(task.length)), end)));
      case 'get':
      case 'take':
        return Promise.all(
          task.keys.map(async (key) => {
            const found = await store[task.task](key, 1);
            return found === undefined ? null : fromUtf8(found).trim();
          }),
        );
      case 'resilient': {
        const found = await Promise.all(task.keys.map(async (key) => bounded.get(key, 1)));
        return { found: found.filter((one) => one !== undefined).length, metrics: bounded.metrics() };
      }
      case 'flood':
        for (let key = 0; ; key++) {
          await Promise.all([
            store.put(`ticket:flood-${key % 1000}`, utf8('x'.repeat(1000)), end),
            store.take(`ticket:flood-${(key * 7) % 1000}`, 1),
          ]);
        }
      case 'ring': {
        const { random, aeads } = node;
        const keys = fleetTicketKeys({
          aead: aeads['aes-256-gcm'],
          random,
          source: clusterKeyRing(),
          lifetime: 3600,
          rotateEvery: 3600,
        });
        await keys.refresh(Date.now());
        return toHex(keys.protect(utf8('x'), utf8('y'), Date.now())?.subarray(0, 16) ?? utf8('none'));
      }
      case 'pid':
        return process.pid;
    }
  };
  process.on('message', (message: { readonly own?: Task }) => {
    if (message.own !== undefined)
      void perform(message.own).then((result) => process.send?.({ done: result }));
  });
  process.send?.('ready');
}
