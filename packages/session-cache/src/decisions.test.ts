import { node } from '@tlsmith/crypto/node';
import { serverSession12, serverSession13, sessionTime } from '@tlsmith/testkit';
import { noBytes, type ServerSession } from '@tlsmith/types';
import { expect, test } from 'vitest';
import type { MissReason } from './decisions.ts';
import { type ServerSessionCache, serverSessionCache, type SessionIdentity } from './server.ts';
import { serverSessionStore } from './session.ts';
import type { SessionStore } from './store.ts';
import { sharedTicketKeys, type TicketKeys } from './ticket.ts';

const end = sessionTime + 86_400_000;

test('a ticket is missed for its key, its bytes or its age', async () => {
  const keys = ticketKeys();
  const cache = withTickets(keys);
  const ticket = keys.seal(serverSession13(), sessionTime) as Uint8Array;
  const foreign = ticketKeys().seal(serverSession13(), sessionTime) as Uint8Array;
  const old = keys.protect(Uint8Array.of(250, 1, 2, 3), noBytes, sessionTime) as Uint8Array;
  const broken = ticket.map((byte, index) => (index === 30 ? byte ^ 1 : byte));
  expect(await why(cache, foreign)).toEqual(['unknown-key']);
  expect(await why(cache, new Uint8Array(10))).toEqual(['unknown-key']);
  expect(await why(cache, noBytes)).toEqual(['unknown-key']);
  expect(await why(cache, broken)).toEqual(['unreadable']);
  expect(await why(cache, ticket.subarray(0, 43))).toEqual(['unreadable']);
  expect(await why(cache, old)).toEqual(['unreadable']);
  expect(await why(cache, ticket, end)).toEqual(['expired']);
  expect(await why(cache, ticket)).toEqual([]);
});

test('every ticket that was missed on the way to a good one is told', async () => {
  const keys = ticketKeys();
  const cache = withTickets(keys);
  const ids = [new Uint8Array(50), keys.seal(serverSession13(), sessionTime) as Uint8Array];
  const told: MissReason[] = [];
  const found = await cache.findFirst(
    ids.map((id) => ({ kind: 'ticket' as const, id })),
    sessionTime,
    (reason) => told.push(reason),
  );
  expect(found?.index).toBe(1);
  expect(told).toEqual(['unknown-key']);
});

test('a session ID is missed because nobody knows it, because it ended, or because the store failed', async () => {
  const store = serverSessionStore({ capacity: 1 });
  const cache = withStore(store);
  const id = Uint8Array.of(1);
  await cache.remember(id, serverSession12(), sessionTime);
  expect(await why(cache, Uint8Array.of(2))).toEqual(['unknown']);
  expect(await why(cache, id)).toEqual([]);
  // A store that keeps what is over: the cache says so.
  const late: SessionStore<ServerSession> = { ...failing, get: () => serverSession12() };
  expect(await why(withStore(late), id, end)).toEqual(['expired']);
  expect(await why(withStore(failing), id)).toEqual(['store-failed']);
  const rejecting: SessionStore<ServerSession> = { ...failing, get: () => Promise.reject(new Error('away')) };
  expect(await why(withStore(rejecting), id)).toEqual(['store-failed']);
});

const fails = (): never => {
  throw new Error('away');
};
const failing: SessionStore<ServerSession> = { get: fails, put: fails, take: fails };

function ticketKeys(): TicketKeys {
  const keys = [{ name: node.random(16), key: node.random(32) }];
  return sharedTicketKeys({ aead: node.aeads['aes-256-gcm'], random: node.random, keys });
}

const withTickets = (keys: TicketKeys): ServerSessionCache =>
  serverSessionCache({ provider: node, tickets: { kind: 'sealed', keys }, lifetime: 86_400 });

const withStore = (store: SessionStore<ServerSession>): ServerSessionCache =>
  serverSessionCache({ provider: node, store, tickets: { kind: 'none' }, lifetime: 86_400 });

async function why(cache: ServerSessionCache, id: Uint8Array, now = sessionTime): Promise<MissReason[]> {
  const told: MissReason[] = [];
  const kind: SessionIdentity['kind'] = cache.gives.sessionIds ? 'session-id' : 'ticket';
  const found = await cache.find({ kind, id }, now, (reason) => told.push(reason));
  expect(found === undefined).toBe(told.length === 1);
  return told;
}
