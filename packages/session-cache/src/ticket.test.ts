import { node } from '@tlsmith/crypto/node';
import { serverSession12, serverSession13, sessionTime } from '@tlsmith/testkit';
import { type AeadAlgorithm, type Bytes, concat, noBytes, secret, toHex, utf8 } from '@tlsmith/types';
import { expect, test } from 'vitest';
import { sharedTicketKeys, type TicketKeys, ticketKeys } from './ticket.ts';

const aes256Gcm = node.aeads['aes-256-gcm'];
const aeads = [aes256Gcm, node.aeads['chacha20-poly1305'], node.aeads['aes-128-gcm']];
const { random } = node;
const hour = 3_600_000;

function hourly(change: Partial<Parameters<typeof ticketKeys>[0]> = {}): TicketKeys {
  return ticketKeys({ aead: aes256Gcm, random, lifetime: 3600, rotateEvery: 3600, ...change });
}

function sealed(keys: TicketKeys, now: number = sessionTime): Bytes {
  const ticket = keys.seal(serverSession13({ createdAt: now }), now);
  expect(ticket).toBeDefined();
  return ticket as Bytes;
}

test.each(aeads)('a ticket under $name gives the session back', (aead) => {
  const keys = hourly({ aead });
  for (const session of [
    serverSession13(),
    serverSession12({ extendedMasterSecret: false, alpn: undefined }),
  ]) {
    const opened = keys.open(keys.seal(session, sessionTime) as Bytes, sessionTime);
    const { secret: sealedSecret, ...rest } = session;
    expect(opened).toMatchObject({ session: rest, renew: false });
    expect(opened?.session.secret.use(toHex)).toBe(sealedSecret.use(toHex));
  }
});

test('a ticket is key name, nonce and ciphertext with tag, and shows no part of the secret', () => {
  const keys = hourly();
  const [first, second] = [sealed(keys), sealed(keys)];
  expect(first.subarray(0, 16)).toEqual(second.subarray(0, 16));
  expect(first.subarray(16, 28)).not.toEqual(second.subarray(16, 28));
  expect(toHex(first)).not.toContain('13131313');
});

test.each(aeads)('changing any one byte of a ticket under $name makes it no ticket', (aead) => {
  const keys = hourly({ aead });
  const ticket = sealed(keys);
  for (let at = 0; at < ticket.length; at++) {
    for (const bit of [1, 0x80]) {
      const changed = ticket.slice();
      changed[at] = (changed[at] as number) ^ bit;
      expect(keys.open(changed, sessionTime)).toBeUndefined();
    }
  }
  expect(keys.open(ticket, sessionTime)).toBeDefined();
});

test('a ticket cut at any byte, or with bytes after it, is no ticket', () => {
  const keys = hourly();
  const ticket = sealed(keys);
  for (let length = 0; length < ticket.length; length++) {
    expect(keys.open(ticket.subarray(0, length), sessionTime)).toBeUndefined();
  }
  expect(keys.open(concat(ticket, Uint8Array.of(0)), sessionTime)).toBeUndefined();
});

test('well-sealed bytes that are no session are no ticket', () => {
  const keys = hourly();
  for (const content of [noBytes, utf8('something else'), new Uint8Array(300)]) {
    expect(keys.open(keys.protect(content, noBytes, sessionTime) as Bytes, sessionTime)).toBeUndefined();
  }
});

test('a ticket of another process is no ticket', () => {
  expect(hourly().open(sealed(hourly()), sessionTime)).toBeUndefined();
});

test('a ticket opens up to, and not at, the millisecond at which its session ends', () => {
  const keys = hourly();
  const ticket = sealed(keys);
  expect(keys.open(ticket, sessionTime + hour - 1)).toBeDefined();
  expect(keys.open(ticket, sessionTime + hour)).toBeUndefined();
});

test('a session that is over is not sealed', () => {
  expect(hourly().seal(serverSession13({ lifetime: 5 }), sessionTime + 5000)).toBeUndefined();
});

test('what is bound to one thing does not open as another', () => {
  const keys = hourly();
  const bound = keys.protect(utf8('content'), utf8('a'), sessionTime) as Bytes;
  expect(keys.unprotect(bound, utf8('a'), sessionTime)).toEqual(utf8('content'));
  for (const other of [noBytes, utf8('b'), utf8('aa')]) {
    expect(keys.unprotect(bound, other, sessionTime)).toBeUndefined();
  }
});

test('the key name is bound too: under another name of the same key nothing opens', () => {
  const [first, second] = [sharedKey(1), { ...sharedKey(1), name: sharedKey(2).name }];
  const keys = sharedTicketKeys({ aead: aes256Gcm, random, keys: [first, second] });
  const ticket = sealed(keys);
  expect(keys.open(ticket, sessionTime)).toBeDefined();
  ticket.set(second.name);
  expect(keys.open(ticket, sessionTime)).toBeUndefined();
});

test('an AEAD is never given less than a tag', () => {
  const bind: AeadAlgorithm['bind'] = (bytes) => {
    const key = aes256Gcm.bind(bytes);
    return {
      seal: (...parts) => key.seal(...parts),
      open: (nonce, additional, ciphertext) => {
        expect(ciphertext.length).toBeGreaterThanOrEqual(16);
        return key.open(nonce, additional, ciphertext);
      },
      destroy: () => key.destroy(),
    };
  };
  const keys = hourly({ aead: { ...aes256Gcm, bind } });
  const ticket = sealed(keys);
  for (let length = 0; length < 60; length++) {
    expect(keys.open(ticket.subarray(0, length), sessionTime)).toBeUndefined();
  }
});

test('a session too big for a ticket gets none (RFC 9846 §4.7.1: opaque ticket<1..2^16-1>)', () => {
  const keys = hourly();
  const sized = (length: number): Bytes | undefined =>
    keys.seal(serverSession13({ peerChain: [new Uint8Array(length)] }), sessionTime);
  const overhead = (sized(1000) as Bytes).length - 1000;
  expect(sized(65_535 - overhead)?.length).toBe(65_535);
  expect(sized(65_536 - overhead)).toBeUndefined();
});

test('processes with the same keys open each other’s tickets, and rotation by hand keeps old ones', () => {
  const [first, second] = [sharedKey(1), sharedKey(2)];
  const shared = (...keys: (typeof first)[]): TicketKeys =>
    sharedTicketKeys({ aead: aes256Gcm, random, keys });
  const ticket = sealed(shared(first));
  expect(toHex(ticket.subarray(0, 16))).toBe('01'.repeat(16));
  expect(shared(first, second).open(ticket, sessionTime)).toBeDefined();
  expect(shared(second, first).open(ticket, sessionTime)).toBeDefined();
  expect(shared(second).open(ticket, sessionTime)).toBeUndefined();
  expect(toHex(sealed(shared(second, first)).subarray(0, 16))).toBe('02'.repeat(16));
});

test('of keys that are given, a ticket under any but the first is to be renewed (RFC 5077 §3.3)', () => {
  const [first, second, third] = [sharedKey(1), sharedKey(2), sharedKey(3)];
  const shared = (...keys: (typeof first)[]): TicketKeys =>
    sharedTicketKeys({ aead: aes256Gcm, random, keys });
  const ticket = sealed(shared(first));
  const renew = (...keys: (typeof first)[]): unknown => shared(...keys).open(ticket, sessionTime)?.renew;
  expect([renew(first), renew(first, second), renew(second, first), renew(third, second, first)]).toEqual([
    false,
    false,
    true,
    true,
  ]);
});

test('a shared key that may seal no more gives no tickets and still opens them', () => {
  const keys = sharedTicketKeys({ aead: aes256Gcm, random, keys: [sharedKey(1)], sealsPerKey: 1 });
  const ticket = sealed(keys);
  expect(keys.seal(serverSession13(), sessionTime)).toBeUndefined();
  expect(keys.open(ticket, sessionTime)).toBeDefined();
});

test.each<[string, () => unknown]>([
  ['rotation-out-of-range', () => hourly({ rotateEvery: 0 })],
  ['rotation-out-of-range', () => hourly({ rotateEvery: Number.NaN })],
  ['aead-unsuitable', () => hourly({ aead: { ...aes256Gcm, nonceLength: 8 } })],
  ['keys-missing', () => sharedTicketKeys({ aead: aes256Gcm, random, keys: [] })],
  [
    'key-length',
    () => sharedTicketKeys({ aead: aes256Gcm, random, keys: [{ ...sharedKey(1), key: random(16) }] }),
  ],
  [
    'key-length',
    () => sharedTicketKeys({ aead: aes256Gcm, random, keys: [{ ...sharedKey(1), name: random(15) }] }),
  ],
])('%s is misuse', (code, make) => {
  expect(make).toThrow(expect.objectContaining({ code }));
});

test('sealing leaves the secret to its owner', () => {
  const held = secret('psk', new Uint8Array(32).fill(9));
  const ticket = hourly().seal(serverSession13({ secret: held }), sessionTime);
  expect(ticket).toBeDefined();
  expect(held.use(toHex)).toBe('09'.repeat(32));
});

function sharedKey(n: number): { readonly name: Bytes; readonly key: Bytes } {
  return { name: new Uint8Array(16).fill(n), key: new Uint8Array(32).fill(n) };
}
