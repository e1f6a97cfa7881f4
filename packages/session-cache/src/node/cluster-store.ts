import cluster from 'node:cluster';
import { type Bytes, TlsMisuse } from '@tlsmith/types';
import type { KeyRingSource } from '../key-ring-fleet.ts';
import { Deadlines, Waiting } from '../resilient-deadlines.ts';
import { StoreFailure } from '../resilient-failure.ts';
import type { SessionStore } from '../store.ts';
import { type Answer, fromText, isOurs, type Request, toText } from './cluster-wire.ts';
import { systemTimers } from './resilient-timers.ts';

/** Options of {@link clusterStore} and {@link clusterKeyRing}. */
export interface ClusterStoreOptions {
  /** The name under which the primary serves it; `sessions` by default. */
  readonly name?: string;
  /** Milliseconds that an answer may take; 50 by default. */
  readonly limitMs?: number;
}

/**
 * A store that the cluster's primary holds for its workers (`serveClusterStore` there). What a worker asks for in one
 * turn of its loop goes over in one message. A primary that does not answer in time, or is gone, makes operations reject:
 * put `resilientStore` around it, and `protectedStore` around both.
 *
 * @throws {TlsMisuse} `not-a-worker` in a process that is no worker of a cluster.
 * @example
 * ```ts
 * import cluster from 'node:cluster';
 * import { resilientStore } from '@tlsmith/session-cache';
 * import { clusterStore, systemTimers } from '@tlsmith/session-cache/node';
 * if (cluster.isWorker) resilientStore(clusterStore(), { timers: systemTimers, report: console.warn });
 * ```
 */
export function clusterStore(options: ClusterStoreOptions = {}): SessionStore<Bytes> {
  const line = new Line(options);
  return {
    get: async (key, now) => valueOf(await line.ask(['get', key, now])),
    take: async (key, now) => valueOf(await line.ask(['take', key, now])),
    put: async (key, value, times) => {
      await line.ask(['put', key, toText(value), { ...times }]);
    },
  };
}

/**
 * A place for ticket keys in the cluster's primary, for `fleetTicketKeys`: all workers seal and open under the same
 * keys, which no disk sees.
 *
 * @throws {TlsMisuse} `not-a-worker` in a process that is no worker of a cluster.
 */
export function clusterKeyRing(options: ClusterStoreOptions = {}): KeyRingSource {
  const line = new Line({ limitMs: 1000, ...options });
  return {
    read: async () => valueOf(await line.ask(['read'])),
    replace: async (previous, next) =>
      (await line.ask(['replace', previous === undefined ? null : toText(previous), toText(next)])) === true,
  };
}

function valueOf(answer: Answer): Bytes | undefined {
  return typeof answer === 'string' ? fromText(answer) : undefined;
}

/** One question and who asked it. */
interface Asked {
  readonly request: Request;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: StoreFailure) => void;
}

/** The worker's side of the conversation. */
class Line {
  readonly #name: string;
  readonly #limit: number;
  readonly #deadlines: Deadlines;
  readonly #sent = new Map<number, Batch>();
  #queue: Asked[] = [];

  constructor({ name = 'sessions', limitMs = 50 }: ClusterStoreOptions) {
    if (!cluster.isWorker) throw new TlsMisuse('not-a-worker', 'only workers of a cluster ask its primary');
    this.#name = name;
    this.#limit = limitMs;
    this.#deadlines = new Deadlines(systemTimers, limitMs);
    process.on('message', (message) => this.#receive(message));
  }

  ask(request: Request): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#queue.push({ request, resolve, reject }) === 1) setImmediate(() => this.#flush());
    });
  }

  #flush(): void {
    const asked = this.#queue;
    this.#queue = [];
    const batch = ++batches;
    const sent = new Batch(asked, () => {
      this.#sent.delete(batch);
      sent.reject(new StoreFailure('timeout', `no answer in ${this.#limit} ms`));
    });
    this.#sent.set(batch, sent);
    this.#deadlines.add(sent);
    const gone = (): void =>
      this.#settled(batch)?.reject(new StoreFailure('disconnected', 'the primary is gone'));
    if (!process.connected) return gone();
    const requests = asked.map(({ request }) => request);
    const message = { tlsmith: 'session-requests', store: this.#name, batch, requests };
    process.send?.(message, undefined, undefined, (error) => (error === null ? undefined : gone()));
  }

  #receive(message: unknown): void {
    if (!isOurs(message, 'session-answers', this.#name)) return;
    const { batch, answers } = message;
    for (const [index, { resolve, reject }] of (this.#settled(batch)?.asked ?? []).entries()) {
      const answer = answers[index] ?? null;
      if (typeof answer === 'object' && answer !== null)
        reject(new StoreFailure('remote', String(answer.failed)));
      else resolve(answer);
    }
  }

  /** The batch, which waits no longer; undefined for one that does not wait. */
  #settled(batch: number): Batch | undefined {
    const sent = this.#sent.get(batch);
    if (sent === undefined) return undefined;
    this.#sent.delete(batch);
    this.#deadlines.remove(sent);
    return sent;
  }
}

/** What was asked in one message. */
class Batch extends Waiting {
  readonly asked: readonly Asked[];
  readonly late: () => void;

  constructor(asked: readonly Asked[], late: () => void) {
    super();
    this.asked = asked;
    this.late = late;
  }

  reject(error: StoreFailure): void {
    for (const { reject } of this.asked) reject(error);
  }
}

// Of all lines of this process: several may ask for things of one name.
let batches = 0;
