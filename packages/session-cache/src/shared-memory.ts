import { type Bytes, type CryptoProvider, utf8 } from '@tlsmith/types';
import type { MemoryStoreMetrics } from './memory.ts';
import { bucketSlots, type SharedLayout, sharedLayout } from './shared-layout.ts';
import { type KeyHash, SharedLog } from './shared-log.ts';
import type { SessionStore, StoreKey, StoreTimes } from './store.ts';

/** A store in memory that threads share, whose answers come at once. */
export interface SharedMemoryStore extends SessionStore<Bytes> {
  get(key: StoreKey, now: number): Bytes | undefined;
  put(key: StoreKey, value: Bytes, times: StoreTimes): void;
  take(key: StoreKey, now: number): Bytes | undefined;
  /**
   * Counts of this thread; entries and bytes of all threads, counted anew at every call, in time proportional to the
   * memory. What was overwritten counts as evicted when its place in the index is needed, expired or not.
   */
  metrics(): MemoryStoreMetrics;
}

/**
 * A store in a SharedArrayBuffer, for worker threads: each opens the same memory and finds what the others put. The
 * size of the memory is its capacity; when it is full, the value put longest ago goes, as in nginx's shared cache.
 * There are no locks: a thread that is terminated at any instruction holds up nobody, and what it had half written is
 * never found. Of any number of threads that `take` a value one gets it. Memory that never was written to is empty.
 *
 * The store holds bytes; put `protectedStore` or `sealedStore` in front of it for sessions. About 4,700 TLS 1.2 sessions
 * without certificates fit into 1 MiB. A value longer than 64 KiB or an eighth of the memory is not kept.
 *
 * @throws {TlsMisuse} `shared-memory-size` for less than 32 KiB or 8 GiB and more, `shared-memory-foreign` for memory
 *   that something else wrote to.
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { sharedMemoryStore } from '@tlsmith/session-cache';
 * const memory = new SharedArrayBuffer(10 * 2 ** 20); // goes to each worker as workerData
 * const store = sharedMemoryStore(memory, node);
 * store.put('session-id:cafe', Uint8Array.of(1), { now: 0, expiresAt: 1000 });
 * store.take('session-id:cafe', 999); // Uint8Array [1]
 * store.take('session-id:cafe', 999); // undefined
 * ```
 */
export function sharedMemoryStore(
  memory: SharedArrayBuffer,
  { random }: Pick<CryptoProvider, 'random'>,
): SharedMemoryStore {
  return new Store(sharedLayout(memory, random));
}

class Store implements SharedMemoryStore {
  readonly #layout: SharedLayout;
  readonly #log: SharedLog;
  #hits = 0;
  #misses = 0;
  #expired = 0;
  #evicted = 0;

  constructor(layout: SharedLayout) {
    this.#layout = layout;
    this.#log = new SharedLog(layout);
  }

  get(key: StoreKey, now: number): Bytes | undefined {
    return this.#counted(this.#find(keyHash(key, this.#layout.seed), now) !== 0);
  }

  take(key: StoreKey, now: number): Bytes | undefined {
    const hash = keyHash(key, this.#layout.seed);
    const slot = this.#find(hash, now);
    if (slot === 0 || !this.#clear(slot, this.#log.reference)) return this.#counted(false);
    this.#clearOthers(hash, this.#log.reference);
    return this.#counted(true);
  }

  put(key: StoreKey, value: Bytes, { expiresAt, now }: StoreTimes): void {
    const hash = keyHash(key, this.#layout.seed);
    if (expiresAt <= now || value.length > this.#log.longest) return this.#clearOthers(hash, 0);
    const reference = this.#log.append(hash, value, expiresAt);
    for (let attempt = 0; attempt < attempts; attempt++) {
      if (this.#publish(hash, reference)) return this.#clearOthers(hash, reference);
    }
  }

  metrics(): MemoryStoreMetrics {
    const { words, index, buckets } = this.#layout;
    const head = this.#log.head();
    let entries = 0;
    let bytes = 0;
    for (let place = 0; place < buckets * bucketSlots; place++) {
      const slot = index + place + bucketSlots * Math.floor(place / bucketSlots);
      const reference = Atomics.load(words, slot);
      if (reference === 0 || this.#log.age(reference, head) === Number.POSITIVE_INFINITY) continue;
      entries++;
      bytes += this.#log.size(reference);
    }
    return {
      hits: this.#hits,
      misses: this.#misses,
      expired: this.#expired,
      evicted: this.#evicted,
      entries,
      bytes,
    };
  }

  /** The slot that refers to the record of this key, which the log has read then; 0 for none. */
  #find(hash: KeyHash, now: number): number {
    const { words } = this.#layout;
    const first = this.#bucket(hash);
    for (let slot = first; slot < first + bucketSlots; slot++) {
      // A tag that somebody overwrote at the wrong moment hides a record, which is lost.
      if (words[slot + bucketSlots] !== hash[1]) continue;
      const reference = Atomics.load(words, slot);
      if (reference === 0 || !this.#log.mayBe(reference, hash)) continue;
      if (!this.#log.read(reference, hash)) continue;
      if (now < this.#log.expiresAt) return slot;
      if (this.#clear(slot, reference)) this.#expired++;
    }
    return 0;
  }

  /** One attempt to let the index refer to the record: in its predecessor's place, a free one, or the oldest's. */
  #publish(hash: KeyHash, reference: number): boolean {
    const { words } = this.#layout;
    const first = this.#bucket(hash);
    const head = this.#log.head();
    let place = first;
    let held = 0;
    let oldest = -1;
    for (let slot = first; slot < first + bucketSlots; slot++) {
      const one = Atomics.load(words, slot);
      const same = one !== 0 && words[slot + bucketSlots] === hash[1] && this.#log.mayBe(one, hash);
      // A free place is older than any record.
      const age = one === 0 ? Number.POSITIVE_INFINITY : this.#log.age(one, head);
      if (!same && age <= oldest) continue;
      [place, held, oldest] = [slot, one, age];
      if (same) break;
    }
    if (Atomics.compareExchange(words, place, held, reference) !== held) return false;
    if (held !== 0 && words[place + bucketSlots] !== hash[1]) this.#evicted++;
    words[place + bucketSlots] = hash[1];
    return true;
  }

  /** Frees all slots with records of this key but the newest, which is the caller's or younger. */
  #clearOthers(hash: KeyHash, own: number): void {
    const { words } = this.#layout;
    const first = this.#bucket(hash);
    const head = this.#log.head();
    for (let slot = first; slot < first + bucketSlots; slot++) {
      if (words[slot + bucketSlots] !== hash[1]) continue;
      const held = Atomics.load(words, slot);
      if (held === 0 || held === own || !this.#log.mayBe(held, hash)) continue;
      if (own === 0 || this.#log.age(held, head) > this.#log.age(own, head)) this.#clear(slot, held);
    }
  }

  /** Frees a slot if it still refers to this record; true for one caller only. */
  #clear(slot: number, reference: number): boolean {
    return Atomics.compareExchange(this.#layout.words, slot, reference, 0) === reference;
  }

  #bucket([word]: KeyHash): number {
    return this.#layout.index + 2 * bucketSlots * ((word >>> 0) % this.#layout.buckets);
  }

  /** The value that the log has read, if one was found. */
  #counted(found: boolean): Bytes | undefined {
    if (!found) {
      this.#misses++;
      return undefined;
    }
    this.#hits++;
    return this.#log.value;
  }
}

/**
 * Sixty-four bits of a key. Not cryptographic: the seed keeps people from finding keys that collide, and if they did,
 * values are sealed to keys and the other's would not open.
 */
function keyHash(key: StoreKey, seed: readonly number[]): KeyHash {
  // Three times as fast as asking for one character after the other.
  const { written } = encoder.encodeInto(key, keyBytes);
  const fits = written <= keyBytes.length - 4;
  const words = fits ? keyWords : longKey(key);
  const count = fits ? (written + 3) >> 2 : words.length;
  if (fits) keyBytes.fill(0, written, written + 4);
  let a = (seed[0] as number) ^ key.length;
  let b = seed[1] as number;
  // Two chains that do not wait for each other.
  for (let index = 0; index < count; index++) {
    const word = words[index] as number;
    a = Math.imul(a ^ word, 0x9e37_79b1);
    a ^= a >>> 15;
    b = Math.imul(b + word, 0x85eb_ca6b);
    b ^= b >>> 13;
  }
  return [mixed(a ^ (seed[2] as number), b), mixed(b ^ (seed[3] as number), a)];
}

function longKey(key: StoreKey): Int32Array {
  const bytes = utf8(key);
  const words = new Int32Array(Math.ceil(bytes.length / 4));
  new Uint8Array(words.buffer).set(bytes);
  return words;
}

function mixed(x: number, y: number): number {
  const z = Math.imul(x ^ (x >>> 16), 0x7feb_352d) ^ y;
  return Math.imul(z ^ (z >>> 15), 0x846c_a68b) | 0;
}

// Attempts to publish before a record is given up: each failure means that another thread took the slot meanwhile.
const attempts = 16;

const encoder = new TextEncoder();
const keyWords = new Int32Array(64);
const keyBytes: Bytes = new Uint8Array(keyWords.buffer);
