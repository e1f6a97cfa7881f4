import { TlsMisuse } from '@tlsmith/types';
import { RecencyMap } from './recency-map.ts';
import type { SessionStore, StoreKey, StoreTimes } from './store.ts';

/** How much a {@link memoryStore} keeps. */
export interface MemoryStoreOptions<S> {
  /** Entries, at least 1. */
  readonly capacity: number;
  /** A limit on the sum of the values' sizes, as measured by `of`; both in bytes. */
  readonly bytes?: { readonly limit: number; readonly of: (value: S) => number };
  /** Told of every value that is not kept, or no longer: expired, evicted, replaced, too big. Not of those taken. */
  readonly onDrop?: (value: S) => void;
}

/** Counts since the store was made, and what it holds. */
export interface MemoryStoreMetrics {
  /** Look-ups, by `get` or `take`, that found a value. */
  readonly hits: number;
  /** Look-ups that found none, or an expired one. */
  readonly misses: number;
  /** Values dropped because their time was over. */
  readonly expired: number;
  /** Values dropped to make room. */
  readonly evicted: number;
  readonly entries: number;
  /** 0 where sizes are not measured. */
  readonly bytes: number;
}

/** A store in this process, whose answers come at once. */
export interface MemoryStore<S> extends SessionStore<S> {
  get(key: StoreKey, now: number): S | undefined;
  put(key: StoreKey, value: S, times: StoreTimes): void;
  take(key: StoreKey, now: number): S | undefined;
  /** Drops what has expired and says how many; takes time in proportion to the entries. */
  sweep(now: number): number;
  /** A fresh object at every call. */
  metrics(): MemoryStoreMetrics;
}

/**
 * A store in memory that holds values as they are. When it is full, the value used longest ago goes. Every operation
 * but `sweep` takes constant time; an expired value goes when it is looked up, swept, or used longest ago.
 *
 * @throws {TlsMisuse} `capacity-out-of-range` unless the capacity is a positive integer.
 * @example
 * ```ts
 * import { memoryStore, storeKey } from '@tlsmith/session-cache';
 * const store = memoryStore<string>({ capacity: 1000 });
 * const key = storeKey('ticket', Uint8Array.of(1));
 * store.put(key, 'session', { now: 0, expiresAt: 1000 });
 * store.get(key, 999); // 'session'
 * store.get(key, 1000); // undefined
 * ```
 */
export function memoryStore<S>(options: MemoryStoreOptions<S>): MemoryStore<S> {
  if (!Number.isSafeInteger(options.capacity) || options.capacity < 1) {
    throw new TlsMisuse('capacity-out-of-range', 'the capacity of a store is a positive number of entries');
  }
  return new Memory(options);
}

interface Entry<S> {
  readonly value: S;
  readonly size: number;
  readonly expiresAt: number;
}

class Memory<S> implements MemoryStore<S> {
  readonly #entries = new RecencyMap<StoreKey, Entry<S>>();
  readonly #options: MemoryStoreOptions<S>;
  #bytes = 0;
  #hits = 0;
  #misses = 0;
  #expired = 0;
  #evicted = 0;

  constructor(options: MemoryStoreOptions<S>) {
    this.#options = options;
  }

  get(key: StoreKey, now: number): S | undefined {
    const entry = this.#entries.use(key);
    return this.#counted(entry === undefined || now < entry.expiresAt ? entry : this.#expire(key));
  }

  take(key: StoreKey, now: number): S | undefined {
    const value = this.get(key, now);
    if (value !== undefined) this.#bytes -= this.#entries.remove(key)?.size ?? 0;
    return value;
  }

  put(key: StoreKey, value: S, { expiresAt, now }: StoreTimes): void {
    this.#drop(key, value);
    const { capacity, bytes } = this.#options;
    const size = bytes?.of(value) ?? 0;
    const limit = bytes?.limit ?? 0;
    if (expiresAt <= now || size > limit) {
      this.#options.onDrop?.(value);
      return;
    }
    while (this.#entries.size >= capacity || this.#bytes + size > limit) this.#evict();
    this.#entries.add(key, { value, size, expiresAt });
    this.#bytes += size;
  }

  sweep(now: number): number {
    const before = this.#expired;
    for (const [key, entry] of this.#entries.entries()) {
      if (entry.expiresAt <= now) this.#expire(key);
    }
    return this.#expired - before;
  }

  metrics(): MemoryStoreMetrics {
    return {
      hits: this.#hits,
      misses: this.#misses,
      expired: this.#expired,
      evicted: this.#evicted,
      entries: this.#entries.size,
      bytes: this.#bytes,
    };
  }

  #counted(entry: Entry<S> | undefined): S | undefined {
    if (entry === undefined) this.#misses++;
    else this.#hits++;
    return entry?.value;
  }

  #expire(key: StoreKey): undefined {
    this.#expired++;
    this.#drop(key);
  }

  #evict(): void {
    this.#evicted++;
    this.#drop(this.#entries.oldest() as StoreKey);
  }

  /** `successor` is what takes the entry's place, maybe the same value again. */
  #drop(key: StoreKey, successor?: S): void {
    const entry = this.#entries.remove(key);
    if (entry === undefined) return;
    this.#bytes -= entry.size;
    if (entry.value !== successor) this.#options.onDrop?.(entry.value);
  }
}
