import { node } from '@tlsmith/crypto/node';
import {
  protectedStore,
  redisStore,
  resilientStore,
  sharedTicketKeys,
  storeKey,
} from '@tlsmith/session-cache';
import { systemTimers } from '@tlsmith/session-cache/node';
import { uint, utf8 } from '@tlsmith/types';
import { Redis } from 'ioredis';
import { hasRedisServer, startRedis } from '@tlsmith/testkit/node';
import { type Bench, type Row, seconds } from '../harness.ts';
import { withoutCertificates } from './cache-shared.ts';

/** What stands between a look-up and the client's own GET, at 256 in flight with auto-pipelining. */
export const cacheRedis: readonly Bench[] = hasRedisServer('the bench rows "cache redis"')
  ? (
      [
        ['cache redis store alone vs bare GET x256', 'alone'],
        ['cache redis sealed session vs bare GET x256', 'sealed'],
        ['cache redis sealed session, within limits vs bare GET x256', 'limited'],
      ] as const
    ).map(([name, how]) => ({ name, open: () => opened(name, how) }))
  : [];

async function opened(name: string, how: 'alone' | 'sealed' | 'limited'): Promise<Row> {
  const server = await startRedis();
  const client = new Redis(server.port, '127.0.0.1', { enableAutoPipelining: true });
  // Look-ups that share a command need no pipelining by the client.
  const own = new Redis(server.port, '127.0.0.1');
  const alone = redisStore(own, { defer: setImmediate });
  const behind = how === 'limited' ? resilientStore(alone, { timers: systemTimers, limitMs: 5000 }) : alone;
  const aead = node.aeads['aes-256-gcm'];
  const keys = sharedTicketKeys({
    aead,
    random: node.random,
    keys: [{ name: node.random(16), key: node.random(32) }],
  });
  const sealed = protectedStore(behind, { provider: node, keys, context: utf8('bench') });
  const names = Array.from({ length: 4096 }, (_, index) => storeKey('session-id', uint(index, 32)));
  const session = withoutCertificates('tls12');
  const times = { now: 0, expiresAt: 3_600_000 };
  await Promise.all(names.map(async (one) => sealed.put(one, session, times)));
  // The names that the sealed store made of these: what the bare client and the store alone ask for.
  const hashed = await client.keys('tls:*');
  const hashedKeys = hashed.map((one) => one.slice('tls:'.length)) as typeof names;
  const ours =
    how === 'alone'
      ? async (index: number) => alone.get(hashedKeys[index & 4095] as (typeof names)[number], 1)
      : async (index: number) => sealed.get(names[index & 4095] as (typeof names)[number], 1);
  return {
    name,
    unit: 'GET/s',
    better: 'higher',
    rounds: 9,
    warmUp: 3,
    ours: () => rate(ours),
    peer: () => rate(async (index) => client.get(hashed[index & 4095] as string)),
    close: () => {
      client.disconnect();
      own.disconnect();
      void server.close();
    },
  };
}

const operations = 20_000;

async function rate(get: (index: number) => Promise<unknown>): Promise<number> {
  let next = 0;
  const one = async (): Promise<void> => {
    while (next < operations) {
      const found = await get(next++);
      if (found === null || found === undefined) throw new Error('a look-up found nothing');
    }
  };
  const taken = await seconds(async () => void (await Promise.all(Array.from({ length: 256 }, one))));
  return operations / taken;
}
