import { node } from '@tlsmith/crypto/node';
import { serverSession13, sessionTime } from '@tlsmith/testkit';
import { fromUtf8, type ServerSession, toHex, utf8 } from '@tlsmith/types';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { redisStore } from '../redis.ts';
import { redisKeyRing } from '../redis-ring.ts';
import { protectedStore } from '../shared-context.ts';
import type { SessionStore, StoreKey } from '../store.ts';
import { sharedTicketKeys, type TicketKeys } from '../ticket.ts';
import { clients, clusterClients, type OpenClient } from './redis-clients.test-support.ts';
import { freePort, hasRedisServer, type RedisServer, startRedis } from '@tlsmith/testkit/node';

// Processes are started and cluster nodes meet: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
const present = hasRedisServer('all that asks a real Redis: clients, cluster, races, what a reader sees');
const open: { close(): unknown }[] = [];
afterAll(async () => {
  for (const one of open.splice(0)) await one.close();
});

describe.runIf(present)('a real Redis', () => {
  let redis: RedisServer;
  let inspector: Redis;
  beforeAll(async () => {
    redis = await startRedis();
    inspector = new Redis(redis.port, '127.0.0.1');
    open.unshift(redis, { close: () => inspector.disconnect() });
  });

  describe.each(Object.entries(clients))('by %s', (name, connect) => {
    let store: SessionStore;
    let connected: OpenClient;
    const prefix = `${name}:`;
    beforeAll(async () => {
      connected = await connect(redis.port);
      open.unshift(connected);
      store = redisStore(connected.client, { prefix });
    });

    test('puts, gets and takes, with every byte', () => expectStore(store));

    test('does so when look-ups come together', () =>
      expectStore(redisStore(connected.client, { prefix, defer: setImmediate })));

    test('keeps a ring of ticket keys that one of many replaces', async () => {
      const ring = redisKeyRing(connected.client, `${prefix}ring`);
      expect(await ring.read()).toBeUndefined();
      const tries = [1, 2, 3, 4].map(async (byte) => ring.replace(undefined, Uint8Array.of(byte, 0, 255)));
      const won = (await Promise.all(tries)).indexOf(true);
      expect(await ring.read()).toEqual(Uint8Array.of(won + 1, 0, 255));
      expect(await ring.replace(Uint8Array.of(9), Uint8Array.of(8))).toBe(false);
      expect(await ring.replace(Uint8Array.of(won + 1, 0, 255), utf8('next'))).toBe(true);
      expect(await ring.read()).toEqual(utf8('next'));
    });

    test('lets values go by themselves', async () => {
      const now = Date.now();
      await store.put('ticket:aa', utf8('value'), { now, expiresAt: now + 60_000 });
      const left = await inspector.pttl(`${prefix}ticket:aa`);
      expect(left).toBeGreaterThan(50_000);
      expect(left).toBeLessThanOrEqual(60_000);
      await store.put('ticket:bb', utf8('value'), { now, expiresAt: now + 1 });
      while ((await inspector.exists(`${prefix}ticket:bb`)) === 1) await store.get('ticket:aa', now);
      expect(await store.get('ticket:bb', now)).toBeUndefined();
    });
  });

  test('8 readers race for a ticket, one gets it, ten thousand times', { timeout: 120_000 }, async () => {
    const makers = [...Object.values(clients).slice(0, 4), ...Object.values(clients).slice(2, 6)];
    const racing = await Promise.all(makers.map((connect) => connect(redis.port)));
    open.unshift(...racing);
    const stores = racing.map(({ client }) => redisStore(client, { prefix: 'race:' }));
    const first = stores[0] as SessionStore;
    const wins = stores.map(() => 0);
    const rounds = 10_000;
    for (let from = 0; from < rounds; from += 100) {
      const keys = Array.from({ length: 100 }, (_, index): StoreKey => `ticket:${from + index}`);
      await Promise.all(keys.map(async (key) => first.put(key, utf8(key), { now: 0, expiresAt: 60_000 })));
      const taken = await Promise.all(
        keys.map((key) => Promise.all(stores.map(async (store) => store.take(key, 1)))),
      );
      for (const [index, found] of taken.entries()) {
        const winners = found.flatMap((value, store) => (value === undefined ? [] : [store]));
        expect(winners).toHaveLength(1);
        expect(fromUtf8(found[winners[0] as number] as Uint8Array)).toBe(keys[index]);
        (wins[winners[0] as number] as number)++;
      }
    }
    expect(wins.reduce((sum, count) => sum + count)).toBe(rounds);
    expect(wins.filter((count) => count > 0).length).toBeGreaterThan(1);
  });

  test('who reads it learns neither session nor ID, who writes it forges nothing', async () => {
    await inspector.flushall();
    const { client } = (open.find((one) => 'client' in one) ?? {}) as OpenClient;
    const keys = ticketKeys();
    const shop = sessionsOf(client, keys, 'shop');
    const id: StoreKey = `ticket:${toHex(node.random(32))}`;
    const session = serverSession13();
    const now = sessionTime;
    const times = { now, expiresAt: now + 60_000 };
    await shop.put(id, session, times);
    const [name] = (await inspector.keys('*')) as [string];
    const text = (await inspector.get(name)) as string;
    const seen = name + text + Buffer.from(text.split('.')[1] as string, 'base64').toString('hex');
    const secrets = [id.slice(7), session.secret.use(toHex), session.serverName as string];
    for (const secret of secrets) expect(seen).not.toContain(secret);
    expect(await shop.get(id, now)).toMatchObject({ cipherSuite: session.cipherSuite });
    // Another context and another key ring do not find it.
    expect(await sessionsOf(client, keys, 'other').get(id, now)).toBeUndefined();
    expect(await sessionsOf(client, ticketKeys(), 'shop').get(id, now)).toBeUndefined();
    // A value under another key, or changed anywhere, opens nothing.
    const other: StoreKey = `ticket:${toHex(node.random(32))}`;
    await shop.put(other, serverSession13(), times);
    const stolen = ((await inspector.keys('*')) as string[]).find((one) => one !== name) as string;
    await inspector.set(name, (await inspector.get(stolen)) as string);
    expect(await shop.get(id, now)).toBeUndefined();
    for (let at = text.indexOf('.') + 1; at < text.length - 1; at += 5) {
      const changed = `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
      await inspector.set(name, changed);
      expect(await shop.get(id, now)).toBeUndefined();
    }
    // Put back as it was it opens again: that is what control over Redis gives.
    await inspector.set(name, text);
    expect(await shop.take(id, now)).toBeDefined();
  });
});

describe.runIf(present)('a Redis Cluster of three', () => {
  let nodes: readonly RedisServer[];
  beforeAll(async () => {
    const buses = await Promise.all([freePort(), freePort(), freePort()]);
    const settings = ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1', '--cluster-port'];
    nodes = await Promise.all(buses.map((bus) => startRedis([...settings, String(bus)])));
    open.unshift(...nodes);
    const admins = nodes.map(({ port }) => new Redis(port, '127.0.0.1'));
    for (const [index, admin] of admins.entries()) {
      await admin.call('CLUSTER', 'ADDSLOTSRANGE', 5461 * index, index === 2 ? 16_383 : 5461 * index + 5460);
      await admin.call('CLUSTER', 'MEET', '127.0.0.1', nodes[0]?.port ?? 0, buses[0] ?? 0);
    }
    for (const admin of admins) {
      for (let ready = false; !ready; ) {
        ready = String(await admin.call('CLUSTER', 'INFO')).includes('cluster_state:ok');
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      admin.disconnect();
    }
  });

  test.each(Object.entries(clusterClients))('serves %s', async (_name, connect) => {
    const connected = await connect(nodes[0]?.port ?? 0);
    open.unshift(connected);
    await expectStore(redisStore(connected.client));
    await expectStore(redisStore(connected.client, { defer: setImmediate }));
  });
});

/** What every store does (`SessionStore`), over many keys so that they fall into many slots. */
async function expectStore(store: SessionStore): Promise<void> {
  const every = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const times = { now: 0, expiresAt: 60_000 };
  const keys = Array.from({ length: 50 }, (): StoreKey => `ticket:${toHex(node.random(16))}`);
  await Promise.all(keys.map(async (key, index) => store.put(key, every.subarray(index), times)));
  const found = await Promise.all(keys.map(async (key) => store.get(key, 59_999)));
  for (const [index, value] of found.entries()) expect(value).toEqual(every.slice(index));
  const [key] = keys as [StoreKey];
  expect(await store.get(key, 60_000)).toBeUndefined();
  await store.put(key, utf8('again'), times);
  expect(await store.take(key, 1)).toEqual(utf8('again'));
  expect(await store.take(key, 1)).toBeUndefined();
  await store.put(key, utf8('value'), times);
  await store.put(key, utf8('late'), { now: 60_000, expiresAt: 60_000 });
  expect(await store.get(key, 1)).toBeUndefined();
}

function ticketKeys(): TicketKeys {
  const keys = [{ name: node.random(16), key: node.random(32) }];
  return sharedTicketKeys({ aead: node.aeads['aes-256-gcm'], random: node.random, keys });
}

const sessionsOf = (
  client: OpenClient['client'],
  keys: TicketKeys,
  context: string,
): SessionStore<ServerSession> =>
  protectedStore(redisStore(client), { provider: node, keys, context: utf8(context) });
