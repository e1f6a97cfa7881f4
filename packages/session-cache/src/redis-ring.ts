import type { Bytes } from '@tlsmith/types';
import type { KeyRingSource } from './key-ring-fleet.ts';
import { fromRedisText, toRedisText } from './redis-text.ts';
import { StoreFailure } from './resilient-failure.ts';

/** What is used of node-redis 4 and later for a ring. */
export interface NodeRedisScripts {
  get(key: string): PromiseLike<unknown>;
  getDel(key: string): PromiseLike<unknown>;
  eval(script: string, options: { keys: string[]; arguments: string[] }): PromiseLike<unknown>;
}

/** What is used of ioredis and iovalkey for a ring. */
export interface IoRedisScripts {
  get(key: string): PromiseLike<unknown>;
  getdel(key: string): PromiseLike<unknown>;
  eval(script: string, keys: number, ...keysAndArguments: string[]): PromiseLike<unknown>;
}

/**
 * A place for a fleet's ticket keys in Redis, under one key. They lie there as given: seal them with `under` of
 * `fleetTicketKeys`, or whoever reads Redis reads every session.
 *
 * @param key The key in Redis; `tls:ticket-keys` by default.
 * @example
 * ```ts
 * import { Redis } from 'ioredis';
 * import { node } from '@tlsmith/crypto/node';
 * import { fleetTicketKeys, redisKeyRing, sharedTicketKeys } from '@tlsmith/session-cache';
 * const { random, aeads } = node;
 * const aead = aeads['aes-256-gcm'];
 * const under = sharedTicketKeys({ aead, random, keys: [{ name: random(16), key: random(32) }] });
 * const source = redisKeyRing(new Redis());
 * fleetTicketKeys({ aead, random, source, under, lifetime: 86_400, rotateEvery: 43_200 });
 * ```
 */
export function redisKeyRing(
  client: NodeRedisScripts | IoRedisScripts,
  key: string = 'tls:ticket-keys',
): KeyRingSource {
  return {
    read: async () => {
      const reply = await client.get(key);
      return reply === null ? undefined : ringOf(reply);
    },
    replace: async (previous, next) => {
      const texts = [previous === undefined ? '' : textOf(previous), textOf(next)];
      const replaced =
        'getDel' in client
          ? await client.eval(compareAndSet, { keys: [key], arguments: texts })
          : await client.eval(compareAndSet, 1, key, ...texts);
      return Number(replaced) === 1;
    },
  };
}

const textOf = (ring: Bytes): string => toRedisText(ring, 0);

function ringOf(reply: unknown): Bytes {
  const found = typeof reply === 'string' ? fromRedisText(reply) : undefined;
  if (found === undefined) throw new StoreFailure('garbage', 'the key in Redis holds no ring');
  return found.value;
}

// Redis runs a script as one step. An absent value is false there.
const compareAndSet = `
  if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
  redis.call('SET', KEYS[1], ARGV[2])
  return 1`;
