import { node } from '@tlsmith/crypto/node';
import { serverSession13, sessionTime } from '@tlsmith/testkit';
import { type Bytes, concat, toHex } from '@tlsmith/types';
import { expect, test } from 'vitest';
import { memoryStore } from './memory.ts';
import { sealedStore } from './sealed-store.ts';
import { type SessionStore, type StoreKey, storeKey } from './store.ts';
import { sharedTicketKeys, ticketKeys } from './ticket.ts';

const { random } = node;
const aead = node.aeads['aes-256-gcm'];
const keys = ticketKeys({ aead, random, lifetime: 3600, rotateEvery: 3600 });
const times = { now: sessionTime, expiresAt: sessionTime + 3_600_000 };
const [first, second] = [storeKey('session-id', Uint8Array.of(1)), storeKey('session-id', Uint8Array.of(2))];

test('a session comes back from a store of bytes, which never sees its secret', () => {
  const { store, seen } = spied();
  const sessions = sealedStore(store, keys);
  expect(sessions.put(first, serverSession13(), times)).toBeUndefined();
  expect(sessions.get(first, sessionTime)).toMatchObject({ serverName: 'server.example' });
  expect(sessions.take(first, sessionTime)).toMatchObject({ alpn: 'h2' });
  expect(sessions.get(first, sessionTime)).toBeUndefined();
  expect(seen).toHaveLength(1);
  expect(toHex(seen[0] as Bytes)).not.toContain('13131313');
});

test('a value moved to another key counts as missing', () => {
  const store = memoryStore<Bytes>({ capacity: 2 });
  const sessions = sealedStore(store, keys);
  expect(sessions.put(first, serverSession13(), times)).toBeUndefined();
  store.put(second, store.get(first, sessionTime) as Bytes, times);
  expect(sessions.get(second, sessionTime)).toBeUndefined();
  expect(sessions.get(first, sessionTime)).toBeDefined();
});

test('a ticket put into the store counts as missing, and a stored value is no ticket', () => {
  const store = memoryStore<Bytes>({ capacity: 2 });
  const sessions = sealedStore(store, keys);
  store.put(first, keys.seal(serverSession13(), sessionTime) as Bytes, times);
  expect(sessions.get(first, sessionTime)).toBeUndefined();
  expect(sessions.put(second, serverSession13(), times)).toBeUndefined();
  expect(keys.open(store.get(second, sessionTime) as Bytes, sessionTime)).toBeUndefined();
});

test('a damaged value counts as missing', () => {
  const store = memoryStore<Bytes>({ capacity: 1 });
  const sessions = sealedStore(store, keys);
  expect(sessions.put(first, serverSession13(), times)).toBeUndefined();
  store.put(first, concat(store.get(first, sessionTime) as Bytes, Uint8Array.of(0)), times);
  expect(sessions.get(first, sessionTime)).toBeUndefined();
});

test('with keys that may seal no more nothing is put', () => {
  const { store, seen } = spied();
  const shared = { name: random(16), key: random(32) };
  const spent = sharedTicketKeys({ aead, random, keys: [shared], sealsPerKey: 0 });
  expect(sealedStore(store, spent).put(first, serverSession13(), times)).toBeUndefined();
  expect(seen).toEqual([]);
});

test('a store that answers later makes sessions come later', async () => {
  const { store } = spied();
  const later: SessionStore = {
    get: async (key, now) => store.get(key, now),
    take: async (key, now) => store.take(key, now),
    put: async (key, value, when) => store.put(key, value, when),
  };
  const sessions = sealedStore(later, keys);
  await sessions.put(first, serverSession13(), times);
  await expect(sessions.take(first, sessionTime)).resolves.toMatchObject({ cipherSuite: 0x1302 });
  await expect(sessions.get(first, sessionTime)).resolves.toBeUndefined();
});

function spied(): { readonly store: SessionStore; readonly seen: Bytes[] } {
  const seen: Bytes[] = [];
  const inner = memoryStore<Bytes>({ capacity: 10 });
  const put = (key: StoreKey, value: Bytes, when: typeof times): void => {
    seen.push(value);
    inner.put(key, value, when);
  };
  return { store: { get: inner.get.bind(inner), take: inner.take.bind(inner), put }, seen };
}
