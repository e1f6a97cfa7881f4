import { createHmac, hkdfSync } from 'node:crypto';
import { noble } from '@tlsmith/crypto/noble';
import { node } from '@tlsmith/crypto/node';
import { serverSession13, sessionTime } from '@tlsmith/testkit';
import { type Bytes, toHex } from '@tlsmith/types';
import { expect, test } from 'vitest';
import { ticketFileKey, ticketFileKeys } from './ticket-file.ts';
import type { TicketKeys } from './ticket.ts';

const aead = node.aeads['aes-256-gcm'];
const session = serverSession13();
const file = (length: number, seed: number) => ({
  path: `${seed}.key`,
  content: new Uint8Array(length).map((_, index) => (seed * 31 + index * 7) % 256),
});

test('the first file encrypts and all decrypt, 48 and 80 bytes alike', () => {
  const [a, b, c] = [file(48, 1), file(80, 2), file(80, 3)];
  const ticket = opened(a, b).seal(session, sessionTime) as Bytes;
  expect(toHex(ticket.subarray(0, 16))).toBe(toHex(a.content.subarray(0, 16)));
  expect(opened(b, a).open(ticket, sessionTime)).toMatchObject({ session: { alpn: 'h2' }, renew: true });
  expect(opened(b, c).open(ticket, sessionTime)).toBeUndefined();
});

test.each([48, 80])(
  'the key of %i bytes is HKDF-SHA256 of what follows the name, with the name as salt',
  (length) => {
    const { path, content } = file(length, 9);
    const info = 'tlsmith ticket key file, aes-256-gcm';
    const wanted = hkdfSync('sha256', content.subarray(16), content.subarray(0, 16), info, 32);
    for (const provider of [node, noble]) {
      expect(toHex(ticketFileKey({ path, content }, provider, aead).key)).toBe(toHex(new Uint8Array(wanted)));
    }
  },
);

test('each AEAD has a key of its own, as long as it takes', () => {
  const one = file(80, 1);
  const keys = (['aes-128-gcm', 'aes-256-gcm', 'chacha20-poly1305'] as const).map(
    (name) => ticketFileKey(one, node, node.aeads[name]).key,
  );
  expect(keys.map(({ length }) => length)).toEqual([16, 32, 32]);
  expect(new Set(keys.map((key) => toHex(key.subarray(0, 16)))).size).toBe(3);
});

test('a changed bit anywhere in a file makes another key', () => {
  const ticket = opened(file(80, 1)).seal(session, sessionTime) as Bytes;
  for (let at = 0; at < 80; at++) {
    const changed = file(80, 1);
    changed.content[at] = (changed.content[at] as number) ^ 1;
    expect(opened(changed).open(ticket, sessionTime)).toBeUndefined();
  }
});

test('a ticket that nginx made under the same file is none of ours', () => {
  // OpenSSL's form: name, 16 bytes of IV, AES-CBC, HMAC-SHA256 (RFC 5077 §4).
  const { content } = file(80, 1);
  const body = node.random(160);
  const start = new Uint8Array([...content.subarray(0, 16), ...node.random(16), ...body]);
  const tag = createHmac('sha256', content.subarray(16, 48)).update(start).digest();
  expect(opened(file(80, 1)).open(new Uint8Array([...start, ...tag]), sessionTime)).toBeUndefined();
});

test.each([0, 47, 49, 79, 81, 4096])('a file of %i bytes is refused by its name', (length) => {
  expect(() => opened(file(48, 1), file(length, 2))).toThrow(
    expect.objectContaining({
      code: 'ticket-key-length',
      message: `"2.key" must be 48 or 80 bytes in ssl_session_ticket_key: it has ${length}`,
    }),
  );
});

test('no files and a provider that answers later are misuse', () => {
  expect(() => opened()).toThrow(expect.objectContaining({ code: 'keys-missing' }));
  const later = { hmac: async () => node.random(32) };
  expect(() => ticketFileKey(file(48, 1), later, aead)).toThrow(
    expect.objectContaining({ code: 'hmac-asynchronous' }),
  );
});

function opened(...files: readonly ReturnType<typeof file>[]): TicketKeys {
  return ticketFileKeys({ files, provider: node, aead, random: node.random });
}
