import type { SynchronousProvider } from '@tlsmith/crypto';
import { noble } from '@tlsmith/crypto/noble';
import { node } from '@tlsmith/crypto/node';
import { bitString, nothing, oid, sequence } from '@tlsmith/testkit';
import { issue, makeAuthority, makeKey, type TestKey } from '@tlsmith/testkit/node';
import { compute, isCertificateRejected, type MlDsa } from '@tlsmith/types';
import { expect, test } from 'vitest';
import { trustAnchor } from './anchor.ts';
import { parseCertificate } from './certificate.ts';
import { leafUsage } from './leaf-usage.ts';
import { brokenRule } from './profile.ts';
import { type ChainRequest, verifyChain } from './verify.ts';

const lengths: readonly [MlDsa, string, number][] = [
  ['ml-dsa-44', '2.16.840.1.101.3.4.3.17', 1312],
  ['ml-dsa-65', '2.16.840.1.101.3.4.3.18', 1952],
  ['ml-dsa-87', '2.16.840.1.101.3.4.3.19', 2592],
];
const isAbsent = !node.supports.verify.includes('ml-dsa-44');
if (isAbsent)
  console.log(`left out: signatures of ML-DSA, which node:crypto of Node ${process.version} lacks`);

function spkiOf(identifier: string, length: number, ...parameters: readonly Uint8Array[]): Uint8Array {
  const algorithm = sequence(oid(identifier), ...parameters);
  return sequence(algorithm, bitString(new Uint8Array(length)));
}

function leafWith(spki: Uint8Array, more: Partial<Parameters<typeof issue>[1]> = {}) {
  const key: TestKey = { ...makeKey('p256'), spki };
  return parseCertificate(
    issue(makeAuthority({ name: 'Root' }), { subject: 'leaf', key, ...more }).certificate,
  );
}

test.each(lengths)('a key of %s is read as its raw bytes (RFC 9881 §4)', (type, identifier, length) => {
  const leaf = leafWith(spkiOf(identifier, length));
  expect([leaf.publicKey.type, leaf.publicKey.key.length]).toEqual([type, length]);
  expect(leafUsage(leaf)).toEqual({ maySign: true, mayEncipher: false });
});

test.each(lengths)(
  'a key of %s of another length, or with parameters, is of no use',
  (_, identifier, length) => {
    for (const spki of [spkiOf(identifier, length - 1), spkiOf(identifier, length, nothing)]) {
      expect(leafWith(spki).publicKey).toMatchObject({
        type: 'unusable',
        reason: { code: 'unsupported-key' },
      });
    }
  },
);

test.each([
  [['digitalSignature'], undefined],
  [['nonRepudiation'], undefined],
  [['digitalSignature', 'keyAgreement'], 'ML-DSA key for signatures alone'],
  [['keyEncipherment'], 'ML-DSA key for signatures alone'],
] as const)('keyUsage %j of a key of ML-DSA in the strict profiles (RFC 9881 §5)', (keyUsage, rule) => {
  const leaf = leafWith(spkiOf('2.16.840.1.101.3.4.3.17', 1312), { keyUsage });
  const context = { part: 'leaf', publicSuffix: undefined } as const;
  expect(brokenRule(leaf, 'rfc5280', context)?.rule).toBe(rule);
});

function outcome(request: ChainRequest, provider: SynchronousProvider): string {
  try {
    return compute(provider, verifyChain(request)).publicKey.type;
  } catch (error) {
    if (!isCertificateRejected(error)) throw error;
    return error.code;
  }
}

test('where the provider lacks it, a chain of ML-DSA is unsupported and no misuse', () => {
  // Named so and signed otherwise, since not every Node can make such a key.
  const key: TestKey = {
    ...makeKey('ed25519'),
    type: 'ml-dsa-44',
    spki: spkiOf('2.16.840.1.101.3.4.3.17', 1312),
  };
  const root = makeAuthority({ name: 'Root', key });
  const request: ChainRequest = {
    chain: issue(root, { subject: 'leaf' }).chain,
    anchors: [trustAnchor(root.certificate)],
    at: Date.UTC(2026, 6, 1),
    purpose: 'server',
  };
  expect(outcome(request, noble)).toBe('unsupported-signature');
  expect(outcome(request, node)).toBe(isAbsent ? 'unsupported-signature' : 'bad-signature');
});

test.skipIf(isAbsent).each(lengths)('a chain of %s is verified', (keyType) => {
  const root = makeAuthority({ name: 'Root', keyType });
  const between = makeAuthority({ name: 'Between', under: root, keyType });
  const request = (breakSignature: boolean): ChainRequest => ({
    chain: issue(between, { subject: 'leaf', keyType, breakSignature }).chain,
    anchors: [trustAnchor(root.certificate)],
    at: Date.UTC(2026, 6, 1),
    purpose: 'server',
  });
  expect(outcome(request(false), node)).toBe(keyType);
  expect(outcome(request(true), node)).toBe('bad-signature');
  expect(outcome(request(false), noble)).toBe('unsupported-signature');
});
