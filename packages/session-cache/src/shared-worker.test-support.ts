import { parentPort, workerData } from 'node:worker_threads';
import { node } from '@tlsmith/crypto/node';
import { toHex } from '@tlsmith/types';
import { sharedMemoryTicketKeys } from './shared-keys.ts';
import { sharedMemoryStore } from './shared-memory.ts';
import { speaking, speaks } from './shared-values.test-support.ts';

/** What a thread of the tests is to do. `gate` opens for all when as many threads as it counts have come. */
export type Task =
  | {
      readonly kind: 'take';
      readonly memory: SharedArrayBuffer;
      readonly wins: SharedArrayBuffer;
      readonly gate: Gate;
    }
  | {
      readonly kind: 'churn';
      readonly memory: SharedArrayBuffer;
      readonly operations: number;
      readonly seed: number;
    }
  | {
      readonly kind: 'names';
      readonly memory: SharedArrayBuffer;
      readonly gate: Gate;
      readonly times: readonly number[];
    };

/** A word for the threads that have come and one for the rounds that have begun. */
export interface Gate {
  readonly memory: SharedArrayBuffer;
  readonly threads: number;
}

/** What `churn` saw. */
export interface Churned {
  readonly found: number;
  /** Values that were not the ones put under their key. */
  readonly wrong: number;
}

const task = workerData as Task | undefined;
if (task !== undefined && parentPort !== null) parentPort.postMessage(run(task));

function run(given: Task): unknown {
  switch (given.kind) {
    case 'take':
      return take(given);
    case 'churn':
      return churn(given);
    case 'names':
      return names(given);
  }
}

/** Takes every key in order, in step with the others every twenty keys; counts its wins per key. */
function take({ memory, wins, gate }: Task & { kind: 'take' }): number {
  const store = sharedMemoryStore(memory, node);
  const counts = new Int32Array(wins);
  let own = 0;
  for (let key = 0; key < counts.length; key++) {
    if (key % 20 === 0) pass(gate);
    if (store.take(`ticket:${key}`, 1) === undefined) continue;
    Atomics.add(counts, key, 1);
    own++;
  }
  return own;
}

/** Puts, gets and takes among a few hundred keys, as fast as it can; `operations` of 0 go on until terminated. */
function churn({ memory, operations, seed }: Task & { kind: 'churn' }): Churned {
  const store = sharedMemoryStore(memory, node);
  let state = seed;
  let found = 0;
  let wrong = 0;
  for (let done = 0; operations === 0 || done < operations; done++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const key = `ticket:${(state >>> 8) % 300}` as const;
    const what = (state >>> 20) % 4;
    if (what < 2) {
      store.put(key, speaking(key, state), { now: 0, expiresAt: 10 });
      continue;
    }
    const value = what === 2 ? store.get(key, 1) : store.take(key, 1);
    if (value === undefined) continue;
    found++;
    if (!speaks(key, value)) wrong++;
  }
  return { found, wrong };
}

/** The names of the keys that seal at these times, all threads in step. */
function names({ memory, gate, times }: Task & { kind: 'names' }): readonly string[] {
  const aead = node.aeads['aes-256-gcm'];
  const keys = sharedMemoryTicketKeys({ memory, aead, random: node.random, lifetime: 60 });
  return times.map((time) => {
    pass(gate);
    const sealed = keys.protect(new Uint8Array(0), new Uint8Array(0), time);
    return sealed === undefined ? 'none' : toHex(sealed.subarray(0, 16));
  });
}

function pass({ memory, threads }: Gate): void {
  const words = new Int32Array(memory);
  const round = Atomics.load(words, 1);
  if (Atomics.add(words, 0, 1) === threads - 1) {
    Atomics.store(words, 0, 0);
    Atomics.add(words, 1, 1);
    Atomics.notify(words, 1);
    return;
  }
  // A late notification of the round before wakes threads of this one.
  while (Atomics.load(words, 1) === round) Atomics.wait(words, 1, round);
}
