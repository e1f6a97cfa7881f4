import { type Awaitable, type Bytes, isThenable } from '@tlsmith/types';
import { Circuit, type Pass } from './resilient-circuit.ts';
import { Deadlines, Waiting } from './resilient-deadlines.ts';
import { StoreFailure } from './resilient-failure.ts';
import { type StoreReport, type StoreTroubles, TroubleLog } from './resilient-report.ts';
import type { SessionStore } from './store.ts';
import type { Timers } from './timers.ts';

/** Options of {@link resilientStore}. */
export interface ResilientStoreOptions {
  readonly timers: Timers;
  /** Milliseconds that one operation may take; 50 by default. */
  readonly limitMs?: number;
  /** Milliseconds between attempts, at most, while the store fails; 1,000 by default. The first comes after `limitMs`. */
  readonly retryMs?: number;
  /** Errors in a row after which the store is not asked for a while; 5 by default. A time-out is enough by itself. */
  readonly errorsInARow?: number;
  /** Told of the first trouble at once, then once per interval of what happened since. */
  readonly report?: (report: StoreReport) => void;
  /** 10,000 milliseconds by default. */
  readonly reportEveryMs?: number;
}

/** A store that answers in time and never fails. */
export interface ResilientStore extends SessionStore<Bytes> {
  /** Counts since it was made. A fresh object at every call. */
  metrics(): StoreTroubles & { readonly circuit: 'closed' | 'open' };
}

/**
 * Puts a limit to what a store outside the process can cost. Whatever it does (answer late, reject, throw, answer
 * garbage, be full), the operation is a miss within `limitMs`, and the handshake goes on as a full one. A store that
 * does not answer is then left alone but for single attempts, after `limitMs`, twice that, and so on up to `retryMs`; the
 * first that is answered in time ends this, as a late answer does the first time; later ones bring the next attempt
 * forward. Reading and writing are judged apart: a store that is full can still be read.
 *
 * @example
 * ```ts
 * import { createClient } from 'redis';
 * import { redisStore, resilientStore } from '@tlsmith/session-cache';
 * import { systemTimers } from '@tlsmith/session-cache/node';
 * const client = await createClient().on('error', () => undefined).connect();
 * const store = resilientStore(redisStore(client), { timers: systemTimers, report: console.warn });
 * store.metrics(); // { timeouts: 0, errors: 0, garbage: 0, skipped: 0, circuit: 'closed' }
 * ```
 */
export function resilientStore(store: SessionStore<Bytes>, options: ResilientStoreOptions): ResilientStore {
  return new Resilient(store, options);
}

class Resilient implements ResilientStore {
  readonly #store: SessionStore<Bytes>;
  readonly #timers: Timers;
  readonly #limit: number;
  readonly #deadlines: Deadlines;
  readonly #reading: Circuit;
  readonly #writing: Circuit;
  readonly #troubles: TroubleLog;
  /** One function for all operations. */
  readonly #whenLate = ({ circuit, pass, resolve }: Operation): void => resolve(this.#late(circuit, pass));

  constructor(store: SessionStore<Bytes>, options: ResilientStoreOptions) {
    const { timers, limitMs = 50, retryMs = 1000, errorsInARow = 5, reportEveryMs = 10_000 } = options;
    const pauses = {
      errors: errorsInARow,
      firstPause: Math.min(limitMs, retryMs),
      longestPause: retryMs,
    };
    this.#store = store;
    this.#timers = timers;
    this.#limit = limitMs;
    this.#deadlines = new Deadlines(timers, limitMs);
    this.#reading = new Circuit(pauses);
    this.#writing = new Circuit(pauses);
    const state = (): StoreReport['state'] => (this.#open ? 'failing' : 'working');
    this.#troubles = new TroubleLog(timers, reportEveryMs, options.report, state);
  }

  get(...[key, now]: Parameters<SessionStore['get']>): Awaitable<Bytes | undefined> {
    return this.#asked(this.#reading, () => this.#store.get(key, now));
  }

  take(...[key, now]: Parameters<SessionStore['take']>): Awaitable<Bytes | undefined> {
    return this.#asked(this.#reading, () => this.#store.take(key, now));
  }

  put(...[key, value, times]: Parameters<SessionStore['put']>): Awaitable<undefined> {
    const done = this.#asked(this.#writing, () => this.#store.put(key, value, times));
    return isThenable(done) ? done.then(() => undefined) : undefined;
  }

  metrics(): ReturnType<ResilientStore['metrics']> {
    return { ...this.#troubles.total, circuit: this.#open ? 'open' : 'closed' };
  }

  get #open(): boolean {
    return this.#reading.open || this.#writing.open;
  }

  #asked(circuit: Circuit, ask: () => unknown): Awaitable<Bytes | undefined> {
    const pass = circuit.enter(this.#timers);
    if (pass === undefined) return this.#skip();
    try {
      const answer = ask();
      return isThenable(answer) ? this.#awaited(circuit, pass, answer) : this.#judged(circuit, pass, answer);
    } catch (error) {
      return this.#failed(circuit, pass, error);
    }
  }

  #skip(): undefined {
    this.#troubles.count('skipped');
  }

  /** The answer, or undefined when it does not come in time; what comes later is dropped. */
  #awaited(circuit: Circuit, pass: Pass, answer: PromiseLike<unknown>): Promise<Bytes | undefined> {
    return new Promise((resolve) => {
      const operation = new Operation(circuit, pass, resolve, this.#whenLate);
      this.#deadlines.add(operation);
      answer.then(
        (value) => (this.#ended(operation) ? resolve(this.#judged(circuit, pass, value)) : this.#heard()),
        (error) => (this.#ended(operation) ? resolve(this.#failed(circuit, pass, error)) : undefined),
      );
    });
  }

  /** Whether it is not too late. */
  #ended(operation: Operation): boolean {
    if (operation.isLate) return false;
    this.#deadlines.remove(operation);
    return true;
  }

  #judged(circuit: Circuit, pass: Pass, answer: unknown): Bytes | undefined {
    if (answer !== undefined && !(answer instanceof Uint8Array)) {
      return this.#failed(
        circuit,
        pass,
        new StoreFailure('garbage', 'the store answered with no value of its own'),
      );
    }
    circuit.succeeded(pass);
    this.#other(circuit).alive();
    return answer;
  }

  #failed(circuit: Circuit, pass: Pass, error: unknown): undefined {
    const code = error instanceof StoreFailure ? error.code : undefined;
    // A store that has a limit of its own.
    if (code === 'timeout') return this.#late(circuit, pass, error);
    circuit.failed(pass, this.#timers.now(), 'error');
    this.#troubles.count(code === 'garbage' ? 'garbage' : 'errors', error);
  }

  #other(circuit: Circuit): Circuit {
    return circuit === this.#reading ? this.#writing : this.#reading;
  }

  #heard(): void {
    const now = this.#timers.now();
    this.#reading.heard(now);
    this.#writing.heard(now);
  }

  /** Nobody answers: neither reading nor writing is worth waiting for. */
  #late(circuit: Circuit, pass: Pass, error: unknown = this.#noAnswer()): undefined {
    const now = this.#timers.now();
    const wasOpen = circuit.open;
    circuit.failed(pass, now, 'timeout');
    const other = this.#other(circuit);
    if (!wasOpen && !other.open) other.trip(now);
    this.#troubles.count('timeouts', error);
  }

  #noAnswer(): StoreFailure {
    return new StoreFailure('timeout', `no answer within ${this.#limit} ms`);
  }
}

/** An operation of the store that has not answered yet. */
class Operation extends Waiting {
  readonly circuit: Circuit;
  readonly pass: Pass;
  readonly resolve: (found: Bytes | undefined) => void;
  readonly #whenLate: (operation: Operation) => void;
  isLate = false;

  constructor(
    circuit: Circuit,
    pass: Pass,
    resolve: (found: Bytes | undefined) => void,
    whenLate: (operation: Operation) => void,
  ) {
    super();
    this.circuit = circuit;
    this.pass = pass;
    this.resolve = resolve;
    this.#whenLate = whenLate;
  }

  late(): void {
    this.isLate = true;
    this.#whenLate(this);
  }
}
