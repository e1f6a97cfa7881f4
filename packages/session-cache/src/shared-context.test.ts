import { node } from '@tlsmith/crypto/node';
import { serverSession12, sessionTime } from '@tlsmith/testkit';
import { type Bytes, toHex, utf8 } from '@tlsmith/types';
import { expect, test } from 'vitest';
import { memoryStore } from './memory.ts';
import { contextStore, protectedStore } from './shared-context.ts';
import type { SessionStore, StoreKey } from './store.ts';
import { storeKey } from './store.ts';
import { sharedTicketKeys } from './ticket.ts';

const aead = node.aeads['aes-256-gcm'];
const keys = sharedTicketKeys({
  aead,
  random: node.random,
  keys: [{ name: node.random(16), key: node.random(32) }],
});
const times = { now: sessionTime, expiresAt: sessionTime + 3_600_000 };
const id = storeKey('session-id', new Uint8Array(32).fill(0xab));

test('what reaches the store tells neither session nor ID', () => {
  const seen: string[] = [];
  const inner = memoryStore<Bytes>({ capacity: 10 });
  const spy: SessionStore = {
    get: (key, now) => (seen.push(key), inner.get(key, now)),
    take: (key, now) => (seen.push(key), inner.take(key, now)),
    put: (key, value, when) => (seen.push(key, toHex(value)), inner.put(key, value, when)),
  };
  const store = protectedStore(spy, { provider: node, keys, context: utf8('shop') });
  expect(store.put(id, serverSession12(), times)).toBeUndefined();
  expect(store.get(id, sessionTime)).toMatchObject({ version: 'tls12', serverName: 'server.example' });
  expect(store.take(id, sessionTime)).toMatchObject({ version: 'tls12' });
  expect(store.get(id, sessionTime)).toBeUndefined();
  expect(seen.join()).not.toMatch(/abababab|12121212/);
  expect(seen[0]).toMatch(/^session-id:[0-9a-f]{64}$/);
});

test('two contexts in one store never find each other’s sessions', () => {
  const inner = memoryStore<Bytes>({ capacity: 10 });
  const stores = ['a', 'b', ''].map((context) =>
    protectedStore(inner, { provider: node, keys, context: utf8(context) }),
  );
  for (const [index, store] of stores.entries()) {
    expect(store.put(id, serverSession12({ alpn: `http/${index}` }), times)).toBeUndefined();
  }
  expect(stores.map((store) => store.get(id, sessionTime))).toMatchObject([
    { alpn: 'http/0' },
    { alpn: 'http/1' },
    { alpn: 'http/2' },
  ]);
});

test('contexts and IDs that run together to the same bytes are different', () => {
  const inner = memoryStore<number>({ capacity: 10 });
  const [one, other] = ['a', 'asession-id:'].map((context) =>
    contextStore(inner, { provider: node, context: utf8(context) }),
  );
  expect(one?.put('session-id:session-id:aa' as StoreKey, 1, times)).toBeUndefined();
  expect(other?.get('session-id:aa', sessionTime)).toBeUndefined();
});

test('kinds stay apart', () => {
  const inner = memoryStore<number>({ capacity: 10 });
  const store = contextStore(inner, { provider: node, context: utf8('') });
  expect(store.put('ticket:aa', 1, times)).toBeUndefined();
  expect(store.get('session-id:aa', sessionTime)).toBeUndefined();
  expect(store.get('ticket:aa', sessionTime)).toBe(1);
});

test('a provider that hashes later makes answers come later', async () => {
  const inner = memoryStore<Bytes>({ capacity: 10 });
  const provider = { hash: async (...given: Parameters<typeof node.hash>) => node.hash(...given) };
  const store = protectedStore(inner, { provider, keys, context: utf8('shop') });
  await store.put(id, serverSession12(), times);
  await expect(store.take(id, sessionTime)).resolves.toMatchObject({ version: 'tls12' });
});
