import { type Awaitable, type Bytes, type CryptoProvider, concat, uint, utf8 } from '@tlsmith/types';
import { after } from './awaitable.ts';
import { momentary } from './momentary.ts';
import { type SessionKind, type SessionStore, type StoreKey, storeKey, type StoreTimes } from './store.ts';
import type { TicketKeys } from './ticket.ts';

/** What a store outside the process is protected with. */
export interface StoreProtection {
  /** Hashes session IDs and tickets with SHA-256. */
  readonly provider: Pick<CryptoProvider, 'hash'>;
  /** Seals sessions; common to all processes that share the store. */
  readonly keys: TicketKeys;
  /** Names the server's configuration: two contexts in one store never find each other's sessions. */
  readonly context: Bytes;
}

/** How values become bytes and values again; `undefined` for bytes that are no value. */
export interface Form<S> {
  /** What `seal` makes of the value's bytes, which are of no more use afterwards. */
  sealed(value: S, seal: (content: Bytes) => Bytes | undefined): Bytes | undefined;
  opened(content: Bytes): S | undefined;
}

/** Hashes keys together with a context, so that they tell nothing of ID or ticket and are others in every context. */
export class Names {
  readonly #provider: StoreProtection['provider'];
  readonly #prefix: Bytes;

  constructor({ provider, context }: Pick<StoreProtection, 'provider' | 'context'>) {
    this.#provider = provider;
    this.#prefix = concat(label, uint(context.length, 4), context);
  }

  /** 32 bytes that commit to the whole key, its kind included, and to the context. */
  hash(key: StoreKey): Awaitable<Bytes> {
    const prefix = this.#prefix;
    // UTF-8 takes three bytes at most for what a string counts as one.
    const data = momentary(prefix.length + 3 * key.length);
    data.set(prefix);
    const { written } = encoder.encodeInto(key, data.subarray(prefix.length));
    return this.#provider.hash('sha256', data.subarray(0, prefix.length + written));
  }
}

/** The key of the same kind for this hash. */
export const named = (key: StoreKey, hash: Bytes): StoreKey =>
  storeKey(key.slice(0, key.indexOf(':')) as SessionKind, hash);

/**
 * Values of any form, sealed and named by a hash. What is sealed is bound to that hash, so nobody can pass one value off
 * as another.
 */
export class ProtectedStore<S> implements SessionStore<S> {
  readonly #store: SessionStore;
  readonly #keys: TicketKeys;
  readonly #names: Names;
  readonly #form: Form<S>;

  constructor(store: SessionStore, protection: StoreProtection, form: Form<S>) {
    this.#store = store;
    this.#keys = protection.keys;
    this.#names = new Names(protection);
    this.#form = form;
  }

  get(key: StoreKey, now: number): Awaitable<S | undefined> {
    return after(this.#names.hash(key), (hash) =>
      after(this.#store.get(named(key, hash), now), (sealed) => this.#opened(sealed, hash, now)),
    );
  }

  take(key: StoreKey, now: number): Awaitable<S | undefined> {
    return after(this.#names.hash(key), (hash) =>
      after(this.#store.take(named(key, hash), now), (sealed) => this.#opened(sealed, hash, now)),
    );
  }

  put(key: StoreKey, value: S, times: StoreTimes): Awaitable<void> {
    return after(this.#names.hash(key), (hash) => {
      const sealed = this.#form.sealed(value, (content) => this.#keys.protect(content, hash, times.now));
      return sealed === undefined ? undefined : this.#store.put(named(key, hash), sealed, times);
    });
  }

  #opened(sealed: Bytes | undefined, hash: Bytes, now: number): S | undefined {
    const content = sealed === undefined ? undefined : this.#keys.unprotect(sealed, hash, now);
    return content === undefined ? undefined : this.#form.opened(content);
  }
}

const label = utf8('tlsmith store key');
const encoder = new TextEncoder();
