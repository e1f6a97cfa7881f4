import { type Awaitable, type Bytes, isThenable } from '@tlsmith/types';
import { after } from './awaitable.ts';
import { StoreFailure } from './resilient-failure.ts';

/** How a client is asked for one value and for many. */
export interface Reading {
  one(key: string): Awaitable<unknown>;
  many(keys: string[]): Awaitable<unknown>;
}

/** What a reply is worth. */
type Read = (reply: unknown) => Bytes | undefined;

interface Asked {
  readonly key: string;
  readonly read: Read;
  readonly resolve: (found: Awaitable<Bytes | undefined>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Look-ups that are asked for before `defer` runs share one `MGET`: the client's cost of a command, most of what a
 * look-up takes, is paid once for all of them.
 */
export class ReadTogether {
  readonly #reading: Reading;
  readonly #defer: (run: () => void) => unknown;
  #waiting: Asked[] = [];
  #isApart = false;

  constructor(reading: Reading, defer: (run: () => void) => unknown) {
    this.#reading = reading;
    this.#defer = defer;
  }

  get(key: string, read: Read): Awaitable<Bytes | undefined> {
    if (this.#isApart) return after(this.#reading.one(key), read);
    return new Promise((resolve, reject) => {
      if (this.#waiting.push({ key, read, resolve, reject }) === 1) this.#defer(() => this.#flush());
    });
  }

  #flush(): void {
    const all = this.#waiting;
    this.#waiting = [];
    for (let from = 0; from < all.length; from += most) this.#ask(all.slice(from, from + most));
  }

  #ask(asked: readonly Asked[]): void {
    const [first] = asked;
    if (asked.length === 1 && first !== undefined) return this.#askOne(first);
    const refused = (error: unknown): void => this.#refused(asked, error);
    try {
      const reply = this.#reading.many(asked.map(({ key }) => key));
      if (isThenable(reply)) reply.then((found) => answer(asked, found), refused);
      else answer(asked, reply);
    } catch (error) {
      refused(error);
    }
  }

  #askOne({ key, read, resolve, reject }: Asked): void {
    try {
      resolve(after(this.#reading.one(key), read));
    } catch (error) {
      reject(error);
    }
  }

  /** A Redis Cluster answers for one slot at a time: from then on each look-up goes by itself. */
  #refused(asked: readonly Asked[], error: unknown): void {
    const isCluster = error instanceof Error && error.message.startsWith('CROSSSLOT');
    if (isCluster) this.#isApart = true;
    for (const one of asked) {
      if (isCluster) this.#askOne(one);
      else one.reject(error);
    }
  }
}

function answer(asked: readonly Asked[], reply: unknown): void {
  if (!Array.isArray(reply) || reply.length !== asked.length) {
    const error = new StoreFailure('garbage', `Redis answered ${asked.length} look-ups with something else`);
    for (const { reject } of asked) reject(error);
    return;
  }
  let index = 0;
  for (const { read, resolve, reject } of asked) {
    try {
      resolve(read(reply[index++]));
    } catch (error) {
      reject(error);
    }
  }
}

// Redis does nothing else while it answers one command.
const most = 128;
