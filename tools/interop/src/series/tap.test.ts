import { node } from '@tlsmith/crypto/node';
import { makeKey } from '@tlsmith/testkit/node';
import { expect, test } from 'vitest';
import { integersOf, tapped } from './tap.ts';

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const key = makeKey('p256');
const content = bytes('00');

/** A provider whose secret and whose signature are these; it finds every signature good. */
const fixed = (secret: Uint8Array, signature: Uint8Array): typeof node => ({
  ...node,
  groups: {
    ...node.groups,
    x25519: { ...node.groups.x25519, respond: (share) => ({ share, secret }), finish: () => secret },
  },
  verify: () => true,
  importSigningKey: (pkcs8) => {
    const { type, bits, spki } = node.importSigningKey(pkcs8);
    return { type, bits, spki, sign: () => signature };
  },
});

const ecdsa = (r: string, s: string): Uint8Array => {
  const integers = [r, s].map((hex) => `02${(hex.length / 2).toString(16).padStart(2, '0')}${hex}`).join('');
  return bytes(`30${(integers.length / 2).toString(16)}${integers}`);
};
const full = '7f'.repeat(32);
const padded = `00${'80'.repeat(32)}`;
const short = '7f'.repeat(31);

test('r and s of an ECDSA signature lose the zero byte that DER puts before a high bit', () => {
  expect(integersOf(ecdsa(padded, short)).map(({ length }) => length)).toEqual([32, 31]);
});

test.each([
  ['full r and s', full, full, 0],
  ['DER padding of both', padded, padded, 0],
  ['a short r', short, padded, 1],
  ['a short s', padded, short, 1],
  ['a short r with DER padding', `00${'80'.repeat(31)}`, full, 1],
])('an ECDSA signature with %s', (_, r, s, zero) => {
  const { provider, counts } = tapped(fixed(content, ecdsa(r, s)), key.spki);
  provider.importSigningKey(key.privateKeyPem).sign('ecdsa-sha256', content);
  expect(counts).toMatchObject({ signatures: 1, zeroSignatures: zero });
});

test('an RSA signature counts by its first byte', () => {
  const { provider, counts } = tapped(node, key.spki);
  const rsa = makeKey('rsa');
  const signer = provider.importSigningKey(rsa.privateKeyPem);
  let zero = 0;
  for (let number = 0; number < 50; number++) {
    if (signer.sign('rsa-pss-sha256', Uint8Array.of(number))[0] === 0) zero++;
  }
  expect(counts).toMatchObject({ signatures: 50, zeroSignatures: zero });
  const planted = tapped(fixed(content, bytes('00ff')), key.spki);
  planted.provider.importSigningKey(key.privateKeyPem).sign('rsa-pss-sha256', content);
  expect(planted.counts.zeroSignatures).toBe(1);
});

test('only good signatures of the named key count', () => {
  const { provider, counts } = tapped(node, key.spki);
  const signer = node.importSigningKey(key.privateKeyPem);
  const signature = signer.sign('ecdsa-sha256', content);
  const publicKey = { type: 'p256', bits: 256, spki: key.spki, key: key.spki.slice(-65) } as const;
  expect(provider.verify('ecdsa-sha256', publicKey, content, signature)).toBe(true);
  expect(provider.verify('ecdsa-sha256', publicKey, bytes('01'), signature)).toBe(false);
  const other = makeKey('p256').spki;
  provider.verify('ecdsa-sha256', { ...publicKey, spki: other, key: other.slice(-65) }, content, signature);
  expect(counts.signatures).toBe(1);
});

test.each([
  ['00ff', 1],
  ['ff00', 0],
])('a secret %s counts in both roles', (secret, zero) => {
  const { provider, counts } = tapped(fixed(bytes(secret), content), key.spki);
  provider.groups.x25519.respond(content);
  const { key: own } = provider.groups.x25519.begin();
  provider.groups.x25519.finish(own, content);
  expect(counts).toMatchObject({ secrets: 2, zeroSecrets: 2 * zero });
});
