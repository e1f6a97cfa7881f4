import { node } from '@tlsmith/crypto/node';
import { serverSession13, sessionTime } from '@tlsmith/testkit';
import { type Bytes, noBytes, toHex, utf8 } from '@tlsmith/types';
import { expect, test } from 'vitest';
import { sharedMemoryTicketKeys } from './shared-keys.ts';
import { stoppedAfter } from './shared-stop.test-support.ts';
import { answer, thread } from './shared-threads.test-support.ts';
import type { TicketKeys } from './ticket.ts';

const small = 32_768;
const now = sessionTime;
const lifetime = 60;

test('threads open each other’s tickets without having met', () => {
  const memory = fresh();
  const ticket = opened(memory).seal(serverSession13({ lifetime }), now) as Bytes;
  expect(opened(memory).open(ticket, now)).toMatchObject({ session: { serverName: 'server.example' } });
  expect(opened(fresh()).open(ticket, now)).toBeUndefined();
});

test('under traffic each lifetime has a key of its own; the one before it opens, an older one does not', () => {
  const memory = fresh();
  const [one, other] = [opened(memory), opened(memory)];
  const sealed = Array.from({ length: 600 }, (_, second) => protect(second % 2 ? one : other, second));
  const names = sealed.map((bytes) => toHex(bytes.subarray(0, 16)));
  const changes = names.flatMap((name, second) => (name === names[second - 1] ? [] : [second]));
  // The first key gives way at its second use; after that a key lasts as long as what the one before it sealed.
  expect(changes).toEqual([0, 1, 61, 121, 181, 241, 301, 361, 421, 481, 541]);
  const last = now + 599_000;
  const opens = changes.map(
    (second) => other.unprotect(sealed[second] as Bytes, noBytes, last) !== undefined,
  );
  expect(opens).toEqual([false, false, false, false, false, false, false, false, false, true, true]);
});

test('what was sealed opens for as long as a session may live, by whatever thread and key', () => {
  const memory = fresh();
  const [one, other] = [opened(memory), opened(memory)];
  const sealed: Bytes[] = [];
  for (let second = 0; second < 300; second++) {
    sealed.push(protect(one, second));
    const oldest = sealed[Math.max(0, second - lifetime + 1)] as Bytes;
    expect(other.unprotect(oldest, noBytes, now + 1000 * second)).toEqual(utf8('x'));
  }
});

test('servers with different lifetimes in one memory keep what the longer one needs', () => {
  const memory = fresh();
  const [brief, long] = [opened(memory), opened(memory, 600)];
  const sealed = protect(long, 0);
  for (let second = 1; second < 599; second++) protect(brief, second);
  expect(brief.unprotect(sealed, noBytes, now + 599_000)).toEqual(utf8('x'));
  for (let second = 599; second < 799; second++) protect(brief, second);
  expect(brief.unprotect(sealed, noBytes, now + 799_000)).toBeUndefined();
});

test('a ticket is to be renewed once another thread has changed the key, or the next seal will (RFC 5077 §3.3)', () => {
  const memory = fresh();
  const [one, other] = [opened(memory), opened(memory)];
  const sealAt = (keys: TicketKeys, second: number): Bytes =>
    keys.seal(serverSession13({ createdAt: now + 1000 * second, lifetime }), now + 1000 * second) as Bytes;
  const renewAt = (keys: TicketKeys, ticket: Bytes, second: number): boolean | undefined =>
    keys.open(ticket, now + 1000 * second)?.renew;
  protect(one, 0);
  // The second key seals until nothing of the first is of use, which ends after 61 seconds.
  const ticket = sealAt(one, 1);
  const late = sealAt(one, 60);
  expect([renewAt(other, ticket, 1), renewAt(other, late, 60)]).toEqual([false, false]);
  expect([renewAt(one, late, 61), renewAt(other, late, 61)]).toEqual([true, true]);
  const next = sealAt(other, 61);
  expect([renewAt(one, late, 62), renewAt(one, next, 62)]).toEqual([true, false]);
});

test('a dead key is no longer in the memory', () => {
  const memory = fresh();
  const bound: Bytes[] = [];
  const aead = node.aeads['aes-256-gcm'];
  const spying = { ...aead, bind: (key: Bytes) => (bound.push(new Uint8Array(key)), aead.bind(key)) };
  const keys = sharedMemoryTicketKeys({ memory, aead: spying, random: node.random, lifetime });
  for (let second = 0; second < 130; second++) protect(keys, second);
  expect(bound).toHaveLength(4);
  const held = bound.map((key) => contains(memory, key));
  expect(held).toEqual([false, false, true, true]);
});

test('after a pause in which all expired a fresh key seals', () => {
  const memory = fresh();
  const keys = opened(memory);
  const before = [0, 1, 2].map((second) => toHex(protect(keys, second).subarray(0, 16)));
  const later = toHex(protect(keys, 10_000).subarray(0, 16));
  expect(before).not.toContain(later);
});

test('a clock that was set back does not keep keys for longer than any session lives', () => {
  const memory = fresh();
  const keys = opened(memory);
  const year = 31_536_000;
  for (let second = year; second < year + 200; second++) protect(keys, second);
  const names = new Set(
    Array.from({ length: 200 }, (_, second) => toHex(protect(keys, second).subarray(0, 16))),
  );
  expect(names.size).toBeGreaterThan(3);
});

test('a thread that stops before any atomic step leaves keys that the others agree on', () => {
  let stops = 0;
  for (let steps = 0; ; steps++) {
    const memory = fresh();
    const [stopped, one, other] = [opened(memory), opened(memory), opened(memory)];
    // At this second the key before the present one is dead and must be replaced.
    for (let second = 0; second < 61; second++) protect(one, second);
    if (!stoppedAfter(steps, () => protect(stopped, 61))) break;
    stops++;
    for (const second of [61, 62, 122, 123, 183, 184]) {
      expect(other.unprotect(protect(one, second), noBytes, now + 1000 * second)).toEqual(utf8('x'));
      expect(one.unprotect(protect(other, second), noBytes, now + 1000 * second)).toEqual(utf8('x'));
    }
  }
  expect(stops).toBeGreaterThan(50);
});

test('eight threads that start and rotate at once have the same keys', { timeout: 60_000 }, async () => {
  const memory = fresh();
  const gate = { memory: new SharedArrayBuffer(8), threads: 8 };
  const times = Array.from({ length: 400 }, (_, index) => now + 1000 * 40 * index);
  const threads = Array.from({ length: 8 }, () => thread({ kind: 'names', memory, gate, times }));
  const answers = await Promise.all(threads.map((one) => answer<readonly string[]>(one)));
  // While a key gives way a thread may still seal under the one before: every ticket is under one of two.
  const kinds = times.map((_, index) => new Set(answers.map((names) => names[index])));
  expect(Math.max(...kinds.map((names) => names.size))).toBeLessThanOrEqual(2);
  expect(kinds.some((names) => names.has('none'))).toBe(false);
  expect(new Set(answers.flat()).size).toBeGreaterThan(100);
});

test('a key seals no more values than it may in one thread', () => {
  const memory = fresh();
  const aead = node.aeads['aes-256-gcm'];
  const keys = sharedMemoryTicketKeys({ memory, aead, random: node.random, lifetime, sealsPerKey: 2 });
  const sealed = Array.from({ length: 5 }, () => keys.protect(noBytes, noBytes, now) !== undefined);
  // The first key gives way at its second use.
  expect(sealed).toEqual([true, true, true, false, false]);
});

test('destroying forgets one thread’s copies and nothing else', () => {
  const memory = fresh();
  const [one, other] = [opened(memory), opened(memory)];
  const sealed = protect(one, 0);
  one.destroy();
  expect(other.unprotect(sealed, noBytes, now)).toEqual(utf8('x'));
  expect(one.unprotect(sealed, noBytes, now)).toEqual(utf8('x'));
});

test('an AEAD with longer keys than the memory holds is misuse', () => {
  const aead = { ...node.aeads['aes-256-gcm'], keyLength: 64 };
  const make = (): TicketKeys =>
    sharedMemoryTicketKeys({ memory: fresh(), aead, random: node.random, lifetime });
  expect(make).toThrow(expect.objectContaining({ code: 'aead-unsuitable' }));
});

const fresh = (): SharedArrayBuffer => new SharedArrayBuffer(small);

function opened(memory: SharedArrayBuffer, seconds: number = lifetime): TicketKeys {
  const aead = node.aeads['aes-256-gcm'];
  return sharedMemoryTicketKeys({ memory, aead, random: node.random, lifetime: seconds });
}

function protect(keys: TicketKeys, second: number): Bytes {
  return keys.protect(utf8('x'), noBytes, now + 1000 * second) as Bytes;
}

/** Whether any of a key's eight words stands anywhere in the memory, in either byte order. */
function contains(memory: SharedArrayBuffer, key: Bytes): boolean {
  const view = new DataView(key.buffer, key.byteOffset, key.length);
  const words = new Int32Array(memory);
  return Array.from({ length: 8 }, (_, index) => view.getInt32(4 * index)).some((word) =>
    words.includes(word),
  );
}
