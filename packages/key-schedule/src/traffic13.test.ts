import { createHmac } from 'node:crypto';
import { node } from '@tlsmith/crypto/node';
import {
  type Bytes,
  compute,
  fromHex,
  noBytes,
  type Secret,
  secret,
  sha256,
  sha384,
  suites,
  toHex,
} from '@tlsmith/types';
import { expect, test } from 'vitest';
import { rfc9001 } from '@tlsmith/testkit/node';
import { hkdfExpandLabel, hkdfExtract } from './hkdf.ts';
import { nextQuicTrafficSecret, nextTrafficSecret, quicTrafficKeys, trafficKeys } from './traffic13.ts';

const aes128 = suites.TLS_AES_128_GCM_SHA256;

test('RFC 9001 A.1: the initial keys of both sides follow from the connection ID', () => {
  const vector = rfc9001();
  const initial = compute(node, hkdfExtract(sha256, vector.initialSalt, vector.connectionId));
  expect(toHex(initial)).toBe(toHex(vector.initialSecret));
  for (const side of ['client', 'server'] as const) {
    const traffic = compute(node, hkdfExpandLabel(sha256, initial, `${side} in`, noBytes, 32));
    expect(toHex(traffic)).toBe(toHex(vector[side].secret));
    const { key, iv, hp } = compute(node, quicTrafficKeys(aes128, secret('traffic', traffic)));
    expect([hex(key), toHex(iv), hex(hp)]).toEqual([
      toHex(vector[side].key),
      toHex(vector[side].iv),
      toHex(vector[side].hp),
    ]);
  }
});

test('RFC 9001 A.5: keys for ChaCha20-Poly1305 and the secret after a key update', () => {
  const { chacha20 } = rfc9001();
  const traffic = secret('traffic', chacha20.secret);
  const { key, iv, hp } = compute(node, quicTrafficKeys(suites.TLS_CHACHA20_POLY1305_SHA256, traffic));
  expect([hex(key), toHex(iv), hex(hp)]).toEqual([
    toHex(chacha20.key),
    toHex(chacha20.iv),
    toHex(chacha20.hp),
  ]);
  expect(hex(compute(node, nextQuicTrafficSecret(sha256, traffic)))).toBe(toHex(chacha20.ku));
});

test('a key update is HKDF-Expand-Label with "traffic upd" and no context (RFC 9846 §7.2)', () => {
  for (const hash of [sha256, sha384]) {
    const old = new Uint8Array(hash.length).fill(7);
    const info = Uint8Array.of(0, hash.length, 17, ...Buffer.from('tls13 traffic upd'), 0, 1);
    const next = compute(node, nextTrafficSecret(hash, secret('traffic', old)));
    expect(hex(next)).toBe(createHmac(hash.name, old).update(info).digest('hex'));
    expect(JSON.stringify(next)).toBe('"[secret traffic]"');
  }
});

test('every TLS 1.3 suite has keys as long as its AEAD asks and an IV of 12 bytes (RFC 9846 §7.3)', () => {
  const lengths = Object.values(suites)
    .filter((suite) => suite.version === 'tls13')
    .map((suite) => {
      const traffic = secret('traffic', new Uint8Array(suite.hash.length).fill(1));
      const { key, iv } = compute(node, trafficKeys(suite, traffic));
      return [suite.name, key.length, iv.length];
    });
  expect(lengths).toEqual([
    ['TLS_AES_128_GCM_SHA256', 16, 12],
    ['TLS_AES_256_GCM_SHA384', 32, 12],
    ['TLS_CHACHA20_POLY1305_SHA256', 32, 12],
  ]);
});

test("a secret of another suite's hash is misuse", () => {
  const traffic = secret('traffic', fromHex('01'.repeat(32)));
  expect(() => compute(node, trafficKeys(suites.TLS_AES_256_GCM_SHA384, traffic))).toThrow('key of 48 bytes');
});

function hex(value: Secret | Bytes): string {
  return value instanceof Uint8Array ? toHex(value) : value.use(toHex);
}
