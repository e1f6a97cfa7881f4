import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { node } from '@tlsmith/crypto/node';
import {
  clientSessionCache,
  protectedStore,
  redisStore,
  type ResilientStore,
  resilientStore,
  serverSessionCache,
  type SessionMetrics,
  sessionMetrics,
  sharedTicketKeys,
  type StoreReport,
} from '@tlsmith/session-cache';
import { systemTimers } from '@tlsmith/session-cache/node';
import { issue, makeAuthority } from '@tlsmith/testkit/node';
import { utf8, type Version } from '@tlsmith/types';
import { trustAnchors } from '@tlsmith/x509';
import { Redis } from 'ioredis';
import { identity } from 'tlsmith';
import { connect, createServer, type TLSServer } from 'tlsmith/node';
import { afterEach, describe, expect, test } from 'vitest';
import { hasRedisServer, type RedisServer, startRedis } from '@tlsmith/testkit/node';

const host = 'server.example';
const authority = makeAuthority({ name: 'Root' });
const roots = trustAnchors([authority.certificate]);
const leaf = issue(authority, { subject: host, dns: [host], keyType: 'p256' });

const present = hasRedisServer('2,400 connections while Redis is killed, paused, full and restarted');
const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

describe.runIf(present).each([
  ['tls13', 'tickets for single use'],
  ['tls12', 'session IDs'],
] as const)('%s, %s, over a Redis that fails under load', (version, _ways) => {
  test('no connection fails, and sessions are resumed again by themselves', {
    timeout: 240_000,
  }, async () => {
    const redis = await startRedis();
    const site = await serve(redis, version);
    const load = new Load(site.port, version);
    const phase = async (connections: number): Promise<number> => {
      const before = load.resumed;
      await load.run(connections);
      return load.resumed - before;
    };
    expect(await phase(200)).toBeGreaterThan(100);

    redis.pause();
    await phase(200);
    expect(site.store.metrics().timeouts).toBeGreaterThan(0);
    expect(await phase(50)).toBe(0);
    redis.resume();
    await working(site.store, load);
    expect(await phase(150)).toBeGreaterThan(50);

    await during(load, 200, () => redis.kill());
    expect(await phase(50)).toBe(0);
    await redis.start();
    await working(site.store, load);
    expect(await phase(150)).toBeGreaterThan(50);

    const admin = new Redis(redis.port, '127.0.0.1');
    open.unshift({ close: () => admin.disconnect() });
    await admin.config('SET', 'maxmemory', '1');
    await phase(100);
    await admin.config('SET', 'maxmemory', '0');
    await working(site.store, load);
    expect(await phase(100)).toBeGreaterThan(30);

    expect(load.failures).toEqual([]);
    expect(load.done).toBeGreaterThan(1200);
    const { handshakes } = site.metrics.snapshot();
    const full = handshakes.full.reduce((sum, { count }) => sum + count, 0);
    expect(handshakes.resumed.ticket + handshakes.resumed['session-id']).toBe(load.resumed);
    expect(full).toBe(load.done - load.resumed);
    // One report per interval and outage, not one per connection.
    expect(site.reports.length).toBeGreaterThan(2);
    expect(site.reports.length).toBeLessThan(120);
    console.log(
      `${version}: ${load.done} connections, ${load.resumed} resumed, 0 failed, ${site.reports.length} reports`,
      JSON.stringify(site.store.metrics()),
    );
  });
});

interface Site {
  readonly port: number;
  readonly store: ResilientStore;
  readonly metrics: SessionMetrics;
  readonly reports: readonly StoreReport[];
}

/** A server whose sessions are in Redis and nowhere else. */
async function serve(redis: RedisServer, version: Version): Promise<Site> {
  const reports: StoreReport[] = [];
  const client = new Redis(redis.port, '127.0.0.1', { retryStrategy: () => 50 }).on('error', () => undefined);
  const store = resilientStore(redisStore(client), {
    timers: systemTimers,
    retryMs: 200,
    reportEveryMs: 500,
    report: (one) => reports.push(one),
  });
  const keys = sharedTicketKeys({
    aead: node.aeads['aes-256-gcm'],
    random: node.random,
    keys: [{ name: node.random(16), key: node.random(32) }],
  });
  const sessions = serverSessionCache({
    provider: node,
    store: protectedStore(store, { provider: node, keys, context: utf8('demo') }),
    tickets: version === 'tls13' ? { kind: 'stored', singleUse: true } : { kind: 'none' },
    lifetime: 3600,
  });
  const metrics = sessionMetrics({ redis: store });
  const server = createServer(
    {
      identity: [identity(node, { chain: leaf.chain, key: leaf.privateKeyPem })],
      sessions,
      onResumption: metrics.decided,
    },
    (socket) => socket.end('hello'),
  );
  await listening(server);
  open.unshift({ close: () => server.close() }, { close: () => client.disconnect() }, redis);
  return { port: (server.address() as AddressInfo).port, store, metrics, reports };
}

async function listening(server: TLSServer): Promise<void> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
}

/** Clients that come back again and again, eight at a time. */
class Load {
  done = 0;
  resumed = 0;
  readonly failures: unknown[] = [];
  readonly #port: number;
  readonly #version: Version;
  readonly #sessions = clientSessionCache({ perOrigin: 4, origins: 16 });

  constructor(port: number, version: Version) {
    this.#port = port;
    this.#version = version;
  }

  async run(connections: number): Promise<void> {
    let left = connections;
    const client = async (name: number): Promise<void> => {
      while (left-- > 0) await this.#once(`client ${name}`);
    };
    await Promise.all(Array.from({ length: 8 }, (_, name) => client(name)));
  }

  async #once(origin: string): Promise<void> {
    const socket = connect({
      host: '127.0.0.1',
      port: this.#port,
      serverName: host,
      trust: { roots },
      versions: [this.#version],
      sessions: this.#sessions,
      origin,
    });
    try {
      let text = '';
      for await (const chunk of socket as AsyncIterable<Buffer>) text += chunk.toString();
      if (text !== 'hello') throw new Error(`the server said ${text}`);
      if (socket.isSessionReused()) this.resumed++;
    } catch (error) {
      this.failures.push(error);
    }
    this.done++;
  }
}

/** Connects until the store is asked and answers again. */
async function working(store: ResilientStore, load: Load): Promise<void> {
  for (let turn = 0; turn < 200 && store.metrics().circuit === 'open'; turn++) {
    await load.run(8);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(store.metrics().circuit).toBe('closed');
}

/** Runs the load and lets something happen in the middle of it. */
async function during(load: Load, connections: number, event: () => Promise<void>): Promise<void> {
  const running = load.run(connections);
  await new Promise((resolve) => setTimeout(resolve, 100));
  await event();
  await running;
}
