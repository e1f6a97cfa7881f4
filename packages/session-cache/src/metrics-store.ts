import { type Awaitable, isThenable } from '@tlsmith/types';
import { after } from './awaitable.ts';
import type { SessionStore, StoreKey, StoreTimes } from './store.ts';

/** What a store did, by name; those that it does not know are left out. */
export interface StoreCounts {
  /** Look-ups, by `get` or `take`, that found a value. */
  readonly hits?: number;
  /** Look-ups that found none. */
  readonly misses?: number;
  readonly puts?: number;
  readonly expired?: number;
  readonly evicted?: number;
  /** Values and bytes held at present. */
  readonly entries?: number;
  readonly bytes?: number;
  readonly timeouts?: number;
  readonly errors?: number;
  readonly garbage?: number;
  readonly skipped?: number;
  readonly circuit?: 'closed' | 'open';
}

/** A store that counts. */
export interface MeteredStore<S> extends SessionStore<S> {
  /** What was asked here, with what the store itself counts. A fresh object at every call. */
  metrics(): StoreCounts & { readonly hits: number; readonly misses: number; readonly puts: number };
}

/**
 * Counts what is asked of a store, for those that do not count themselves. Put it outermost, and a value that did not
 * open counts as the miss that it is.
 *
 * @example
 * ```ts
 * import { memoryStore, meteredStore } from '@tlsmith/session-cache';
 * const store = meteredStore(memoryStore<string>({ capacity: 10 }));
 * store.get('ticket:aa', Date.now());
 * store.metrics(); // { hits: 0, misses: 1, puts: 0, expired: 0, evicted: 0, entries: 0, bytes: 0 }
 * ```
 */
export function meteredStore<S>(store: SessionStore<S> & { metrics?(): StoreCounts }): MeteredStore<S> {
  let [hits, misses, puts] = [0, 0, 0];
  const counted = (found: S | undefined): S | undefined => {
    if (found === undefined) misses++;
    else hits++;
    return found;
  };
  const failed = (error: unknown): never => {
    misses++;
    throw error;
  };
  const looked = (look: () => Awaitable<S | undefined>): Awaitable<S | undefined> => {
    try {
      const found = look();
      return isThenable(found)
        ? (found as PromiseLike<S | undefined>).then(counted, failed)
        : counted(found as S | undefined);
    } catch (error) {
      return failed(error);
    }
  };
  return {
    get: (key: StoreKey, now: number) => looked(() => store.get(key, now)),
    take: (key: StoreKey, now: number) => looked(() => store.take(key, now)),
    put: (key: StoreKey, value: S, times: StoreTimes) => {
      puts++;
      return after(store.put(key, value, times), () => undefined);
    },
    metrics: () => ({ ...store.metrics?.(), hits, misses, puts }),
  };
}
