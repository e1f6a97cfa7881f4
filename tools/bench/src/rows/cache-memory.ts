import { type MemoryStore, memoryStore, type StoreKey, storeKey } from '@tlsmith/session-cache';
import { uint } from '@tlsmith/types';
import { LRUCache } from 'lru-cache';
import { type Bench, seconds } from '../harness.ts';

/** As many as nginx's builtin cache holds by default. */
export const capacity = 20_480;

/** Something with `put` and `get`, as the rows drive it. */
export interface Cache {
  put(key: StoreKey): void;
  get(key: StoreKey): unknown;
}

/** Twice the capacity, so that every put of the rows' walk is of a key that was evicted. */
const cacheKeys: readonly StoreKey[] = Array.from({ length: 2 * capacity }, (_, index) =>
  storeKey('session-id', uint(index * 2_654_435_761, 6)),
);

/** The memory store against `lru-cache`, and against a Map in which every use deletes and inserts again. */
export const cacheMemory: readonly Bench[] = [
  against('cache memory put+get vs lru-cache', lruCache),
  against('cache memory put+get vs re-inserting Map', reinserting),
];

function against(name: string, other: () => Cache): Bench {
  return {
    name,
    open: async () => {
      const [own, theirs] = [ourCache(), other()];
      walk(own, 0, cacheKeys.length);
      walk(theirs, 0, cacheKeys.length);
      return {
        name,
        unit: 'put+get/s',
        better: 'higher',
        rounds: 7,
        ours: () => rate(own, 400_000),
        peer: () => rate(theirs, other === reinserting ? 20_000 : 400_000),
        close: () => undefined,
      };
    },
  };
}

/** Puts and gets a second. */
export async function rate(cache: Cache, operations: number): Promise<number> {
  const taken = await seconds(async () => walk(cache, 0, operations));
  return operations / taken;
}

/** Puts a key that is gone, which evicts another, and looks up one that is there, not the newest. */
export function walk(cache: Cache, from: number, operations: number): void {
  const count = cacheKeys.length;
  for (let index = from; index < from + operations; index++) {
    cache.put(cacheKeys[index % count] as StoreKey);
    cache.get(cacheKeys[(index + count - (index % (capacity >> 1))) % count] as StoreKey);
  }
}

const value = { session: 'a session' };
const times = { now: 0, expiresAt: 300_000 };

function ourCache(): Cache {
  const store: MemoryStore<object> = memoryStore({ capacity });
  return { put: (key) => store.put(key, value, times), get: (key) => store.get(key, 1) };
}

/** `lru-cache` without times, which is when it is fastest. */
export function lruCache(): Cache {
  const cache = new LRUCache<StoreKey, object>({ max: capacity });
  return { put: (key) => void cache.set(key, value), get: (key) => cache.get(key) };
}

/** What people write who have no linked list: the oldest key is the first of the Map. */
function reinserting(): Cache {
  const map = new Map<StoreKey, object>();
  return {
    put: (key) => {
      map.delete(key);
      if (map.size >= capacity) map.delete(map.keys().next().value as StoreKey);
      map.set(key, value);
    },
    get: (key) => {
      const found = map.get(key);
      if (found === undefined) return undefined;
      map.delete(key);
      map.set(key, found);
      return found;
    },
  };
}
