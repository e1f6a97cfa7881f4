import { node } from '@tlsmith/crypto/node';
import {
  protectedStore,
  redisStore,
  resilientStore,
  type ServerSessionCacheOptions,
  serverSessionCache,
  serverSessionStore,
  sharedMemoryStore,
  sharedMemoryTicketKeys,
  sharedTicketKeys,
} from '@tlsmith/session-cache';
import { systemTimers } from '@tlsmith/session-cache/node';
import { utf8 } from '@tlsmith/types';
import { Redis } from 'ioredis';
import { identity } from 'tlsmith';
import { createServer } from 'tlsmith/node';
import { hasRedisServer, startRedis } from '@tlsmith/testkit/node';
import { listening, ours, peer, type Setting, type Side } from '../ends.ts';
import { type Bench, type Row, seconds } from '../harness.ts';
import { leafOf, pki } from '../pki.ts';
import { answer, answering, prepared } from '../visits.ts';

/** What holds the sessions: options of a server's cache, and how to end what was started for it. */
interface Means extends Pick<ServerSessionCacheOptions, 'store' | 'tickets'> {
  close(): void;
}

const kinds: Readonly<Record<string, () => Promise<Means> | Means>> = {
  'sealed tickets': () => ({ tickets: { kind: 'sealed', keys: keysOfFleet() }, close: nothing }),
  'memory store': () => ({ ...stored, store: serverSessionStore({ capacity: 20_480 }), close: nothing }),
  'shared store': () => {
    const memory = new SharedArrayBuffer(10 * 2 ** 20);
    const { random, aeads } = node;
    const keys = sharedMemoryTicketKeys({ memory, aead: aeads['aes-256-gcm'], random, lifetime: 3600 });
    const store = protectedStore(sharedMemoryStore(memory, node), { provider: node, keys, context });
    return { ...stored, store, close: nothing };
  },
  ...(hasRedisServer('the bench row "cache resumed … redis store"') ? { 'redis store': overRedis } : {}),
};

/**
 * Resumed handshakes a second with each store, ours at both ends, against node:tls's tickets with node:tls at both ends.
 * A stored ticket works once and is written anew in each handshake.
 */
export const cacheHandshakes: readonly Bench[] = Object.entries(kinds).map(([kind, means]) => {
  const name = `cache resumed tls13, ${kind} vs node's tickets`;
  return { name, open: async () => opened(name, await means()) };
});

const context = utf8('bench');
const nothing = (): void => undefined;
const stored = { tickets: { kind: 'stored', singleUse: true } } as const;

async function overRedis(): Promise<Means> {
  const server = await startRedis();
  const client = new Redis(server.port, '127.0.0.1', { enableAutoPipelining: true });
  const store = resilientStore(redisStore(client), { timers: systemTimers, limitMs: 5000 });
  const close = (): void => {
    client.disconnect();
    void server.close();
  };
  return { ...stored, store: protectedStore(store, { provider: node, keys: keysOfFleet(), context }), close };
}

function keysOfFleet(): ReturnType<typeof sharedTicketKeys> {
  const { random, aeads } = node;
  const keys = [{ name: random(16), key: random(32) }];
  return sharedTicketKeys({ aead: aeads['aes-256-gcm'], random, keys });
}

const setting: Setting = { version: 'tls13', cipher: 'aes-128-gcm', key: 'p256' };
const count = 48;

async function opened(name: string, { close, ...means }: Means): Promise<Row> {
  const { chainPem, privateKeyPem } = leafOf(pki, setting.key);
  const own = createServer(
    {
      identity: [identity(node, { chain: chainPem, key: privateKeyPem })],
      sessions: serverSessionCache({ provider: node, lifetime: 3600, ...means }),
    },
    answer,
  );
  const theirs = answering(peer, setting);
  const ports = { ours: await listening(own), peer: await listening(theirs) };
  const rate = (side: Side) => async () =>
    count / (await seconds(await prepared(side, setting, ports[side.name], { count, resume: true })));
  return {
    name,
    unit: 'handshakes/s',
    better: 'higher',
    rounds: 5,
    ours: rate(ours),
    peer: rate(peer),
    close: () => {
      own.close();
      theirs.close();
      close();
    },
  };
}
