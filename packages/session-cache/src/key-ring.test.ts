import { node } from '@tlsmith/crypto/node';
import { serverSession13, sessionTime } from '@tlsmith/testkit';
import { type AeadAlgorithm, type AeadKey, type Bytes, noBytes, toHex, utf8 } from '@tlsmith/types';
import { expect, test } from 'vitest';
import { type TicketKeys, ticketKeys } from './ticket.ts';

const aes256Gcm = node.aeads['aes-256-gcm'];
const { random } = node;
const hour = 3_600_000;

test('after rotateEvery another key seals, and the old one opens until its last session ends', () => {
  const keys = hourly();
  const nameAt = (now: number): string => toHex(sealed(keys, now).subarray(0, 16));
  const first = nameAt(sessionTime);
  expect(nameAt(sessionTime + hour - 1)).toBe(first);
  const last = sealed(keys, sessionTime + hour - 1);
  expect(nameAt(sessionTime + hour)).not.toBe(first);
  expect(keys.open(last, sessionTime + 2 * hour - 2)).toBeDefined();
  expect(keys.open(last, sessionTime + 2 * hour - 1)).toBeUndefined();
});

test('a ticket is to be renewed from the moment at which another key would seal (RFC 5077 §3.3)', () => {
  const keys = hourly();
  sealed(keys);
  const ticket = sealed(keys, sessionTime + hour - 1);
  const renewAt = (one: Bytes, now: number): boolean | undefined => keys.open(one, now)?.renew;
  expect(renewAt(ticket, sessionTime + hour - 1)).toBe(false);
  // Nothing has been sealed since: the next key is not even made.
  expect(renewAt(ticket, sessionTime + hour)).toBe(true);
  const renewed = sealed(keys, sessionTime + hour);
  expect([ticket, renewed].map((one) => renewAt(one, sessionTime + hour))).toEqual([true, false]);
});

test('a key is destroyed at the millisecond at which it is of no more use', () => {
  const { aead, destroyed } = observed();
  const keys = hourly({ aead, lifetime: 1800 });
  const content = keys.protect(utf8('x'), noBytes, sessionTime) as Bytes;
  const end = sessionTime + hour + hour / 2;
  expect(keys.unprotect(content, noBytes, end - 1)).toEqual(utf8('x'));
  expect(destroyed).toEqual([]);
  expect(keys.unprotect(content, noBytes, end)).toBeUndefined();
  expect(destroyed).toEqual([0]);
});

test('over a long time as many keys are kept as lifetime and rotation ask for', () => {
  const { aead, destroyed } = observed();
  const keys = hourly({ aead, lifetime: 7200 });
  const tickets: Bytes[] = [];
  for (let n = 0; n < 20; n++)
    tickets.push(keys.protect(utf8('x'), noBytes, sessionTime + n * hour) as Bytes);
  expect(destroyed).toEqual(Array.from({ length: 17 }, (_, index) => index));
  const open = tickets.map(
    (ticket) => keys.unprotect(ticket, noBytes, sessionTime + 19 * hour) !== undefined,
  );
  expect(open.lastIndexOf(false)).toBe(16);
});

test('a clock that was set back does not keep a key from the future sealing', () => {
  const keys = hourly();
  const future = toHex(sealed(keys, sessionTime + 1000 * hour).subarray(0, 16));
  expect(toHex(sealed(keys).subarray(0, 16))).not.toBe(future);
  const steppedBack = hourly();
  const name = toHex(sealed(steppedBack).subarray(0, 16));
  expect(toHex(sealed(steppedBack, sessionTime - 60_000).subarray(0, 16))).toBe(name);
});

test('lifetimes above seven days do not keep keys longer', () => {
  const { aead, destroyed } = observed();
  const keys = hourly({ aead, lifetime: 10_000_000 });
  expect(keys.protect(utf8('x'), noBytes, sessionTime)).toBeDefined();
  expect(keys.unprotect(noBytes, noBytes, sessionTime + hour + 604_800_000)).toBeUndefined();
  const before = [...destroyed];
  expect(keys.protect(utf8('x'), noBytes, sessionTime + hour + 604_800_000)).toBeDefined();
  expect([before, destroyed]).toEqual([[], [0]]);
});

test('a key seals no more values than it may, then another one does', () => {
  const keys = hourly({ sealsPerKey: 3 });
  const names = Array.from({ length: 7 }, () => toHex(sealed(keys).subarray(0, 16)));
  expect(names.map((name) => names.indexOf(name))).toEqual([0, 0, 0, 3, 3, 3, 6]);
});

test('the bytes that a key was made of are overwritten', () => {
  const drawn: Bytes[] = [];
  const keys = hourly({
    random: (length) => {
      drawn.push(random(length));
      return drawn.at(-1) as Bytes;
    },
  });
  expect(keys.protect(utf8('x'), noBytes, sessionTime)).toBeDefined();
  const [material] = drawn.filter((bytes) => bytes.length === 32);
  expect(material).toEqual(new Uint8Array(32));
});

test('no two values are sealed under the same nonce', () => {
  const keys = hourly();
  const nonces = Array.from({ length: 1000 }, () => toHex(sealed(keys).subarray(16, 28)));
  expect(new Set(nonces).size).toBe(1000);
});

test('destroyed keys open nothing and go on with a new key', () => {
  const keys = hourly();
  const ticket = sealed(keys);
  keys.destroy();
  expect(keys.open(ticket, sessionTime)).toBeUndefined();
  expect(keys.open(sealed(keys), sessionTime)).toBeDefined();
});

function hourly(change: Partial<Parameters<typeof ticketKeys>[0]> = {}): TicketKeys {
  return ticketKeys({ aead: aes256Gcm, random, lifetime: 3600, rotateEvery: 3600, ...change });
}

function sealed(keys: TicketKeys, now: number = sessionTime): Bytes {
  const ticket = keys.seal(serverSession13({ createdAt: now }), now);
  expect(ticket).toBeDefined();
  return ticket as Bytes;
}

/** An AEAD whose keys say, by number, when they are destroyed. */
function observed(): { readonly aead: AeadAlgorithm; readonly destroyed: number[] } {
  const destroyed: number[] = [];
  let count = 0;
  const bind = (bytes: Bytes): AeadKey => {
    const key = aes256Gcm.bind(bytes);
    const number = count++;
    return {
      seal: (...parts) => key.seal(...parts),
      open: (...parts) => key.open(...parts),
      destroy: () => {
        destroyed.push(number);
        key.destroy();
      },
    };
  };
  return { aead: { ...aes256Gcm, bind }, destroyed };
}
