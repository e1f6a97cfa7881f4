import type { Bench } from '../harness.ts';
import { cacheHandshakes } from './cache-handshakes.ts';
import { cacheMemory } from './cache-memory.ts';
import { cacheRedis } from './cache-redis.ts';
import { cacheShared } from './cache-shared.ts';

/** Session caches: each store against what it is measured by. */
export const cache: readonly Bench[] = [...cacheMemory, ...cacheShared, ...cacheRedis, ...cacheHandshakes];
