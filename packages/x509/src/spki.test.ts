import { Reader } from '@tlsmith/codec';
import { bitString, der, explicit, integer, nothing, oid, sequence } from '@tlsmith/testkit';
import { makeKey } from '@tlsmith/testkit/node';
import type { PublicKey } from '@tlsmith/types';
import { expect, test } from 'vitest';
import { type AlgorithmIdentifier, algorithmIdentifier, signatureAlgorithm } from './algorithm.ts';
import { oids } from './oids.ts';
import { keyFits, subjectPublicKeyInfo } from './spki.ts';

const readKey = (bytes: Uint8Array) => subjectPublicKeyInfo.read(new Reader(bytes));
const readAlgorithm = (bytes: Uint8Array): AlgorithmIdentifier => algorithmIdentifier.read(new Reader(bytes));

test.each([
  ['rsa', 2048, 270],
  ['rsa-pss', 2048, 270],
  ['p256', 256, 65],
  ['p384', 384, 97],
  ['p521', 521, 133],
  ['ed25519', 256, 32],
  ['ed448', 456, 57],
] as const)('a key of type %s is read', (type, bits, length) => {
  const { spki } = makeKey(type);
  const key = readKey(spki);
  expect(key).toMatchObject({ type, bits, spki });
  expect(key.key.length).toBe(length);
});

const modulus = (bits: number, last = 1) => {
  const octets = new Uint8Array(Math.ceil(bits / 8)).fill(0xa5);
  octets[0] = (1 << ((bits - 1) % 8)) | 1;
  octets[octets.length - 1] = last;
  return octets;
};
const rsa = (n: Uint8Array, e: number | Uint8Array = 65537, parameters: Uint8Array | undefined = nothing) =>
  sequence(
    sequence(oid(oids.rsaEncryption), ...(parameters === undefined ? [] : [parameters])),
    bitString(sequence(integer(n), integer(e))),
  );
const ec = (curve: string, point: Uint8Array) =>
  sequence(sequence(oid(oids.ecPublicKey), oid(curve)), bitString(point));
const point = (width: number, first = 4) =>
  Uint8Array.from({ length: 2 * width + 1 }, (_, i) => (i === 0 ? first : 1));

test.each<[string, Uint8Array, string]>([
  ['RSA of 2047 bits', rsa(modulus(2047)), 'weak-key'],
  ['RSA of 1024 bits', rsa(modulus(1024)), 'weak-key'],
  ['RSA of 16385 bits', rsa(modulus(16385)), 'unsupported-key'],
  ['an even modulus', rsa(modulus(2048, 2)), 'weak-key'],
  ['the exponent 1', rsa(modulus(2048), 1), 'weak-key'],
  ['the exponent 0', rsa(modulus(2048), 0), 'weak-key'],
  ['an even exponent', rsa(modulus(2048), 65536), 'weak-key'],
  ['an exponent of nine octets', rsa(modulus(2048), modulus(65)), 'weak-key'],
  [
    'RSA without the parameters NULL (RFC 3279 §2.3.1)',
    sequence(sequence(oid(oids.rsaEncryption)), bitString(sequence(integer(modulus(2048)), integer(3)))),
    'unsupported-key',
  ],
  ['P-192', ec(oids.secp192r1, point(24)), 'weak-key'],
  ['P-224', ec(oids.secp224r1, point(28)), 'weak-key'],
  ['secp256k1', ec(oids.secp256k1, point(32)), 'unsupported-key'],
  ['an unknown curve', ec('1.2.3.4', point(32)), 'unsupported-key'],
  ['a compressed point', ec(oids.secp256r1, point(32, 2).subarray(0, 33)), 'unsupported-key'],
  ['a point of another curve', ec(oids.secp256r1, point(48)), 'unsupported-key'],
  [
    'explicit curve parameters (RFC 5480 §2.1.1)',
    sequence(sequence(oid(oids.ecPublicKey), sequence(integer(1))), bitString(point(32))),
    'unsupported-key',
  ],
  ['no curve', sequence(sequence(oid(oids.ecPublicKey)), bitString(point(32))), 'unsupported-key'],
  ['DSA', sequence(sequence(oid(oids.dsa), nothing), bitString(integer(5))), 'unsupported-key'],
  [
    'Ed25519 with parameters (RFC 8410 §3)',
    sequence(sequence(oid(oids.ed25519), nothing), bitString(new Uint8Array(32))),
    'unsupported-key',
  ],
  [
    'Ed25519 of 31 bytes',
    sequence(sequence(oid(oids.ed25519)), bitString(new Uint8Array(31))),
    'unsupported-key',
  ],
  [
    'an algorithm that nobody knows',
    sequence(sequence(oid('1.2.3')), bitString(new Uint8Array(31))),
    'unsupported-key',
  ],
])('%s cannot be used', (_, bytes, code) => {
  const key = readKey(bytes);
  expect(key.type === 'unusable' ? key.reason.code : key.type).toBe(code);
});

test.each<[string, Uint8Array]>([
  ['2048 bits', rsa(modulus(2048))],
  ['2052 bits', rsa(modulus(2052))],
  ['16384 bits', rsa(modulus(16384))],
  ['the exponent 3', rsa(modulus(2048), 3)],
  ['an exponent of eight octets', rsa(modulus(2048), modulus(64))],
])('RSA with %s can', (_, bytes) => {
  expect(readKey(bytes).type).toBe('rsa');
});

const hash = (name: string) => sequence(oid(name), nothing);
const pss = (hashed: string, mask: string, salt: number) =>
  sequence(
    explicit(0, hash(hashed)),
    explicit(1, sequence(oid(oids.mgf1), hash(mask))),
    explicit(2, integer(salt)),
  );
const algorithm = (name: string, ...parameters: readonly Uint8Array[]) =>
  readAlgorithm(sequence(oid(name), ...parameters));

test.each<[AlgorithmIdentifier, string]>([
  [algorithm(oids.sha256WithRSAEncryption, nothing), 'rsa-pkcs1-sha256'],
  [algorithm(oids.sha384WithRSAEncryption), 'rsa-pkcs1-sha384'],
  [algorithm(oids.sha512WithRSAEncryption, nothing), 'rsa-pkcs1-sha512'],
  [algorithm(oids.ecdsaWithSHA256), 'ecdsa-sha256'],
  [algorithm(oids.ecdsaWithSHA384), 'ecdsa-sha384'],
  [algorithm(oids.ecdsaWithSHA512), 'ecdsa-sha512'],
  [algorithm(oids.ed25519), 'ed25519'],
  [algorithm(oids.ed448), 'ed448'],
  [algorithm(oids.rsassaPss, pss(oids.sha256, oids.sha256, 32)), 'rsa-pss-sha256'],
  [algorithm(oids.rsassaPss, pss(oids.sha384, oids.sha384, 48)), 'rsa-pss-sha384'],
  [algorithm(oids.rsassaPss, pss(oids.sha512, oids.sha512, 64)), 'rsa-pss-sha512'],
])('%o is %s', (identifier, name) => {
  expect(signatureAlgorithm(identifier)).toBe(name);
});

test.each<[string, AlgorithmIdentifier, string]>([
  ['MD5', algorithm(oids.md5WithRSAEncryption, nothing), 'weak-signature'],
  ['SHA-1 with RSA', algorithm(oids.sha1WithRSAEncryption, nothing), 'weak-signature'],
  ['SHA-1 with ECDSA', algorithm(oids.ecdsaWithSHA1), 'weak-signature'],
  ['SHA-224', algorithm(oids.sha224WithRSAEncryption, nothing), 'weak-signature'],
  ['DSA', algorithm(oids.dsaWithSHA256), 'weak-signature'],
  [
    'RSA with parameters that are not NULL',
    algorithm(oids.sha256WithRSAEncryption, integer(1)),
    'unsupported-signature',
  ],
  ['ECDSA with NULL (RFC 5758 §3.2)', algorithm(oids.ecdsaWithSHA256, nothing), 'unsupported-signature'],
  ['Ed25519 with NULL (RFC 8410 §3)', algorithm(oids.ed25519, nothing), 'unsupported-signature'],
  ['PSS without parameters', algorithm(oids.rsassaPss), 'unsupported-signature'],
  ['PSS with its defaults, which mean SHA-1', algorithm(oids.rsassaPss, sequence()), 'unsupported-signature'],
  ['PSS with SHA-1', algorithm(oids.rsassaPss, pss(oids.sha1, oids.sha1, 20)), 'unsupported-signature'],
  [
    'PSS with another mask hash',
    algorithm(oids.rsassaPss, pss(oids.sha256, oids.sha384, 32)),
    'unsupported-signature',
  ],
  [
    'PSS with another salt length',
    algorithm(oids.rsassaPss, pss(oids.sha256, oids.sha256, 20)),
    'unsupported-signature',
  ],
  [
    'PSS with a salt length that begins like the right one',
    algorithm(oids.rsassaPss, pss(oids.sha256, oids.sha256, 0x2000)),
    'unsupported-signature',
  ],
  [
    'PSS with its trailer field written out',
    algorithm(
      oids.rsassaPss,
      sequence(pss(oids.sha256, oids.sha256, 32).subarray(2), explicit(3, integer(1))),
    ),
    'unsupported-signature',
  ],
  ['an algorithm that nobody knows', algorithm('1.2.3'), 'unsupported-signature'],
])('%s is not verified', (_, identifier, code) => {
  expect(signatureAlgorithm(identifier)).toMatchObject({ code });
});

test('a key verifies the algorithms of its kind, a PSS key with parameters one of them (RFC 4055 §1.2)', () => {
  const key = (type: Parameters<typeof makeKey>[0]) => readKey(makeKey(type).spki) as PublicKey;
  expect(keyFits(key('rsa'), 'rsa-pkcs1-sha256')).toBe(true);
  expect(keyFits(key('rsa'), 'rsa-pss-sha512')).toBe(true);
  expect(keyFits(key('rsa'), 'ecdsa-sha256')).toBe(false);
  expect(keyFits(key('rsa-pss'), 'rsa-pkcs1-sha256')).toBe(false);
  expect(keyFits(key('p256'), 'ecdsa-sha384')).toBe(true);
  expect(keyFits(key('p256'), 'ed25519')).toBe(false);
  expect(keyFits(key('ed25519'), 'ed25519')).toBe(true);
  expect(keyFits(key('ed25519'), 'ed448')).toBe(false);
  const bound = sequence(
    sequence(oid(oids.rsassaPss), pss(oids.sha384, oids.sha384, 48)),
    bitString(sequence(integer(modulus(2048)), integer(3))),
  );
  expect(keyFits(readKey(bound) as PublicKey, 'rsa-pss-sha384')).toBe(true);
  expect(keyFits(readKey(bound) as PublicKey, 'rsa-pss-sha256')).toBe(false);
  expect(
    readKey(
      sequence(
        sequence(oid(oids.rsassaPss), der(0x30)),
        bitString(sequence(integer(modulus(2048)), integer(3))),
      ),
    ),
  ).toMatchObject({ type: 'unusable' });
});
