import { type Awaitable, type Bytes, fromUtf8 } from '@tlsmith/types';
import { after } from './awaitable.ts';
import { fromRedisText, toRedisText } from './redis-text.ts';
import { ReadTogether } from './redis-together.ts';
import { StoreFailure } from './resilient-failure.ts';
import type { SessionStore } from './store.ts';

/** What is used of node-redis 4 and later: a client, a pool or a cluster of it. */
export interface NodeRedisClient {
  get(key: string): PromiseLike<unknown>;
  mGet(keys: string[]): PromiseLike<unknown>;
  getDel(key: string): PromiseLike<unknown>;
  set(key: string, value: string, options: { readonly PX: number }): PromiseLike<unknown>;
}

/** What is used of ioredis and iovalkey: a Redis or a Cluster of them. */
export interface IoRedisClient {
  get(key: string): PromiseLike<unknown>;
  mget(keys: string[]): PromiseLike<unknown>;
  getdel(key: string): PromiseLike<unknown>;
  set(key: string, value: string, unit: 'PX', milliseconds: number): PromiseLike<unknown>;
}

/** Any of these clients. */
export type RedisClient = NodeRedisClient | IoRedisClient;

/** Options of {@link redisStore}. */
export interface RedisStoreOptions {
  /** What its keys begin with; `tls:` by default. */
  readonly prefix?: string;
  /**
   * Calls `run` when the loop has seen to what it has at hand, as `setImmediate` does. With it, look-ups of one turn
   * share an `MGET` of up to 128 keys; without it, each is a `GET`. In a Redis Cluster each is one all the same.
   */
  readonly defer?: (run: () => void) => unknown;
}

/**
 * A store in Redis 6.2 or later, or Valkey, for many machines. Each operation is one command about one key (`GET`,
 * `SET PX`, `GETDEL`), so that Redis Cluster can serve it and `take` has one winner among all machines; `defer` lets
 * look-ups share one. Redis drops what has expired.
 *
 * The store holds bytes; put `protectedStore` in front of it for sessions, and `resilientStore` in between, which
 * bounds what a slow or failing Redis costs. Who controls Redis can delete values and put old ones back: a ticket for
 * single use then works again until it expires. So does one that a replica had not yet seen taken when it became master.
 *
 * @example
 * ```ts
 * import { Redis } from 'ioredis';
 * import { node } from '@tlsmith/crypto/node';
 * import { protectedStore, redisStore, resilientStore, sharedTicketKeys } from '@tlsmith/session-cache';
 * import { systemTimers } from '@tlsmith/session-cache/node';
 * const redis = resilientStore(redisStore(new Redis(), { defer: setImmediate }), { timers: systemTimers });
 * const keys = sharedTicketKeys({
 *   aead: node.aeads['aes-256-gcm'], random: node.random, keys: [{ name: node.random(16), key: node.random(32) }],
 * });
 * protectedStore(redis, { provider: node, keys, context: new TextEncoder().encode('shop') });
 * ```
 */
export function redisStore(client: RedisClient, options: RedisStoreOptions = {}): SessionStore {
  const { prefix = 'tls:', defer } = options;
  const { get, getMany, take, put } = commands(client);
  const together = defer && new ReadTogether({ one: get, many: getMany }, defer);
  const live =
    (now: number) =>
    (reply: unknown): Bytes | undefined => {
      const found = reply === null ? undefined : parsed(reply);
      return found !== undefined && now < found.expiresAt ? found.value : undefined;
    };
  return {
    get: (key, now) =>
      together === undefined ? after(get(prefix + key), live(now)) : together.get(prefix + key, live(now)),
    take: (key, now) => after(take(prefix + key), live(now)),
    put: (key, value, { expiresAt, now }) => {
      const milliseconds = Math.ceil(expiresAt - now);
      if (!(milliseconds > 0)) return after(take(prefix + key), () => undefined);
      const text = toRedisText(value, Math.floor(expiresAt));
      return after(put(prefix + key, text, milliseconds), () => undefined);
    },
  };
}

interface Commands {
  get(key: string): Awaitable<unknown>;
  getMany(keys: string[]): Awaitable<unknown>;
  take(key: string): Awaitable<unknown>;
  put(key: string, value: string, milliseconds: number): Awaitable<unknown>;
}

/** The same commands by the names that each family of clients has for them. */
function commands(client: RedisClient): Commands {
  return 'getDel' in client
    ? {
        get: (key) => client.get(key),
        getMany: (keys) => client.mGet(keys),
        take: (key) => client.getDel(key),
        put: (key, value, milliseconds) => client.set(key, value, { PX: milliseconds }),
      }
    : {
        get: (key) => client.get(key),
        getMany: (keys) => client.mget(keys),
        take: (key) => client.getdel(key),
        put: (key, value, milliseconds) => client.set(key, value, 'PX', milliseconds),
      };
}

/** A reply as text, or as bytes where the client is set up for them. */
function parsed(reply: unknown): ReturnType<typeof fromRedisText> {
  const text = reply instanceof Uint8Array ? fromUtf8(reply) : reply;
  const found = typeof text === 'string' ? fromRedisText(text) : undefined;
  if (found === undefined) throw new StoreFailure('garbage', 'Redis holds something that no store put there');
  return found;
}
