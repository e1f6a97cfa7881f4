import { createHash } from 'node:crypto';
import { node } from '@tlsmith/crypto/node';
import { crossSign, issue, makeAuthority, selfSigned } from '@tlsmith/testkit/node';
import { compute, isCertificateRejected } from '@tlsmith/types';
import { expect, test } from 'vitest';
import { type TrustAnchor, trustAnchor } from './anchor.ts';
import { parseCertificate } from './certificate.ts';
import { leafUsage } from './leaf-usage.ts';
import { type Fingerprint, fingerprint, verifyPinnedLeaf } from './pin.ts';
import { type ChainRequest, verifyChain } from './verify.ts';

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

const top = makeAuthority({ name: 'Root' });
const between = makeAuthority({ name: 'Between', under: top });
const leaf = issue(between, { subject: 'leaf' });
const anchor = trustAnchor(top.certificate);

function outcome(pins: readonly Fingerprint[], more: Partial<ChainRequest> = {}): string {
  const request = {
    chain: leaf.chain,
    anchors: [anchor],
    at: Date.UTC(2026, 6, 1),
    purpose: 'server',
  } as const;
  try {
    const { path } = compute(node, verifyChain({ ...request, pins, ...more }));
    return `accepted over ${path.length}`;
  } catch (error) {
    if (!isCertificateRejected(error)) throw error;
    return error.code;
  }
}

test.each([
  ['the key of the leaf', leaf.key.spki],
  ['the key of an intermediate', between.key.spki],
  ['the key of the trust anchor', top.key.spki],
])('a path with %s among the pins is accepted (RFC 7469 §2.6)', (_, spki) => {
  expect(outcome([other, fingerprint('public-key', hex(spki))])).toBe('accepted over 2');
});

test('pins of certificates count as well, and a path without any is a pin-mismatch', () => {
  expect(outcome([fingerprint('certificate', hex(between.certificate))])).toBe('accepted over 2');
  expect(outcome([fingerprint('public-key', hex(between.certificate)), other])).toBe('pin-mismatch');
});

test('pins come on top of all other checks', () => {
  const pins = [fingerprint('public-key', hex(leaf.key.spki))];
  expect(outcome(pins, { name: { dns: 'other.example' } })).toBe('wrong-name');
  expect(outcome(pins, { anchors: [] })).toBe('unknown-issuer');
});

test('another path to a pin is found, and a pinned path is preferred to a leaf that is its own anchor', () => {
  const cross = crossSign(between, makeAuthority({ name: 'Other' }), { name: 'Between' }).certificate;
  const pins = [fingerprint('public-key', hex(top.key.spki))];
  expect(outcome(pins, { extraIntermediates: [cross] })).toBe('accepted over 2');
  const anchors = [trustAnchor(leaf.certificate), anchor];
  expect(outcome(pins, { anchors })).toBe('accepted over 2');
  expect(outcome([fingerprint('public-key', hex(leaf.key.spki))], { anchors })).toBe('accepted over 1');
});

test('an anchor that is a name and a key has a key to pin and no certificate', () => {
  const bare: TrustAnchor = { ...anchor, certificate: undefined };
  expect(outcome([fingerprint('public-key', hex(top.key.spki))], { anchors: [bare] })).toBe(
    'accepted over 2',
  );
  expect(outcome([fingerprint('certificate', hex(top.certificate))], { anchors: [bare] })).toBe(
    'pin-mismatch',
  );
});

test('pins that are none are a misuse', () => {
  expect(() => outcome([])).toThrowError(expect.objectContaining({ code: 'no-fingerprint' }));
});
