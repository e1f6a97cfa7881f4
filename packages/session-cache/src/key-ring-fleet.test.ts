import { node } from '@tlsmith/crypto/node';
import { serverSession13, sessionTime } from '@tlsmith/testkit';
import { type Awaitable, type Bytes, equal, noBytes, toHex, utf8 } from '@tlsmith/types';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeKeyRing, encodeKeyRing, type FleetKey } from './key-ring-document.ts';
import { type FleetTicketKeys, fleetTicketKeys, type KeyRingSource } from './key-ring-fleet.ts';
import { sharedTicketKeys } from './ticket.ts';

const aead = node.aeads['aes-256-gcm'];
const { random } = node;
const start = sessionTime;
const hour = 3_600_000;
const minute = 60_000;

test('a process that comes later opens what others sealed, as soon as it has looked', () => {
  const source = inMemory();
  const [one, other] = [member(source), member(source)];
  expect(one.protect(utf8('x'), noBytes, start)).toBeUndefined();
  refreshed(one, start);
  const sealed = one.protect(utf8('x'), noBytes, start) as Bytes;
  expect(other.unprotect(sealed, noBytes, start)).toBeUndefined();
  refreshed(other, start + 2000);
  expect(other.unprotect(sealed, noBytes, start + 2000)).toEqual(utf8('x'));
});

test('the next key is introduced before it seals, so that nobody gets a ticket under a key he has not', () => {
  const source = inMemory();
  const members = Array.from({ length: 5 }, () => member(source));
  let second = 0;
  let sealed = 0;
  // Each looks every ten seconds, at a moment of its own, for a day.
  for (; second < 86_400; second += 2) {
    const now = start + 1000 * second;
    refreshed(members[(second / 2) % 5] as FleetTicketKeys, now);
    if (second < 10) continue;
    const ticket = members[second % 5]?.protect(utf8('x'), noBytes, now) as Bytes;
    if (second % 60 === 0) {
      expect(members.map((one) => one.unprotect(ticket, noBytes, now) !== undefined)).toEqual(
        Array(5).fill(true),
      );
    }
    sealed++;
  }
  expect(sealed).toBeGreaterThan(40_000);
  expect(decodeKeyRing(source.held as Bytes)?.length).toBeLessThanOrEqual(4);
});

test('each key is introduced, seals, opens, and is gone', () => {
  const source = inMemory();
  const keys = member(source);
  const phases = (at: number): readonly string[] => {
    refreshed(keys, start + at);
    return keys.keys(start + at).map(({ phase }) => phase);
  };
  expect(phases(0)).toEqual(['seals']);
  expect(phases(hour - 2 * minute - 1)).toEqual(['seals']);
  expect(phases(hour - 2 * minute)).toEqual(['seals', 'introduced']);
  expect(phases(hour - 1)).toEqual(['seals', 'introduced']);
  expect(phases(hour)).toEqual(['opens', 'seals']);
  expect(phases(3 * hour - 1)).toEqual(['opens', 'seals', 'introduced']);
  // Nobody had looked for two hours: the second key goes on until the third has been introduced.
  expect(phases(3 * hour)).toEqual(['seals', 'introduced']);
  expect(phases(3 * hour + minute)).toEqual(['opens', 'seals']);
});

test('a ticket from the previous key resumes, an older one is just not opened', () => {
  const source = inMemory();
  const keys = member(source);
  refreshed(keys, start);
  const sealedAt = start + hour - 1000;
  const ticket = keys.seal(serverSession13({ createdAt: sealedAt, lifetime: 604_800 }), sealedAt) as Bytes;
  const opens = (at: number): boolean => {
    refreshed(keys, start + at);
    return keys.open(ticket, start + at) !== undefined;
  };
  const everyMinute = Array.from({ length: 300 }, (_, index) => opens(hour + index * minute));
  expect(everyMinute.indexOf(false)).toBe(120);
  expect(everyMinute.lastIndexOf(true)).toBe(119);
});

test('a ticket under the previous key is to be renewed, one under a key that is still being introduced is not', () => {
  const source = inMemory();
  const keys = member(source);
  const sealAt = (at: number): Bytes =>
    keys.seal(serverSession13({ createdAt: at, lifetime: 604_800 }), at) as Bytes;
  const renewAt = (ticket: Bytes, at: number): boolean | undefined => keys.open(ticket, at)?.renew;
  refreshed(keys, start);
  const first = sealAt(start);
  refreshed(keys, start + hour - minute);
  // Sealed by a machine whose clock is a minute ahead: to renew it here would put it under the older key.
  const ahead = sealAt(start + hour);
  expect([renewAt(first, start + hour - 1), renewAt(ahead, start + hour - 1)]).toEqual([false, false]);
  expect([renewAt(first, start + hour), renewAt(ahead, start + hour)]).toEqual([true, false]);
});

test('who looks once a day still finds keys that open and seal', () => {
  const source = inMemory();
  const rare = member(source, { rotateEvery: 86_400, lifetime: 86_400 });
  for (let day = 0; day < 5; day++) {
    const now = start + day * 24 * hour;
    refreshed(rare, now);
    const sealed = rare.protect(utf8('x'), noBytes, now) as Bytes;
    expect(rare.unprotect(sealed, noBytes, now + 23 * hour)).toEqual(utf8('x'));
  }
});

test('when two make a key at once, one wins and both have it', () => {
  const source = inMemory();
  const [one, other] = [member(source), member(source)];
  const overtaken: KeyRingSource = {
    ...source,
    replace: (previous, next) => {
      refreshed(other, start);
      return source.replace(previous, next);
    },
  };
  const late = member(overtaken);
  refreshed(late, start);
  refreshed(one, start);
  const names = [one, other, late].map((keys) =>
    keys
      .keys(start)
      .map(({ name }) => toHex(name))
      .join(),
  );
  expect(new Set(names).size).toBe(1);
  const sealed = late.protect(utf8('x'), noBytes, start) as Bytes;
  expect(one.unprotect(sealed, noBytes, start)).toEqual(utf8('x'));
});

test('a source that fails or holds something else is reported, and the known keys go on', () => {
  const source = inMemory();
  const errors: unknown[] = [];
  const keys = member(source, { onError: (error) => errors.push((error as { code?: string }).code) });
  refreshed(keys, start);
  const sealed = keys.protect(utf8('x'), noBytes, start) as Bytes;
  source.held = utf8('not a ring');
  refreshed(keys, start + minute);
  source.fails = true;
  refreshed(keys, start + minute);
  expect(errors).toEqual(['key-ring-foreign', 'source-down']);
  expect(keys.unprotect(sealed, noBytes, start + minute)).toEqual(utf8('x'));
  expect(keys.protect(utf8('x'), noBytes, start + minute)).toBeDefined();
  expect(source.held).toEqual(utf8('not a ring'));
});

test('a source that answers later is asked once at a time, and its rejection is nobody’s', async () => {
  const source = inMemory();
  let reads = 0;
  const later: KeyRingSource = {
    read: async () => (reads++, source.read()),
    replace: async (previous, next) => source.replace(previous, next),
  };
  const errors: unknown[] = [];
  const keys = member(later, { onError: (error) => errors.push(error) });
  const first = keys.refresh(start);
  expect(keys.refresh(start)).toBe(first);
  await first;
  expect(reads).toBe(1);
  expect(keys.protect(utf8('x'), noBytes, start)).toBeDefined();
  source.fails = true;
  await keys.refresh(start + 1);
  await keys.refresh(start + 2);
  expect(errors).toHaveLength(2);
});

test('a ring under keys of the fleet is unreadable in its source, and another fleet leaves it alone', () => {
  const source = inMemory();
  const under = sharedTicketKeys({ aead, random, keys: [{ name: random(16), key: random(32) }] });
  const keys = member(source, { under });
  refreshed(keys, start);
  expect(decodeKeyRing(source.held as Bytes)).toBeUndefined();
  const mate = member(source, { under });
  refreshed(mate, start);
  expect(mate.unprotect(keys.protect(utf8('x'), noBytes, start) as Bytes, noBytes, start)).toEqual(utf8('x'));
  const errors: unknown[] = [];
  const held = source.held;
  const stranger = member(source, { onError: (error) => errors.push((error as { code: string }).code) });
  refreshed(stranger, start);
  expect([errors, source.held]).toEqual([['key-ring-foreign'], held]);
});

test('a key that an operator removes is of no more use after the next look', () => {
  const source = inMemory();
  const keys = member(source);
  refreshed(keys, start);
  const sealed = keys.protect(utf8('x'), noBytes, start) as Bytes;
  source.held = undefined;
  refreshed(keys, start + 2000);
  expect(keys.unprotect(sealed, noBytes, start + 2000)).toBeUndefined();
  expect(keys.protect(utf8('x'), noBytes, start + 2000)).toBeDefined();
});

test('a machine whose clock is a little behind seals with what it has', () => {
  const source = inMemory();
  const [ahead, behind] = [member(source), member(source)];
  refreshed(ahead, start);
  refreshed(behind, start - 30_000);
  const sealed = behind.protect(utf8('x'), noBytes, start - 30_000) as Bytes;
  expect(ahead.unprotect(sealed, noBytes, start)).toEqual(utf8('x'));
});

test('keys that a clock in the far future made are dropped', () => {
  const source = inMemory();
  refreshed(member(source), start + 10_000 * hour);
  const keys = member(source);
  refreshed(keys, start);
  expect(keys.keys(start).map(({ sealFrom }) => sealFrom)).toEqual([start]);
});

test('keys’ bytes are wiped when they are bound', () => {
  const drawn: Bytes[] = [];
  const keys = member(inMemory(), {
    random: (length) => {
      drawn.push(random(length));
      return drawn.at(-1) as Bytes;
    },
  });
  refreshed(keys, start);
  expect(drawn.filter(({ length }) => length === 32)).toEqual([new Uint8Array(32)]);
});

test('destroyed keys open nothing until the next look', () => {
  const keys = member(inMemory());
  refreshed(keys, start);
  const sealed = keys.protect(utf8('x'), noBytes, start) as Bytes;
  keys.destroy();
  expect(keys.unprotect(sealed, noBytes, start)).toBeUndefined();
  refreshed(keys, start);
  expect(keys.unprotect(sealed, noBytes, start)).toEqual(utf8('x'));
});

test('a key seals no more values than it may', () => {
  const keys = member(inMemory(), { sealsPerKey: 1 });
  refreshed(keys, start);
  const sealed = [1, 2].map(() => keys.protect(utf8('x'), noBytes, start) !== undefined);
  expect(sealed).toEqual([true, false]);
});

test('rings survive their encoding, and other bytes are none', () => {
  const bytes = (length: number): fc.Arbitrary<Bytes> =>
    fc.uint8Array({ minLength: length, maxLength: length });
  const time = fc.integer({ min: 0, max: 2 ** 45 });
  const key: fc.Arbitrary<FleetKey> = fc.record({
    name: bytes(16),
    key: bytes(32),
    sealFrom: time,
    sealUntil: time,
    openUntil: time,
  });
  fc.assert(
    fc.property(fc.array(key, { maxLength: 5 }), fc.nat(), (ring, cut) => {
      const encoded = encodeKeyRing(ring);
      expect(decodeKeyRing(encoded)).toEqual(ring);
      expect(decodeKeyRing(encoded.subarray(0, cut % encoded.length))).toBeUndefined();
    }),
  );
});

test.each([
  { rotateEvery: 120 },
  { rotateEvery: Number.NaN },
  { introduction: 0 },
  { rotateEvery: 10, introduction: 5 },
])('times out of range are misuse: %j', (times) => {
  expect(() => member(inMemory(), times)).toThrow(expect.objectContaining({ code: 'rotation-out-of-range' }));
});

interface InMemory extends KeyRingSource {
  held: Bytes | undefined;
  fails: boolean;
}

function inMemory(): InMemory {
  const source: InMemory = {
    held: undefined,
    fails: false,
    read: () => {
      if (source.fails) throw Object.assign(new RangeError('down'), { code: 'source-down' });
      return source.held === undefined ? undefined : new Uint8Array(source.held);
    },
    replace: (previous, next) => {
      const { held } = source;
      const same = held === undefined || previous === undefined ? held === previous : equal(held, previous);
      if (same) source.held = new Uint8Array(next);
      return same;
    },
  };
  return source;
}

function member(
  source: KeyRingSource,
  change: Partial<Parameters<typeof fleetTicketKeys>[0]> = {},
): FleetTicketKeys {
  return fleetTicketKeys({ aead, random, source, lifetime: 7200, rotateEvery: 3600, ...change });
}

/** Looks at once, as sources in memory allow. */
function refreshed(keys: FleetTicketKeys, now: number): void {
  const done: Awaitable<void> = keys.refresh(now);
  expect(done).toBeUndefined();
}
