import { once } from 'node:events';
import type { Duplex } from 'node:stream';
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
import { issue, makeAuthority } from '@tlsmith/testkit/node';
import { type ClientSession, utf8, type Version } from '@tlsmith/types';
import { trustAnchors } from '@tlsmith/x509';
import { Redis } from 'ioredis';
import { identity } from 'tlsmith';
import { connect, createServer, type TLSSocket } from 'tlsmith/node';
import { hasRedisServer, startRedis } from '@tlsmith/testkit/node';
import { listening, peer, type Session, type Setting } from '../ends.ts';
import { type Bench, type Row, seconds } from '../harness.ts';

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
const host = 'bench.example';
const count = 48;

async function opened(name: string, { close, ...means }: Means): Promise<Row> {
  const authority = makeAuthority({ name: 'Bench Root' });
  const { chain, privateKeyPem } = issue(authority, { subject: host, dns: [host], keyType: 'p256' });
  const own = createServer(
    {
      identity: [identity(node, { chain, key: privateKeyPem })],
      sessions: serverSessionCache({ provider: node, lifetime: 3600, ...means }),
    },
    answer,
  );
  const theirs = peer.serve(setting, answer);
  const ports = { own: await listening(own), theirs: await listening(theirs) };
  const roots = trustAnchors([authority.certificate]);
  const versions: readonly Version[] = ['tls13'];
  const visitOurs = (session?: Session): Duplex =>
    connect({
      host: '127.0.0.1',
      port: ports.own,
      serverName: host,
      trust: { roots },
      versions,
      ...(session === undefined ? {} : { session: session as ClientSession }),
    });
  return {
    name,
    unit: 'handshakes/s',
    better: 'higher',
    rounds: 5,
    ours: async () => rate(visitOurs, (socket) => (socket as TLSSocket).isSessionReused()),
    peer: async () => rate((session) => peer.connect(setting, ports.theirs, session), peer.resumed),
    close: () => {
      own.close();
      theirs.close();
      close();
    },
  };
}

function answer(socket: Duplex): void {
  socket.on('error', nothing);
  socket.on('data', () => socket.end('x'));
}

/** Visits one after the other, each with the newest session of the one before. */
async function rate(
  visit: (session?: Session) => Duplex,
  resumed: (socket: Duplex) => boolean,
): Promise<number> {
  let session = await newest(visit(), () => true);
  const taken = await seconds(async () => {
    for (let index = 0; index < count; index++) session = await newest(visit(session), resumed, session);
  });
  return count / taken;
}

/** The newest session of a visit, or the old one where none came. */
async function newest(socket: Duplex, resumed: (socket: Duplex) => boolean, old?: Session): Promise<Session> {
  let session = old;
  let good = false;
  socket.on('session', (made: Session) => {
    session = made;
  });
  socket.on('secureConnect', () => {
    good = resumed(socket);
  });
  socket.write('x');
  socket.resume();
  await once(socket, 'close');
  if (session === undefined || !good)
    throw new Error(`resumed: ${good}, a session: ${session !== undefined}`);
  return session;
}
