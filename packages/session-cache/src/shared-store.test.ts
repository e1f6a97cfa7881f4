import { node } from '@tlsmith/crypto/node';
import { serverSession12, sessionTime } from '@tlsmith/testkit';
import { type Bytes, noBytes, utf8 } from '@tlsmith/types';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { memoryStore } from './memory.ts';
import { sealedStore } from './sealed-store.ts';
import { sharedMemoryTicketKeys } from './shared-keys.ts';
import { type SharedMemoryStore, sharedMemoryStore } from './shared-memory.ts';
import { stoppedAfter } from './shared-stop.test-support.ts';
import { speaking, speaks } from './shared-values.test-support.ts';
import { type StoreKey, storeKey } from './store.ts';

const small = 32_768;
const times = { now: 0, expiresAt: 1000 };

test('what one thread puts the others find, take once, and then nobody finds', () => {
  const memory = new SharedArrayBuffer(small);
  const [one, other] = [opened(memory), opened(memory)];
  one.put('ticket:aa', utf8('value'), times);
  expect([other.get('ticket:aa', 999), one.get('ticket:aa', 999)]).toEqual([utf8('value'), utf8('value')]);
  expect(other.get('session-id:aa', 999)).toBeUndefined();
  expect(other.take('ticket:aa', 999)).toEqual(utf8('value'));
  expect([one.take('ticket:aa', 999), one.get('ticket:aa', 999)]).toEqual([undefined, undefined]);
});

test('a value is gone at the millisecond at which it expires, and one already expired is not kept', () => {
  const store = opened();
  const late = { now: 5, expiresAt: sessionTime + 1 };
  store.put('ticket:aa', utf8('a'), late);
  expect(store.get('ticket:aa', sessionTime)).toEqual(utf8('a'));
  expect(store.get('ticket:aa', sessionTime + 1)).toBeUndefined();
  expect(store.metrics()).toMatchObject({ expired: 1, entries: 0 });
  store.put('ticket:bb', utf8('b'), { now: 5, expiresAt: 5 });
  expect(store.get('ticket:bb', 0)).toBeUndefined();
});

test('within its capacity it does what a memory store does', () => {
  const key = fc.constantFrom<StoreKey>('ticket:', 'ticket:1', 'ticket:11', 'session-id:1', 'session-id:11');
  const step = fc.record({
    what: fc.constantFrom('get', 'put', 'take'),
    key,
    value: fc.uint8Array({ maxLength: 300 }),
    now: fc.integer({ min: 0, max: 20 }),
    expiresAt: fc.integer({ min: 0, max: 20 }),
  });
  const sameIn = (steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[]): void => {
    const [shared, model] = [opened(), memoryStore<Bytes>({ capacity: 100 })];
    for (const { what, key: at, value, now, expiresAt } of steps) {
      if (what === 'put') shared.put(at, value, { now, expiresAt });
      if (what === 'put') model.put(at, value, { now, expiresAt });
      if (what === 'get') expect(shared.get(at, now)).toEqual(model.get(at, now));
      if (what === 'take') expect(shared.take(at, now)).toEqual(model.take(at, now));
    }
  };
  const sequences = fc.property(fc.array(step, { maxLength: 30 }), sameIn);
  expect(fc.check(sequences, { numRuns: 300 })).toMatchObject({ failed: false });
});

test('keys of any length and kind are told apart', () => {
  const store = opened(new SharedArrayBuffer(2 ** 20));
  const lengths = [0, 1, 2, 3, 4, 5, 200, 236, 237, 238, 239, 240, 241, 242, 243, 244, 245, 246, 300, 70_000];
  const keys = lengths.flatMap((length) => [
    `ticket:${'a'.repeat(length)}`,
    `session-id:${'a'.repeat(length)}`,
  ]);
  const all = [...keys, 'ticket:\0', 'ticket:ä', 'ticket:\u{1f600}'] as StoreKey[];
  for (const [index, key] of all.entries()) store.put(key, Uint8Array.of(index), times);
  expect(all.map((key) => store.get(key, 1)?.[0])).toEqual(all.map((_, index) => index));
  expect(store.get(`ticket:${'a'.repeat(69_999)}`, 1)).toBeUndefined();
});

test('a value is the reader’s own', () => {
  const store = opened();
  store.put('ticket:aa', utf8('value'), times);
  (store.get('ticket:aa', 1) as Bytes).fill(0);
  expect(store.get('ticket:aa', 1)).toEqual(utf8('value'));
});

test('when the memory is full the values put last are there, and those before them are not', () => {
  const store = opened();
  const keys = Array.from({ length: 1000 }, () => storeKey('ticket', node.random(32)));
  for (const key of keys) store.put(key, speaking(key, 100), times);
  const found = keys.map((key) => store.get(key, 1) !== undefined);
  const first = found.indexOf(true);
  // A bucket of the index that overflows costs a value here and there.
  expect(found.slice(first).filter((is) => !is).length).toBeLessThan(5);
  const { entries, bytes, evicted } = store.metrics();
  expect(entries).toBe(found.filter((is) => is).length);
  expect([bytes > 0.9 * small * 0.9, bytes <= small, evicted > 0]).toEqual([true, true, true]);
});

test('1 MiB holds 4,500 sealed TLS 1.2 sessions without client certificates (nginx: about 4,000)', () => {
  const memory = new SharedArrayBuffer(2 ** 20);
  const aead = node.aeads['aes-256-gcm'];
  const keys = sharedMemoryTicketKeys({ memory, aead, random: node.random, lifetime: 3600 });
  const store = sealedStore(opened(memory), keys);
  const session = serverSession12({ peerChain: [], context: node.random(32) });
  const ids = Array.from({ length: 4500 }, () => storeKey('session-id', node.random(32)));
  const hour = { now: sessionTime, expiresAt: sessionTime + 3_600_000 };
  for (const id of ids) expect(store.put(id, session, hour)).toBeUndefined();
  const found = ids.filter((id) => store.get(id, sessionTime) !== undefined);
  // A full bucket of the index costs one here and there.
  expect(found.length).toBeGreaterThan(4400);
});

test('a value too long for the memory is not kept, and its predecessor goes', () => {
  const store = opened();
  store.put('ticket:aa', new Uint8Array(3000), times);
  expect(store.get('ticket:aa', 1)).toHaveLength(3000);
  store.put('ticket:aa', new Uint8Array(5000), times);
  expect(store.get('ticket:aa', 1)).toBeUndefined();
  const big = opened(new SharedArrayBuffer(2 ** 21));
  for (const [length, kept] of [
    [65_535, true],
    [70_000, false],
  ] as const) {
    big.put('ticket:bb', new Uint8Array(length), times);
    expect(big.get('ticket:bb', 1) !== undefined).toBe(kept);
  }
});

test('whatever word of the memory changes, no other value is found', () => {
  const memory = new SharedArrayBuffer(small);
  const store = opened(memory);
  for (let key = 0; key < 40; key++) store.put(`ticket:${key}`, speaking(`ticket:${key}`, key), times);
  const words = new Int32Array(memory);
  let lost = 0;
  for (let at = 1; at < words.length; at++) {
    const before = words[at] as number;
    words[at] = before ^ (1 << (at % 32));
    for (const key of [`ticket:${at % 40}`, `ticket:${(at * 7) % 40}`] as const) {
      const value = store.get(key, 1);
      if (value === undefined) lost++;
      else expect(speaks(key, value)).toBe(true);
    }
    words[at] = before;
  }
  expect(lost).toBeGreaterThan(0);
  expect(Array.from({ length: 40 }, (_, key) => store.get(`ticket:${key}`, 1)).every(Boolean)).toBe(true);
});

test('a thread that stops before any atomic step holds up nobody', () => {
  const memory = new SharedArrayBuffer(small);
  const [stopped, going] = [opened(memory), opened(memory)];
  const work: readonly (() => void)[] = [
    () => stopped.put('ticket:aa', speaking('ticket:aa', 7), times),
    () => void stopped.take('ticket:aa', 1),
    () => void stopped.get('ticket:aa', 1001),
  ];
  let stops = 0;
  for (const doing of work) {
    for (let steps = 0; stoppedAfter(steps, doing); steps++) {
      stops++;
      const found = going.get('ticket:aa', 1);
      expect(found === undefined || speaks('ticket:aa', found)).toBe(true);
      going.put('ticket:aa', speaking('ticket:aa', steps), times);
      expect(going.take('ticket:aa', 1)).toEqual(speaking('ticket:aa', steps));
      expect(going.take('ticket:aa', 1)).toBeUndefined();
      going.put('ticket:aa', speaking('ticket:aa', steps), times);
    }
  }
  expect(stops).toBeGreaterThan(15);
});

test('values of no bytes are values', () => {
  const store = opened();
  store.put('ticket:aa', noBytes, times);
  expect(store.take('ticket:aa', 1)).toEqual(noBytes);
});

test.each([
  ['shared-memory-size', new SharedArrayBuffer(small - 1)],
  ['shared-memory-foreign', foreign()],
])('%s is misuse', (code, memory) => {
  expect(() => opened(memory)).toThrow(expect.objectContaining({ code }));
});

function opened(memory: SharedArrayBuffer = new SharedArrayBuffer(small)): SharedMemoryStore {
  return sharedMemoryStore(memory, node);
}

function foreign(): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(small);
  new Int32Array(memory)[0] = 1;
  return memory;
}
