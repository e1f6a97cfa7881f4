import { generateKeyPairSync, sign } from 'node:crypto';
import { type Bytes, isTlsMisuse, type PublicKey, utf8 } from '@tlsmith/types';
import { expect, test } from 'vitest';
import { noble } from '../noble/index.ts';
import { node } from './index.ts';

const { privateKey, publicKey } = generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 });
const spki: Bytes = Uint8Array.from(publicKey.export({ format: 'der', type: 'spki' }));
const key: PublicKey = { type: 'dsa', spki, key: new Uint8Array(0), bits: 1024 };
const content = utf8('content');
const made = (hash: string): Bytes => Uint8Array.from(sign(hash, content, privateKey));

test.each(['sha1', 'sha256'] as const)('a DSA signature with %s is verified (RFC 3279 §2.2.2)', (hash) => {
  const signature = made(hash);
  expect(node.verify(`dsa-${hash}`, key, content, signature)).toBe(true);
  expect(node.verify(`dsa-${hash}`, key, utf8('other'), signature)).toBe(false);
  expect(node.verify(hash === 'sha1' ? 'dsa-sha256' : 'dsa-sha1', key, content, signature)).toBe(false);
});

test('what is no DSA signature or no such key is answered with false', () => {
  const signature = made('sha256');
  expect(node.verify('dsa-sha256', key, content, signature.subarray(1))).toBe(false);
  expect(node.verify('dsa-sha256', { ...key, type: 'rsa' }, content, signature)).toBe(false);
  expect(node.verify('rsa-pkcs1-sha256', key, content, signature)).toBe(false);
  const longer = Uint8Array.of(...spki, 0);
  expect(node.verify('dsa-sha256', { ...key, spki: longer }, content, signature)).toBe(false);
  expect(node.verify('dsa-sha256', { ...key, spki: spki.subarray(2) }, content, signature)).toBe(false);
});

test('the other providers say that they do not know DSA', () => {
  expect(node.supports.verify).toContain('dsa-sha1');
  expect(noble.supports.verify).not.toContain('dsa-sha1');
  expect(() => noble.verify('dsa-sha1', key, content, made('sha1'))).toThrow(
    expect.toSatisfy((error) => isTlsMisuse(error) && error.code === 'unsupported-signature-algorithm'),
  );
  expect(node.supports.sign.filter((algorithm) => algorithm.startsWith('dsa'))).toEqual([]);
});
