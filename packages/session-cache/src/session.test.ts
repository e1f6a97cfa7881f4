import { node } from '@tlsmith/crypto/node';
import { serverSession12, serverSession13, sessionTime as now } from '@tlsmith/testkit';
import { type Awaitable, type ServerSession, toHex } from '@tlsmith/types';
import { expect, test } from 'vitest';
import {
  type IssuedSession,
  type ServerSessionCache,
  serverSessionCache,
  type TicketPlan,
} from './server.ts';
import { serverSessionStore } from './session.ts';
import type { SessionStore } from './store.ts';

test('wiping a secret given to the cache or found in it leaves the others', () => {
  const cache = made();
  const session = serverSession12();
  const { id } = issued(cache.issue(session, 'session-id', now));
  session.secret.wipe();
  const first = cache.find({ kind: 'session-id', id }, now) as ServerSession;
  const second = cache.find({ kind: 'session-id', id }, now) as ServerSession;
  first.secret.wipe();
  expect(secretOf(second)).toBe('12'.repeat(48));
  expect(secretOf(cache.find({ kind: 'session-id', id }, now))).toBe('12'.repeat(48));
});

test('a session that the store drops is wiped, and not under who uses it', () => {
  const store = serverSessionStore({ capacity: 1 });
  const cache = made(store);
  const { id } = issued(cache.issue(serverSession12(), 'session-id', now));
  const inUse = cache.find({ kind: 'session-id', id }, now);
  const inStore = store.get(`session-id:${toHex(id)}`, now) as ServerSession;
  issued(cache.issue(serverSession12(), 'session-id', now));
  expect(() => inStore.secret.use(toHex)).toThrow(expect.objectContaining({ code: 'secret-wiped' }));
  expect(secretOf(inUse)).toBe('12'.repeat(48));
});

test('a store limited by bytes counts the clients’ certificates', () => {
  const store = serverSessionStore({ capacity: 100, bytes: 10_000 });
  const cache = made(store);
  for (let n = 0; n < 5; n++) {
    issued(cache.issue(serverSession12({ peerChain: [new Uint8Array(3000)] }), 'session-id', now));
  }
  expect(store.metrics()).toMatchObject({ entries: 2, evicted: 3 });
});

test('a session found in a store that forgot to expire it is not used, and wiped', () => {
  const session = serverSession12({ lifetime: 10 });
  const store: SessionStore<ServerSession> = { get: () => session, take: () => session, put: () => {} };
  const cache = made(store, { kind: 'stored', singleUse: true });
  expect(cache.find({ kind: 'session-id', id: node.random(32) }, now + 9999)).toBeDefined();
  expect(cache.find({ kind: 'session-id', id: node.random(32) }, now + 10_000)).toBeUndefined();
  expect(() => session.secret.use(toHex)).not.toThrow();
  expect(cache.find({ kind: 'ticket', id: node.random(32) }, now + 10_000)).toBeUndefined();
  expect(() => session.secret.use(toHex)).toThrow(expect.objectContaining({ code: 'secret-wiped' }));
});

test('a session remembered under a given ID is found by it, with its lifetime capped', () => {
  const cache = made();
  const [id, session] = [node.random(32), serverSession12({ lifetime: 10_000 })];
  expect(cache.remember(id, session, now)).toBeUndefined();
  session.secret.wipe();
  expect(secretOf(cache.find({ kind: 'session-id', id }, now + 3_599_999))).toBe('12'.repeat(48));
  expect(cache.find({ kind: 'session-id', id }, now + 3_600_000)).toBeUndefined();
});

test('a TLS 1.3 session and one that is over are not remembered', () => {
  const cache = made();
  const id = node.random(32);
  expect(cache.remember(id, serverSession13(), now)).toBeUndefined();
  expect(cache.remember(id, serverSession12(), now + 3_600_000)).toBeUndefined();
  expect(cache.find({ kind: 'session-id', id }, now)).toBeUndefined();
});

test.each<[TicketPlan, object]>([
  [{ kind: 'none' }, { sessionIds: true, tickets: { tls12: false, tls13: false } }],
  [
    { kind: 'stored', singleUse: true },
    { sessionIds: true, tickets: { tls12: false, tls13: true } },
  ],
  [
    { kind: 'sealed', keys: { seal: () => undefined, open: () => undefined } },
    { sessionIds: true, tickets: { tls12: true, tls13: true } },
  ],
])('a cache with a store and tickets $kind says what it gives', (tickets, gives) => {
  expect(made(serverSessionStore({ capacity: 1 }), tickets).gives).toEqual(gives);
});

test('a cache without a store gives no IDs and remembers nothing', () => {
  const cache = serverSessionCache({ provider: node, tickets: { kind: 'none' }, lifetime: 3600 });
  expect(cache.gives.sessionIds).toBe(false);
  expect(cache.remember(node.random(32), serverSession12(), now)).toBeUndefined();
});

function made(
  store: SessionStore<ServerSession> = serverSessionStore({ capacity: 2 }),
  tickets: TicketPlan = { kind: 'none' },
): ServerSessionCache {
  return serverSessionCache({ provider: node, store, tickets, lifetime: 3600 });
}

function issued(result: Awaitable<IssuedSession | undefined>): IssuedSession {
  expect(result).toHaveProperty('id');
  return result as IssuedSession;
}

function secretOf(session: Awaitable<ServerSession | undefined>): string {
  return (session as ServerSession).secret.use(toHex);
}
