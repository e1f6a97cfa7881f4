import { noble } from '@tlsmith/crypto/noble';
import { node } from '@tlsmith/crypto/node';
import type { SynchronousProvider } from '@tlsmith/crypto';
import { issue, makeAuthority, makeKey } from '@tlsmith/testkit/node';
import { compute, isCertificateRejected } from '@tlsmith/types';
import { expect, test } from 'vitest';
import { trustAnchor } from './anchor.ts';
import { type ChainRequest, verifyChain } from './verify.ts';
import type { WeakAlgorithm } from './weak.ts';

type Leaf = Parameters<typeof issue>[1];

function verified(
  leaf: Leaf,
  weak: readonly WeakAlgorithm[] | undefined,
  keyType: 'rsa' | 'rsa-1024' | 'p256',
) {
  const root = makeAuthority({ name: 'Root', keyType });
  const request: ChainRequest = {
    chain: issue(root, leaf).chain,
    anchors: [trustAnchor(root.certificate)],
    at: Date.UTC(2026, 6, 1),
    purpose: 'server',
    ...(weak === undefined ? {} : { dangerouslyAcceptWeak: weak }),
  };
  return (provider: SynchronousProvider = node) => {
    try {
      return compute(provider, verifyChain(request)).publicKey.type;
    } catch (error) {
      if (!isCertificateRejected(error)) throw error;
      return error.code;
    }
  };
}

const subject = 'leaf';

test.each<[string, 'rsa' | 'p256', Leaf, WeakAlgorithm]>([
  ['MD5 with RSA', 'rsa', { subject, signatureHash: 'md5' }, 'md5'],
  ['SHA-1 with RSA', 'rsa', { subject, signatureHash: 'sha1' }, 'sha1'],
  ['SHA-1 with ECDSA', 'p256', { subject, signatureHash: 'sha1' }, 'sha1'],
])('%s is refused unless it is named', (_, keyType, leaf, name) => {
  const others = (['md5', 'sha1', 'rsa-1024'] as const).filter((other) => other !== name);
  expect(verified(leaf, undefined, keyType)()).toBe('weak-signature');
  expect(verified(leaf, others, keyType)()).toBe('weak-signature');
  expect(verified(leaf, [name], keyType)()).toBe('p256');
  expect(verified({ ...leaf, breakSignature: true }, [name], keyType)()).toBe('bad-signature');
});

test('a short RSA key of a leaf or of an authority is refused unless it is named', () => {
  const short: Leaf = { subject, keyType: 'rsa-1024' };
  expect(verified(short, ['md5', 'sha1'], 'p256')()).toBe('weak-key');
  expect(verified(short, ['rsa-1024'], 'p256')()).toBe('rsa');
  expect(verified({ subject }, undefined, 'rsa-1024')()).toBe('weak-key');
  for (const provider of [node, noble]) {
    expect(verified({ subject }, ['rsa-1024'], 'rsa-1024')(provider)).toBe('p256');
    expect(verified({ subject, breakSignature: true }, ['rsa-1024'], 'rsa-1024')(provider)).toBe(
      'bad-signature',
    );
  }
});

test('what is weaker still cannot be named', () => {
  const all = ['md5', 'sha1', 'rsa-1024'] as const;
  const key = makeKey('p256');
  // P-192's identifier in the place of P-256's: two octets more or less change nothing in the lengths around it.
  const p224 = Buffer.from(key.spki).toString('hex').replace('06082a8648ce3d030107', '06082a8648ce3d030101');
  const spki = Uint8Array.from(Buffer.from(p224, 'hex'));
  expect(verified({ subject, key: { ...key, spki } }, all, 'p256')()).toBe('weak-key');
});

test('a signature that a provider has no algorithm for is unsupported, and no misuse of the caller', () => {
  expect(verified({ subject, signatureHash: 'md5' }, ['md5'], 'rsa')(noble)).toBe('unsupported-signature');
});

test('a name that nobody knows is a misuse', () => {
  const unknown = ['SHA1'] as unknown as readonly WeakAlgorithm[];
  expect(() => verified({ subject }, unknown, 'p256')()).toThrowError(
    expect.objectContaining({ code: 'not-a-choice' }),
  );
});
