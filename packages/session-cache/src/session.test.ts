import { node } from '@tlsmith/crypto/node';
import { serverSession12, sessionTime as now } from '@tlsmith/testkit';
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
