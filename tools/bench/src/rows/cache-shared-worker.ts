import { parentPort } from 'node:worker_threads';
import { node } from '@tlsmith/crypto/node';
import { sharedMemoryStore } from '@tlsmith/session-cache';
import { capacity, walk } from './cache-memory.ts';

/** Work of one thread; `gate` counts those that are ready, so that all begin at once. */
export interface SharedTask {
  readonly memory: SharedArrayBuffer;
  readonly gate: SharedArrayBuffer;
  readonly threads: number;
  readonly operations: number;
}

// About the length of a sealed TLS 1.2 session.
const value = new Uint8Array(150);
const times = { now: 0, expiresAt: 300_000 };
let from = 0;

parentPort?.on('message', ({ memory, gate, threads, operations }: SharedTask) => {
  const store = sharedMemoryStore(memory, node);
  const arrived = new Int32Array(gate);
  Atomics.add(arrived, 0, 1);
  while (Atomics.load(arrived, 0) < threads);
  const start = process.hrtime.bigint();
  walk({ put: (key) => store.put(key, value, times), get: (key) => store.get(key, 1) }, from, operations);
  const taken = Number(process.hrtime.bigint() - start) / 1e9;
  from = (from + operations) % capacity;
  parentPort?.postMessage(operations / taken);
});
parentPort?.postMessage('ready');
