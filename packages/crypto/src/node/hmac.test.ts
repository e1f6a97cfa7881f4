import crypto, { createHmac, randomBytes } from 'node:crypto';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { hmac } from './hmac.ts';

afterEach(() => void vi.restoreAllMocks());

describe.each(['sha1', 'sha256', 'sha384', 'sha512'] as const)('HMAC with %s (RFC 2104 §2)', (name) => {
  test('is that of OpenSSL for keys and data of every length around its blocks and rooms', () => {
    const lengths = [0, 1, 31, 32, 48, 63, 64, 65, 127, 128, 129, 200];
    for (const keyLength of lengths) {
      for (const dataLength of [...lengths, 511, 512, 513, 2000]) {
        const key = new Uint8Array(randomBytes(keyLength));
        const data = new Uint8Array(randomBytes(dataLength));
        const wanted = createHmac(name, key).update(data).digest('hex');
        expect(Buffer.from(hmac(name, key, data)).toString('hex'), `${keyLength}, ${dataLength}`).toBe(
          wanted,
        );
      }
    }
  });

  test('leaves its arguments as they were and nothing of them in what it keeps', () => {
    const seen: Uint8Array[] = [];
    const { hash } = crypto;
    vi.spyOn(crypto, 'hash').mockImplementation(((
      algorithm: string,
      data: Uint8Array,
      encoding: 'buffer',
    ) => {
      seen.push(data);
      return hash(algorithm, data, encoding);
    }) as typeof crypto.hash);
    const key = new Uint8Array(randomBytes(32));
    const data = new Uint8Array(randomBytes(100));
    const copies = [key.slice(), data.slice()];
    hmac(name, key, data);
    expect([key, data]).toEqual(copies);
    expect(seen).toHaveLength(2);
    for (const input of seen) {
      expect(input.length).toBeGreaterThan(64);
      expect(input).toEqual(new Uint8Array(input.length));
    }
  });
});
