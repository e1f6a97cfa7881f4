import { createHash } from 'node:crypto';
import { node } from '@tlsmith/crypto/node';
import { issue, makeAuthority, selfSigned } from '@tlsmith/testkit/node';
import { compute } from '@tlsmith/types';
import { expect, test } from 'vitest';
import { parseCertificate } from './certificate.ts';
import { leafUsage } from './leaf-usage.ts';
import { fingerprint, verifyPinnedLeaf } from './pin.ts';

const { certificate, key } = selfSigned({ subject: 'pinned', notAfter: Date.UTC(2021, 0) });
const hex = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const other = fingerprint('certificate', '00'.repeat(32));

test('a leaf is accepted for the fingerprint of its certificate or of its key, whatever else it says', () => {
  const colons = hex(certificate)
    .toUpperCase()
    .replace(/..(?!$)/g, '$&:');
  const byCertificate = compute(
    node,
    verifyPinnedLeaf(certificate, [other, fingerprint('certificate', colons)]),
  );
  expect(byCertificate.leaf.der).toEqual(certificate);
  const byKey = compute(node, verifyPinnedLeaf(certificate, [fingerprint('public-key', hex(key.spki))]));
  expect([byKey.publicKey.spki, byKey.fingerprint.of]).toEqual([key.spki, 'public-key']);
});

test('any other leaf is refused with its own fingerprints', () => {
  const wrongKind = fingerprint('public-key', hex(certificate));
  expect(() => compute(node, verifyPinnedLeaf(certificate, [other, wrongKind]))).toThrowError(
    expect.objectContaining({
      code: 'pin-mismatch',
      facts: { certificate: 'CN=pinned', sha256: hex(certificate), publicKeySha256: hex(key.spki) },
    }),
  );
});

test('a pinned leaf still needs a key that can be used', () => {
  const weak = selfSigned({ subject: 'x', keyType: 'rsa-1024' }).certificate;
  expect(() => compute(node, verifyPinnedLeaf(weak, [fingerprint('certificate', hex(weak))]))).toThrowError(
    expect.objectContaining({ code: 'weak-key' }),
  );
  expect(() => compute(node, verifyPinnedLeaf(new Uint8Array(3), [other]))).toThrowError(
    expect.objectContaining({ code: 'malformed' }),
  );
});

test('no fingerprints, and texts that are none, are misuse', () => {
  expect(() => compute(node, verifyPinnedLeaf(certificate, []))).toThrowError(
    expect.objectContaining({ code: 'no-fingerprint' }),
  );
  for (const text of ['', '00', 'zz'.repeat(32), '00'.repeat(33)]) {
    expect(() => fingerprint('certificate', text)).toThrowError(
      expect.objectContaining({ code: 'not-a-fingerprint' }),
    );
  }
});

const root = makeAuthority({ name: 'Root' });

test.each([
  ['rsa', undefined, true, true],
  ['rsa', ['digitalSignature'], true, false],
  ['rsa', ['keyEncipherment'], false, true],
  ['rsa', [], true, true],
  ['rsa', ['keyAgreement'], false, false],
  ['rsa-pss', [], true, false],
  ['p256', undefined, true, false],
  ['p256', ['keyAgreement'], false, false],
  ['ed25519', [], true, false],
  ['rsa-1024', undefined, false, false],
] as const)(
  'a key of type %s with key usage %o may sign: %s, decrypt: %s',
  (keyType, keyUsage, maySign, mayEncipher) => {
    const leaf = issue(root, { subject: 'x', keyType, ...(keyUsage === undefined ? {} : { keyUsage }) });
    expect(leafUsage(parseCertificate(leaf.certificate))).toEqual({ maySign, mayEncipher });
  },
);
