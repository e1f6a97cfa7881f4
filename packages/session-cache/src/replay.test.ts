import { node } from '@tlsmith/crypto/node';
import { serverSession13, sessionTime } from '@tlsmith/testkit';
import { type Bytes, noBytes } from '@tlsmith/types';
import { expect, test } from 'vitest';
import { memoryStore } from './memory.ts';
import { type ReplayGuard, replayGuard } from './replay.ts';
import { sharedMemoryStore } from './shared-memory.ts';
import type { SessionStore } from './store.ts';
import { sharedTicketKeys } from './ticket.ts';

const now = sessionTime;
const ticket = node.random(180);
const session = serverSession13({ ticketAgeAdd: 7 });
const hello = (age: number) => ({ session, obfuscatedTicketAge: age + 7 });

test('early data under a ticket is taken once (RFC 9846 §8.1)', () => {
  const guard = made(memoryStore<Bytes>({ capacity: 10 }));
  expect(guard.admit(ticket, session, now)).toBeUndefined();
  expect([guard.accept(ticket, hello(5), now + 5), guard.accept(ticket, hello(5), now + 5)]).toEqual([
    true,
    false,
  ]);
});

test('a ticket that nobody admitted has no early data', () => {
  expect(made(memoryStore<Bytes>({ capacity: 10 })).accept(ticket, hello(5), now + 5)).toBe(false);
});

test('a stale hello is refused and does not use the ticket up (RFC 9846 §8.3)', () => {
  const guard = made(memoryStore<Bytes>({ capacity: 10 }));
  expect(guard.admit(ticket, session, now)).toBeUndefined();
  expect(guard.accept(ticket, hello(60_000), now + 70_001)).toBe(false);
  expect(guard.accept(ticket, hello(60_000), now + 49_999)).toBe(false);
  expect(guard.accept(ticket, hello(60_000), now + 69_999)).toBe(true);
});

test('the window can be narrower', () => {
  const guard = made(memoryStore<Bytes>({ capacity: 10 }), { window: 100 });
  expect(guard.admit(ticket, session, now)).toBeUndefined();
  expect(guard.accept(ticket, hello(0), now + 101)).toBe(false);
  expect(guard.accept(ticket, hello(0), now + 100)).toBe(true);
});

test('a session that is over has no early data', () => {
  const guard = made(memoryStore<Bytes>({ capacity: 10 }));
  expect(guard.admit(ticket, session, now)).toBeUndefined();
  expect(guard.accept(ticket, hello(3_600_000), now + 3_600_000)).toBe(false);
});

test('a store that forgets makes early data be refused, never be taken twice', () => {
  const guard = made(memoryStore<Bytes>({ capacity: 1 }));
  const other = node.random(180);
  expect([guard.admit(ticket, session, now), guard.admit(other, session, now)]).toEqual([
    undefined,
    undefined,
  ]);
  expect([guard.accept(ticket, hello(0), now), guard.accept(other, hello(0), now)]).toEqual([false, true]);
});

test('servers that share memory take early data once between them', () => {
  const memory = new SharedArrayBuffer(32_768);
  const [one, other] = [made(sharedMemoryStore(memory, node)), made(sharedMemoryStore(memory, node))];
  expect(one.admit(ticket, session, now)).toBeUndefined();
  expect([other.accept(ticket, hello(0), now), one.accept(ticket, hello(0), now)]).toEqual([true, false]);
});

test('a note that somebody else put into the store is none', () => {
  const keys = sharedTicketKeys({
    aead: node.aeads['aes-256-gcm'],
    random: node.random,
    keys: [{ name: node.random(16), key: node.random(32) }],
  });
  const store = memoryStore<Bytes>({ capacity: 10 });
  const forged = made(store);
  const guard = made(store, { keys });
  expect(forged.admit(ticket, session, now)).toBeUndefined();
  expect(guard.accept(ticket, hello(0), now)).toBe(false);
  expect(guard.admit(ticket, session, now)).toBeUndefined();
  expect(guard.accept(ticket, hello(0), now)).toBe(true);
});

test('a store that fails refuses early data and is reported', async () => {
  const errors: unknown[] = [];
  const down = async (): Promise<undefined> => {
    throw new RangeError('down');
  };
  const guard = made({ get: down, put: down, take: down }, { onError: (error) => errors.push(error) });
  await guard.admit(ticket, session, now);
  await expect(guard.accept(ticket, hello(0), now)).resolves.toBe(false);
  expect(errors).toHaveLength(2);
});

test('keys that may seal no more admit nothing', () => {
  const spent = sharedTicketKeys({
    aead: node.aeads['aes-256-gcm'],
    random: node.random,
    keys: [{ name: node.random(16), key: node.random(32) }],
    sealsPerKey: 0,
  });
  const guard = made(memoryStore<Bytes>({ capacity: 10 }), { keys: spent });
  expect(guard.admit(noBytes, session, now)).toBeUndefined();
  expect(guard.accept(noBytes, hello(0), now)).toBe(false);
});

function made(store: SessionStore, change: Partial<Parameters<typeof replayGuard>[0]> = {}): ReplayGuard {
  return replayGuard({ store, provider: node, ...change });
}
