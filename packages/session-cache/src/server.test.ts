import { node } from '@tlsmith/crypto/node';
import { serverSession12, serverSession13, sessionTime } from '@tlsmith/testkit';
import { type Awaitable, isThenable, noBytes, type ServerSession, toHex } from '@tlsmith/types';
import { expect, test } from 'vitest';
import {
  type IssuedSession,
  type ServerSessionCacheOptions,
  type SessionIdentity,
  serverSessionCache,
} from './server.ts';
import { serverSessionStore } from './session.ts';
import type { SessionStore } from './store.ts';
import { type TicketKeys, ticketKeys } from './ticket.ts';

const { random } = node;
const now = sessionTime;

test('a TLS 1.2 session is found by its 32-byte ID, as often as wanted', () => {
  const cache = made({ tickets: { kind: 'none' } });
  const { id, lifetime } = issued(cache.issue(serverSession12(), 'session-id', now));
  expect([id.length, lifetime]).toEqual([32, 3600]);
  for (let n = 0; n < 3; n++) {
    expect(cache.find({ kind: 'session-id', id }, now)).toMatchObject({ version: 'tls12', alpn: 'h2' });
  }
  expect(cache.find({ kind: 'session-id', id: random(32) }, now)).toBeUndefined();
  expect(cache.find({ kind: 'session-id', id: noBytes }, now)).toBeUndefined();
});

test.each([serverSession12(), serverSession13()])('a sealed ticket holds a $version session', (session) => {
  const cache = made({ tickets: { kind: 'sealed', keys: sealer() } });
  const { id } = issued(cache.issue(session, 'ticket', now));
  expect(secretOf(cache.find({ kind: 'ticket', id }, now))).toBe(session.secret.use(toHex));
});

test('a single-use stored ticket is found once (RFC 9846 §8.1)', () => {
  const cache = made({ tickets: { kind: 'stored', singleUse: true } });
  const { id } = issued(cache.issue(serverSession13(), 'ticket', now));
  expect(cache.find({ kind: 'ticket', id }, now)).toBeDefined();
  expect(cache.find({ kind: 'ticket', id }, now)).toBeUndefined();
});

test('a stored ticket without single use is found again', () => {
  const cache = made({ tickets: { kind: 'stored', singleUse: false } });
  const { id } = issued(cache.issue(serverSession13(), 'ticket', now));
  expect(cache.find({ kind: 'ticket', id }, now)).toBeDefined();
  expect(cache.find({ kind: 'ticket', id }, now)).toBeDefined();
});

test('of two concurrent uses of a single-use ticket in a slow store one succeeds', async () => {
  const cache = made({ store: slow(), tickets: { kind: 'stored', singleUse: true } });
  const { id } = (await cache.issue(serverSession13(), 'ticket', now)) as IssuedSession;
  const both = await Promise.all([1, 2].map(async () => cache.find({ kind: 'ticket', id }, now)));
  expect(both.filter((session) => session !== undefined)).toHaveLength(1);
});

test('an ID does not work as a ticket, nor a ticket as an ID', () => {
  const cache = made({ tickets: { kind: 'stored', singleUse: true } });
  const id = issued(cache.issue(serverSession12(), 'session-id', now)).id;
  const ticket = issued(cache.issue(serverSession13(), 'ticket', now)).id;
  expect(cache.find({ kind: 'ticket', id }, now)).toBeUndefined();
  expect(cache.find({ kind: 'session-id', id: ticket }, now)).toBeUndefined();
  expect(cache.find({ kind: 'session-id', id }, now)).toBeDefined();
  expect(cache.find({ kind: 'ticket', id: ticket }, now)).toBeDefined();
});

test('a TLS 1.2 session gets no stored ticket and a TLS 1.3 session no ID', () => {
  const stored = made({ tickets: { kind: 'stored', singleUse: true } });
  expect(stored.issue(serverSession12(), 'ticket', now)).toBeUndefined();
  expect(stored.issue(serverSession13(), 'session-id', now)).toBeUndefined();
  const none = made({ tickets: { kind: 'none' } });
  expect(none.issue(serverSession13(), 'ticket', now)).toBeUndefined();
});

test('without a store there are no IDs, without tickets no tickets', () => {
  const { store: _, ...storeless } = options({ tickets: { kind: 'none' } });
  const cache = serverSessionCache(storeless);
  expect(cache.issue(serverSession12(), 'session-id', now)).toBeUndefined();
  expect(cache.find({ kind: 'session-id', id: random(32) }, now)).toBeUndefined();
  expect(cache.find({ kind: 'ticket', id: random(32) }, now)).toBeUndefined();
});

test.each<[string, number, number, number]>([
  ['the session’s own', 100, 7200, 100],
  ['the cache’s', 7200, 100, 100],
  ['seven days', 2 ** 31, 2 ** 31, 604_800],
])('the lifetime sent is at most %s', (_, ofSession, ofCache, sent) => {
  const cache = made({ lifetime: ofCache, tickets: { kind: 'sealed', keys: sealer() } });
  const { id, lifetime } = issued(cache.issue(serverSession13({ lifetime: ofSession }), 'ticket', now));
  expect(lifetime).toBe(sent);
  expect(cache.find({ kind: 'ticket', id }, now + 1000 * sent - 1)).toBeDefined();
  expect(cache.find({ kind: 'ticket', id }, now + 1000 * sent)).toBeUndefined();
});

test('a ticket renewed later lives no longer than its session', () => {
  const cache = made({ tickets: { kind: 'sealed', keys: sealer() } });
  const session = serverSession12();
  const { id, lifetime } = issued(cache.issue(session, 'ticket', now + 1_000_500));
  expect(lifetime).toBe(2599);
  expect(cache.find({ kind: 'ticket', id }, now + 3_599_999)).toBeDefined();
  expect(cache.find({ kind: 'ticket', id }, now + 3_600_000)).toBeUndefined();
  expect(cache.issue(session, 'ticket', now + 3_599_000)).toMatchObject({ lifetime: 1 });
  expect(cache.issue(session, 'ticket', now + 3_599_001)).toBeUndefined();
});

test('a session of a machine whose clock is ahead is not announced for longer than its lifetime', () => {
  const cache = made({ tickets: { kind: 'sealed', keys: sealer() } });
  expect(cache.issue(serverSession13(), 'ticket', now - 5000)).toMatchObject({ lifetime: 3600 });
});

test('a found ticket says whether to renew it; a session out of the store has no key to outlive (RFC 5077 §3.3)', () => {
  const keys = ticketKeys({ aead: node.aeads['aes-256-gcm'], random, lifetime: 7200, rotateEvery: 600 });
  const cache = made({ tickets: { kind: 'sealed', keys } });
  const ticket = identity(issued(cache.issue(serverSession12(), 'ticket', now)).id);
  const { id } = issued(cache.issue(serverSession12(), 'session-id', now));
  expect(cache.findFirst([ticket], now)).toMatchObject({ index: 0, renew: false });
  expect(cache.findFirst([ticket], now + 600_000)).toMatchObject({ index: 0, renew: true });
  const stored = { kind: 'session-id' as const, id };
  expect(cache.findFirst([stored], now + 600_000)).toMatchObject({ index: 0, renew: false });
});

test.each([true, false])('stored tickets are not renewed, used once (%s) or not', (singleUse) => {
  const cache = made({ tickets: { kind: 'stored', singleUse } });
  const ticket = identity(issued(cache.issue(serverSession13(), 'ticket', now)).id);
  expect(cache.findFirst([ticket], now)).toMatchObject({ session: { version: 'tls13' }, renew: false });
});

test('the first identity with a session is found, with its place', () => {
  const cache = made({ tickets: { kind: 'sealed', keys: sealer() } });
  const good = identity(issued(cache.issue(serverSession13(), 'ticket', now)).id);
  const bad = (): SessionIdentity => identity(random(100));
  expect(cache.findFirst([bad(), good, good], now)).toMatchObject({ index: 1 });
  expect(cache.findFirst([bad(), bad()], now)).toBeUndefined();
  expect(cache.findFirst([], now)).toBeUndefined();
});

test('of many identities only the first few are looked at', () => {
  const tried: SessionIdentity['id'][] = [];
  const keys = sealer();
  const open: TicketKeys['open'] = (ticket, at) => {
    tried.push(ticket);
    return keys.open(ticket, at);
  };
  const cache = made({ identityLimit: 3, tickets: { kind: 'sealed', keys: { seal: keys.seal, open } } });
  expect(
    cache.findFirst(
      Array.from({ length: 100 }, () => identity(random(100))),
      now,
    ),
  ).toBeUndefined();
  expect(tried).toHaveLength(3);
});

test('a forgotten session is not found again (RFC 5246 §7.2.2)', () => {
  const cache = made({ tickets: { kind: 'none' } });
  const { id } = issued(cache.issue(serverSession12(), 'session-id', now));
  expect(cache.forget({ kind: 'session-id', id }, now)).toBeUndefined();
  expect(cache.find({ kind: 'session-id', id }, now)).toBeUndefined();
});

test('answers come at once from a store in memory and later from a slow one', async () => {
  const slowly = made({ store: slow(), tickets: { kind: 'none' } });
  const issuing = slowly.issue(serverSession12(), 'session-id', now);
  expect(isThenable(issuing)).toBe(true);
  const { id } = (await issuing) as IssuedSession;
  const found = await slowly.findFirst(
    [
      { kind: 'session-id', id: random(32) },
      { kind: 'session-id', id },
    ],
    now,
  );
  expect(found).toMatchObject({ index: 1, session: { version: 'tls12' } });
  await slowly.forget({ kind: 'session-id', id }, now);
  expect(await slowly.find({ kind: 'session-id', id }, now)).toBeUndefined();
});

test.each<[string, () => never | Promise<never>]>([
  [
    'throws',
    () => {
      throw new Error('store is down');
    },
  ],
  ['rejects', async () => Promise.reject(new Error('store is down'))],
])('a store that %s finds and keeps nothing, and somebody is told', async (_, fail) => {
  const told: unknown[] = [];
  const store: SessionStore<ServerSession> = { get: fail, take: fail, put: fail };
  const cache = made({ store, tickets: { kind: 'none' }, onError: (error) => told.push(error) });
  expect(await cache.issue(serverSession12(), 'session-id', now)).toBeUndefined();
  expect(await cache.find({ kind: 'session-id', id: random(32) }, now)).toBeUndefined();
  expect(await cache.forget({ kind: 'session-id', id: random(32) }, now)).toBeUndefined();
  expect(await cache.remember(random(32), serverSession12(), now)).toBeUndefined();
  expect(told).toEqual([1, 2, 3, 4].map(() => new Error('store is down')));
});

test('a wiped session is the caller’s mistake, not a failing store', () => {
  const cache = made({ tickets: { kind: 'none' } });
  const session = serverSession12();
  session.secret.wipe();
  expect(() => cache.issue(session, 'session-id', now)).toThrow(
    expect.objectContaining({ code: 'secret-wiped' }),
  );
});

test('stored tickets without a store are misuse', () => {
  expect(() =>
    serverSessionCache({ provider: node, lifetime: 1, tickets: { kind: 'stored', singleUse: true } }),
  ).toThrow(expect.objectContaining({ code: 'store-missing' }));
});

test('a ticket stored by a configuration with tickets is none to one without them', () => {
  const store = serverSessionStore({ capacity: 1 });
  const storing = made({ store, tickets: { kind: 'stored', singleUse: false } });
  const { id } = issued(storing.issue(serverSession13(), 'ticket', now));
  expect(made({ store, tickets: { kind: 'none' } }).find({ kind: 'ticket', id }, now)).toBeUndefined();
});

function options(change: Partial<ServerSessionCacheOptions>): ServerSessionCacheOptions {
  return {
    provider: node,
    store: serverSessionStore({ capacity: 100 }),
    tickets: { kind: 'none' },
    lifetime: 604_800,
    ...change,
  };
}

function made(change: Partial<ServerSessionCacheOptions>): ReturnType<typeof serverSessionCache> {
  return serverSessionCache(options(change));
}

function sealer(): TicketKeys {
  return ticketKeys({ aead: node.aeads['aes-256-gcm'], random, lifetime: 604_800, rotateEvery: 604_800 });
}

function identity(id: SessionIdentity['id']): SessionIdentity {
  return { kind: 'ticket', id };
}

function issued(result: Awaitable<IssuedSession | undefined>): IssuedSession {
  expect(result).toHaveProperty('id');
  return result as IssuedSession;
}

function secretOf(session: Awaitable<ServerSession | undefined>): string {
  return (session as ServerSession).secret.use(toHex);
}

/** A store in memory that takes a turn of the event loop for everything. */
function slow(): SessionStore<ServerSession> {
  const store = serverSessionStore({ capacity: 100 });
  const turn = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    get: async (key, at) => {
      await turn();
      return store.get(key, at);
    },
    take: async (key, at) => {
      await turn();
      return store.take(key, at);
    },
    put: async (key, session, times) => {
      await turn();
      store.put(key, session, times);
    },
  };
}
