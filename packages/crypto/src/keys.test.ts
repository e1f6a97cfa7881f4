import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type Bytes, fromHex, isDecodeError, isTlsMisuse, noBytes, toHex, utf8 } from '@tlsmith/types';
import { describe, expect, test } from 'vitest';
import { der, derContent, derUnsigned, derValues, Tag, unsignedInteger, wholeBits } from './der.ts';
import { encodeAlgorithm } from './key-type.ts';
import { noble } from './noble/index.ts';
import { node } from './node/index.ts';
import { webcrypto } from './webcrypto/index.ts';
import { readPrivateKey } from './private-key.ts';
import { bitLength, encodeSpki, publicKeyFromSpki, rsaPublicKey } from './public-key.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
const ed25519 = generateKeyPairSync('ed25519').privateKey;

const parametersPem = '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n';
const certificatePem = '-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n';

describe('a private key', () => {
  test.each([
    ['PKCS #8 of a curve', p256, pem(p256, 'pkcs8')],
    ['PKCS #8 of RSA', rsa, pem(rsa, 'pkcs8')],
    ['PKCS #8 of Ed25519', ed25519, pem(ed25519, 'pkcs8')],
    ['EC PRIVATE KEY', p384, pem(p384, 'sec1')],
    ['RSA PRIVATE KEY', rsa, pem(rsa, 'pkcs1')],
    ['EC PRIVATE KEY behind its parameters', p256, `${parametersPem}${pem(p256, 'sec1')}`],
    ['PKCS #8 between certificates', p256, `noise\n${certificatePem}${pem(p256, 'pkcs8')}${certificatePem}`],
    ['PKCS #8 with lines ended as on Windows', p256, pem(p256, 'pkcs8').replaceAll('\n', '\r\n')],
  ])('is read from PEM: %s', (_, key, text) => {
    const wanted = spkiOf(key);
    expect(node.importSigningKey(text).spki).toEqual(wanted);
    expect(node.importSigningKey(utf8(text)).spki).toEqual(wanted);
    expect(webcrypto.importSigningKey(text).spki).toEqual(wanted);
    if (key !== rsa) expect(noble.importSigningKey(text).spki).toEqual(wanted);
  });

  test('is read from DER, which stays as it was', () => {
    for (const key of [p256, p384, ed25519]) {
      const input = pkcs8(key);
      const copy = input.slice();
      expect(node.importSigningKey(input).spki).toEqual(spkiOf(key));
      expect(noble.importSigningKey(input).spki).toEqual(spkiOf(key));
      expect(webcrypto.importSigningKey(input).spki).toEqual(spkiOf(key));
      expect(input).toEqual(copy);
    }
    for (const provider of [node, webcrypto]) {
      const read = provider.importSigningKey(pkcs8(rsa));
      expect(read).toMatchObject({ type: 'rsa', bits: 1024, spki: spkiOf(rsa) });
    }
  });

  test('in this process says that it answers at once; one made of it by spreading does not', () => {
    for (const key of [
      node.importSigningKey(pkcs8(p256)),
      node.importSigningKey(pkcs8(rsa)),
      noble.importSigningKey(pkcs8(p256)),
    ]) {
      expect(key.synchronous).toBe(true);
      expect({ ...key, sign: async () => noBytes }.synchronous).toBeUndefined();
    }
    expect(webcrypto.importSigningKey(pkcs8(p256)).synchronous).toBeUndefined();
  });

  test('is read from DER in a Buffer of the pool, which stays as it was', () => {
    const input = Buffer.from(pkcs8(p256));
    const copy = Buffer.from(input);
    for (const provider of [node, noble, webcrypto]) {
      expect(provider.importSigningKey(input).spki).toEqual(spkiOf(p256));
      expect(input.equals(copy)).toBe(true);
    }
  });

  test('is read in version 1 with its public key behind it (RFC 5958 §2)', () => {
    const values = derValues(derContent(pkcs8(ed25519), Tag.sequence)).map(({ whole }) => whole);
    const publicKey = publicKeyFromSpki(spkiOf(ed25519)).key;
    const version1 = der(
      Tag.sequence,
      derUnsigned(Uint8Array.of(1)),
      ...values.slice(1),
      der(0x81, noBytes, Uint8Array.of(0), publicKey),
    );
    expect(noble.importSigningKey(version1).spki).toEqual(spkiOf(ed25519));
    expect(node.importSigningKey(version1).spki).toEqual(spkiOf(ed25519));
    expect(webcrypto.importSigningKey(version1).spki).toEqual(spkiOf(ed25519));
  });

  test.each([node, noble, webcrypto])(
    'that is encrypted is misuse for $name, and the message says what to do',
    (provider) => {
      const encrypted = p256.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'x' });
      const legacy = p256.export({ type: 'sec1', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'x' });
      for (const text of [encrypted, legacy]) {
        expect(misuse(() => provider.importSigningKey(text as string))).toBe('private-key-encrypted');
      }
      expect(() => provider.importSigningKey(encrypted as string)).toThrow(/openssl pkey/);
    },
  );

  test.each([
    ['no PEM block of a private key', certificatePem, 'private-key-missing'],
    ['an empty text', '', 'private-key-missing'],
    ['no base64', pem(p256, 'pkcs8').replace('MIG', '%%%'), 'private-key-malformed'],
    ['no bytes', noBytes, 'private-key-missing'],
    ['a public key', spkiOf(p256), 'private-key-malformed'],
    ['bytes behind it', Uint8Array.of(...pkcs8(p256), 0), 'private-key-malformed'],
    ['version 2', framed(encodeAlgorithm('ed25519'), pkcs8Inner(ed25519), 2), 'private-key-malformed'],
    ['an unknown algorithm', framed(fromHex('300506032b656e'), pkcs8Inner(ed25519)), 'private-key-malformed'],
    [
      'an unknown curve',
      pkcs8(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey),
      'private-key-malformed',
    ],
    [
      'a seed too short',
      framed(encodeAlgorithm('ed25519'), der(4, new Uint8Array(31))),
      'private-key-malformed',
    ],
    [
      'a scalar of zero',
      framed(encodeAlgorithm('p256'), ecPrivateKey(new Uint8Array(32))),
      'private-key-malformed',
    ],
    [
      'an EC key where RSA is declared',
      framed(encodeAlgorithm('rsa'), pkcs8Inner(p256)),
      'private-key-malformed',
    ],
    [
      'an Ed25519 key where EC is declared',
      framed(encodeAlgorithm('p256'), pkcs8Inner(ed25519)),
      'private-key-malformed',
    ],
  ])('of %s is misuse', (_, input, code) => {
    expect(misuse(() => node.importSigningKey(input))).toBe(code);
    expect(misuse(() => webcrypto.importSigningKey(input))).toBe(code);
    const portable = misuse(() => noble.importSigningKey(input));
    expect([code, 'private-key-unsupported']).toContain(portable);
  });

  test('is used without the public key that stands beside it, which may be another', () => {
    const theirs = publicKeyFromSpki(
      spkiOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
    ).key;
    const scalar = Buffer.from(p256.export({ format: 'jwk' }).d ?? '', 'base64url');
    const bits = der(Tag.context1, der(Tag.bitString, Uint8Array.of(0), theirs));
    const content = der(Tag.sequence, derUnsigned(Uint8Array.of(1)), der(Tag.octetString, scalar), bits);
    for (const provider of [node, noble, webcrypto]) {
      expect(provider.importSigningKey(framed(encodeAlgorithm('p256'), content)).spki).toEqual(spkiOf(p256));
    }
  });

  test('not below the order of its curve is misuse for noble and webcrypto', () => {
    const large = framed(encodeAlgorithm('p256'), ecPrivateKey(new Uint8Array(32).fill(255)));
    expect(misuse(() => noble.importSigningKey(large))).toBe('private-key-malformed');
    expect(misuse(() => webcrypto.importSigningKey(large))).toBe('private-key-malformed');
  });

  test('of RSA is refused by noble, which names the provider that takes it', () => {
    const restricted = generateKeyPairSync('rsa-pss', { modulusLength: 1024 }).privateKey;
    for (const text of [pem(rsa, 'pkcs8'), pem(rsa, 'pkcs1'), pem(restricted, 'pkcs8')]) {
      expect(misuse(() => noble.importSigningKey(text))).toBe('private-key-unsupported');
      expect(() => noble.importSigningKey(text)).toThrow('@tlsmith/crypto/node');
    }
  });

  test('does not stay in the text of an error', () => {
    const inner = toHex(pkcs8Inner(ed25519));
    for (const provider of [node, noble, webcrypto]) {
      try {
        provider.importSigningKey(framed(encodeAlgorithm('p256'), pkcs8Inner(ed25519)));
        expect.unreachable();
      } catch (error) {
        expect(JSON.stringify([String(error), error])).not.toContain(inner.slice(8, 24));
      }
    }
  });
});

describe('a public key', () => {
  test.each([
    ['p256', p256, 256],
    ['p384', p384, 384],
    ['ed25519', ed25519, 256],
    ['rsa', rsa, 1024],
  ] as const)('of type %s is read from its SubjectPublicKeyInfo and written back', (type, key, bits) => {
    const spki = spkiOf(key);
    const publicKey = publicKeyFromSpki(spki);
    expect(publicKey).toMatchObject({ type, bits, spki });
    expect(encodeSpki(type, publicKey.key)).toEqual(spki);
  });

  test('of RSA shows modulus and exponent', () => {
    const { n, e } = createPublicKey(rsa).export({ format: 'jwk' });
    const { modulus, exponent } = rsaPublicKey(publicKeyFromSpki(spkiOf(rsa)).key);
    expect(Buffer.from(modulus).toString('base64url')).toBe(n);
    expect(Buffer.from(exponent).toString('base64url')).toBe(e);
  });

  test.each([
    ['a compressed point', encodeSpki('p256', compressed())],
    ['a point of another curve', encodeSpki('p384', publicKeyFromSpki(spkiOf(p256)).key)],
    ['31 bytes for Ed25519', encodeSpki('ed25519', new Uint8Array(31))],
    [
      'an unknown algorithm',
      der(Tag.sequence, fromHex('300506032b656e'), der(Tag.bitString, new Uint8Array(33))),
    ],
    [
      'unused bits',
      der(Tag.sequence, encodeAlgorithm('ed25519'), der(Tag.bitString, new Uint8Array(33).fill(1))),
    ],
    ['a third field', der(Tag.sequence, derContent(spkiOf(ed25519), Tag.sequence), derUnsigned(noBytes))],
    ['a modulus of zero', encodeSpki('rsa', der(Tag.sequence, derUnsigned(noBytes), derUnsigned(noBytes)))],
    [
      'a negative modulus',
      encodeSpki('rsa', der(Tag.sequence, der(2, Uint8Array.of(0x80)), der(2, Uint8Array.of(3)))),
    ],
  ])('with %s is not read', (_, spki) => {
    expect(decodeError(() => publicKeyFromSpki(spki))).toBe(true);
  });
});

describe('the DER walk (X.690)', () => {
  test.each([
    ['nothing', ''],
    ['a tag alone', '30'],
    ['the indefinite length', '30800000'],
    ['a length of two bytes where one is enough', '308103020100'],
    ['a length that begins with zero', '3082000302 0100'],
    ['three bytes of length', '3083000001 00'],
    ['a length beyond the bytes', '3003 0201'],
    ['bytes behind', '300302010000'],
    ['a tag of several bytes', '1f2000'],
    ['another tag', '3103020100'],
  ])('refuses %s', (_, hex) => {
    expect(decodeError(() => derContent(fromHex(hex), Tag.sequence))).toBe(true);
  });

  test.each(['0200', '0280', '020180', '02020001', '0202007f', '0301 00'])(
    'refuses the INTEGER %s',
    (hex) => {
      expect(decodeError(() => unsignedInteger(derValues(fromHex(hex))[0]))).toBe(true);
    },
  );

  test('reads and writes integers in their shortest form', () => {
    for (const hex of ['00', '01', '7f', '80', 'ff', '0100', '8000']) {
      const encoded = derUnsigned(fromHex(hex));
      expect(toHex(unsignedInteger(derValues(encoded)[0]))).toBe(hex);
      expect(derUnsigned(fromHex(`0000${hex}`))).toEqual(encoded);
    }
    expect(toHex(derUnsigned(noBytes))).toBe('020100');
    expect(toHex(derUnsigned(fromHex('80')))).toBe('02020080');
  });

  test('writes lengths in their shortest form and reads them back', () => {
    for (const [length, header] of [
      [0, '0400'],
      [127, '047f'],
      [128, '048180'],
      [255, '0481ff'],
      [256, '04820100'],
      [65_535, '0482ffff'],
    ] as const) {
      const encoded = der(Tag.octetString, new Uint8Array(length));
      expect(toHex(encoded).startsWith(header)).toBe(true);
      expect(derContent(encoded, Tag.octetString)).toHaveLength(length);
    }
  });

  test('reads bit strings of whole bytes', () => {
    expect(toHex(wholeBits(derValues(fromHex('03030 0abcd'))[0]))).toBe('abcd');
    expect(decodeError(() => wholeBits(derValues(fromHex('0300'))[0]))).toBe(true);
  });

  test('counts the bits of a number', () => {
    expect([[1], [0x80], [0xff], [1, 0], [0x7f, 0]].map((one) => bitLength(Uint8Array.from(one)))).toEqual([
      1, 8, 8, 9, 15,
    ]);
  });
});

test('readPrivateKey shows the type and the frame of what it read', () => {
  const { type, pkcs8: frame, content } = readPrivateKey(pem(p256, 'sec1'));
  expect(type).toBe('p256');
  expect(createPrivateKey({ key: Buffer.from(frame), format: 'der', type: 'pkcs8' }).equals(p256)).toBe(true);
  expect(content[0]).toBe(Tag.sequence);
});

function pem(key: KeyObject, type: 'pkcs8' | 'sec1' | 'pkcs1'): string {
  return key.export({ type: type as 'pkcs8', format: 'pem' }) as string;
}

function pkcs8(key: KeyObject): Bytes {
  return new Uint8Array(key.export({ type: 'pkcs8', format: 'der' }));
}

function pkcs8Inner(key: KeyObject): Bytes {
  return readPrivateKey(pkcs8(key)).content;
}

function spkiOf(key: KeyObject): Bytes {
  return new Uint8Array(createPublicKey(key).export({ type: 'spki', format: 'der' }));
}

function compressed(): Bytes {
  const { key } = publicKeyFromSpki(spkiOf(p256));
  return Uint8Array.of(2 + ((key.at(-1) as number) & 1), ...key.subarray(1, 33));
}

function ecPrivateKey(scalar: Bytes): Bytes {
  return der(Tag.sequence, derUnsigned(Uint8Array.of(1)), der(Tag.octetString, scalar));
}

function framed(algorithm: Bytes, content: Bytes, version = 0): Bytes {
  return der(Tag.sequence, derUnsigned(Uint8Array.of(version)), algorithm, der(Tag.octetString, content));
}

function misuse(call: () => unknown): string | undefined {
  try {
    call();
  } catch (error) {
    return isTlsMisuse(error) ? error.code : String(error);
  }
  return undefined;
}

function decodeError(call: () => unknown): boolean {
  try {
    call();
    return false;
  } catch (error) {
    return isDecodeError(error);
  }
}
