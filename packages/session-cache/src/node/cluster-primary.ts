import cluster, { type Worker } from 'node:cluster';
import { type Awaitable, type Bytes, equal, isThenable } from '@tlsmith/types';
import { memoryStore } from '../memory.ts';
import type { SessionStore } from '../store.ts';
import { type Answer, fromText, isOurs, type Request, type Requests, toText } from './cluster-wire.ts';

/** Options of {@link serveClusterStore}. */
export interface ServeClusterStoreOptions {
  /** Tells several stores of one cluster apart; `sessions` by default. */
  readonly name?: string;
  /** What holds the values; by default memory for 20,480 of them, in 32 MiB at most. */
  readonly store?: SessionStore<Bytes>;
}

/** A store that is being served. */
export interface ServedClusterStore {
  readonly store: SessionStore<Bytes>;
  /** Answers no more; the workers' operations then run into their limit. */
  close(): void;
}

/**
 * In the primary of a cluster: answers what workers ask through `clusterStore` and `clusterKeyRing`. The primary does
 * one operation at a time, so `take` has one winner among all workers; one that crashes leaves nothing behind, and
 * what it had stored is there for the others.
 *
 * @example
 * ```ts
 * import cluster from 'node:cluster';
 * import { serveClusterStore } from '@tlsmith/session-cache/node';
 * if (cluster.isPrimary) {
 *   serveClusterStore();
 *   cluster.fork();
 * }
 * ```
 */
export function serveClusterStore(options: ServeClusterStoreOptions = {}): ServedClusterStore {
  const { name = 'sessions' } = options;
  const store = options.store ?? memoryStore<Bytes>({ capacity, bytes: { limit, of: sizeOf } });
  const ring: Ring = { bytes: undefined };
  const onMessage = (worker: Worker, message: unknown): void => {
    if (isOurs(message, 'session-requests', name)) respond(worker, message, store, ring);
  };
  cluster.on('message', onMessage);
  return { store, close: () => void cluster.off('message', onMessage) };
}

/** The fleet's ticket keys as they stand. */
interface Ring {
  bytes: Bytes | undefined;
}

function respond(worker: Worker, { store: name, batch, requests }: Requests, ...held: Held): void {
  const send = (answers: readonly Answer[]): void => {
    // A worker that is gone needs no answer; the callback keeps that from being an error.
    if (!worker.isConnected()) return;
    worker.send({ tlsmith: 'session-answers', store: name, batch, answers }, undefined, () => undefined);
  };
  const answers = requests.map((request) => answered(request, ...held));
  if (answers.some(isThenable)) void Promise.all(answers.map(async (one) => one)).then(send);
  else send(answers as readonly Answer[]);
}

type Held = [store: SessionStore<Bytes>, ring: Ring];

function answered(request: Request, ...held: Held): Awaitable<Answer> {
  try {
    const value = performed(request, ...held);
    return isThenable(value) ? Promise.resolve(value).then(asAnswer, asFailure) : asAnswer(value);
  } catch (error) {
    return asFailure(error);
  }
}

function performed(request: Request, store: SessionStore<Bytes>, ring: Ring): Awaitable<unknown> {
  switch (request[0]) {
    case 'get':
      return store.get(request[1], request[2]);
    case 'take':
      return store.take(request[1], request[2]);
    case 'put':
      return store.put(request[1], fromText(request[2]), request[3]);
    case 'read':
      return ring.bytes;
    case 'replace': {
      const previous = request[1] === null ? undefined : fromText(request[1]);
      const present = ring.bytes;
      const agrees =
        previous === undefined || present === undefined ? previous === present : equal(previous, present);
      if (agrees) ring.bytes = fromText(request[2]);
      return agrees;
    }
  }
}

const asAnswer = (value: unknown): Answer =>
  value instanceof Uint8Array ? toText(value) : typeof value === 'boolean' ? value : null;

const asFailure = (error: unknown): Answer => ({ failed: error instanceof Error ? error.message : 'failed' });

const sizeOf = ({ length }: Bytes): number => length + bytesPerEntry;
// As many as nginx's builtin cache holds.
const capacity = 20_480;
const limit = 32 * 2 ** 20;
// The entry, its key, the array.
const bytesPerEntry = 500;
