import { createPublicKey, generateKeyPairSync, constants, publicEncrypt } from 'node:crypto';
import { type Bytes, concat, isTlsMisuse, toHex } from '@tlsmith/types';
import { describe, expect, test } from 'vitest';
import { noble } from './noble/index.ts';
import { node } from './node/index.ts';
import { padPremaster, unpadPremaster } from './premaster.ts';
import { publicKeyFromSpki, rsaPublicKey } from './public-key.ts';

const substitute = new Uint8Array(48).fill(0x55);
const premaster = concat(Uint8Array.of(3, 3), new Uint8Array(46).fill(7));
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
const key = node.importSigningKey(privateKey.export({ type: 'pkcs8', format: 'pem' }) as string);
const publicKey = publicKeyFromSpki(key.spki);
const modulus = rsaPublicKey(publicKey.key).modulus;

/** Encrypts a whole block as it is, so that any padding can be tried. */
function encryptBlock(block: Bytes): Bytes {
  const options = { key: createPublicKey(privateKey), padding: constants.RSA_NO_PADDING };
  return new Uint8Array(publicEncrypt(options, block));
}

function decrypt(ciphertext: Bytes): Bytes {
  return key.decryptPremaster?.(ciphertext, 0x0303, substitute) ?? new Uint8Array(0);
}

/** 00 02, 0x11 as often as it takes, 00, and the payload. */
function padded(payload: Bytes): Bytes {
  const block = new Uint8Array(modulus.length).fill(0x11);
  block.set([0, 2]);
  block[block.length - payload.length - 1] = 0;
  block.set(payload, block.length - payload.length);
  return block;
}

function changed(block: Bytes, at: number, value: number): Bytes {
  const copy = block.slice();
  copy[at] = value;
  return copy;
}

const good = padded(premaster);
const start = good.length - 48;

describe('a premaster secret encrypted to an RSA key (RFC 5246 §7.4.7.1)', () => {
  test('comes out when it is well formed and begins with the offered version', () => {
    expect(toHex(decrypt(encryptBlock(good)))).toBe(toHex(premaster));
    expect(decrypt(encryptBlock(good))).not.toBe(substitute);
  });

  test.each([node, noble])('comes out when $name has encrypted it', (provider) => {
    const ciphertext = provider.encryptPremaster(publicKey, premaster);
    expect(ciphertext).toHaveLength(128);
    expect(toHex(decrypt(ciphertext))).toBe(toHex(premaster));
    expect(toHex(provider.encryptPremaster(publicKey, premaster))).not.toBe(toHex(ciphertext));
  });

  test.each([
    ['a first byte other than 00', changed(good, 0, 1)],
    ['block type 1', changed(good, 1, 1)],
    ['block type 0', changed(good, 1, 0)],
    ['a zero in the first byte of padding', changed(good, 2, 0)],
    ['a zero in the eighth byte of padding', changed(good, 9, 0)],
    ['a zero in the last byte of padding', changed(good, start - 2, 0)],
    ['no separator', changed(good, start - 1, 0x11)],
    ['a wrong major version', changed(good, start, 2)],
    ['a wrong minor version', changed(good, start + 1, 1)],
    ['a payload of 47 bytes', padded(premaster.subarray(0, 47))],
    ['a payload of 49 bytes', padded(concat(premaster, Uint8Array.of(7)))],
    ['a payload of 48 bytes behind a longer one', padded(concat(Uint8Array.of(3, 3, 0), premaster))],
    ['an empty payload', padded(new Uint8Array(0))],
    ['nothing but zeros', new Uint8Array(128)],
  ])('is replaced by the substitute for %s', (_, block) => {
    const result = decrypt(encryptBlock(block));
    expect(toHex(result)).toBe(toHex(substitute));
    expect(result).not.toBe(substitute);
  });

  test.each([
    ['no bytes', new Uint8Array(0)],
    ['one byte too few', encryptBlock(good).subarray(1)],
    ['one byte too many', concat(encryptBlock(good), Uint8Array.of(0))],
    ['a zero before the right ciphertext', concat(Uint8Array.of(0), encryptBlock(good))],
    ['the modulus itself', modulus],
    ['a number above the modulus', new Uint8Array(128).fill(0xff)],
    ['far too many bytes', new Uint8Array(70_000).fill(1)],
  ])('is replaced by the substitute for a ciphertext of %s', (_, ciphertext) => {
    expect(toHex(decrypt(ciphertext))).toBe(toHex(substitute));
  });

  test('is compared with the version that the client offered, whatever that is', () => {
    const old = changed(good, start + 1, 1);
    expect(toHex(key.decryptPremaster?.(encryptBlock(old), 0x0301, substitute) ?? substitute)).toBe(
      `0301${toHex(premaster).slice(4)}`,
    );
  });

  test('needs keys of type rsa: no other kind has the operation', () => {
    const restricted = generateKeyPairSync('rsa-pss', { modulusLength: 1024 }).privateKey;
    const pss = node.importSigningKey(restricted.export({ type: 'pkcs8', format: 'pem' }) as string);
    expect(pss.decryptPremaster).toBeUndefined();
    for (const provider of [node, noble]) {
      expect(misuse(() => provider.encryptPremaster(publicKeyFromSpki(pss.spki), premaster))).toBe(
        'premaster-key',
      );
      const broken = { ...publicKey, key: new Uint8Array(3), spki: new Uint8Array(3) };
      expect(misuse(() => provider.encryptPremaster(broken, premaster))).toBe('premaster-key');
    }
  });
});

describe('the padding of a premaster secret (RFC 8017 §7.2)', () => {
  test('is made of nonzero bytes even if the generator is not', () => {
    let calls = 0;
    const random = (length: number): Bytes => new Uint8Array(length).map((_, index) => (index + calls++) % 3);
    const block = padPremaster(premaster, 128, random);
    expect(block.subarray(0, 2)).toEqual(Uint8Array.of(0, 2));
    expect(block.subarray(2, start - 1)).not.toContain(0);
    expect(block[start - 1]).toBe(0);
    expect(unpadPremaster(block, 0x0303, substitute)).toEqual(premaster);
  });

  test('gives the substitute for a good block whose ciphertext was known to be bad', () => {
    expect(unpadPremaster(good, 0x0303, substitute, 0)).toEqual(substitute);
  });

  test('refuses every block that differs from a good one in a byte that matters', () => {
    const blocks = Array.from({ length: start + 2 }, (_, at) => {
      const padding = at >= 2 && at < start - 1;
      return (padding ? [0] : [0, 1, 2, 3, 4, 0x80, 0xff])
        .filter((value) => value !== good[at])
        .map((value) => changed(good, at, value));
    }).flat();
    expect(blocks.length).toBeGreaterThan(100);
    const taken = blocks.filter(
      (block) => toHex(unpadPremaster(block, 0x0303, substitute)) !== toHex(substitute),
    );
    expect(taken).toEqual([]);
  });

  test('takes premaster secrets of 48 bytes and moduli with room for eight bytes of padding', () => {
    const zeros = (length: number): Bytes => new Uint8Array(length);
    expect(misuse(() => unpadPremaster(good, 0x0303, zeros(47)))).toBe('premaster-length');
    expect(misuse(() => padPremaster(zeros(49), 128, node.random))).toBe('premaster-length');
    expect(misuse(() => padPremaster(premaster, 58, node.random))).toBe('rsa-key-too-small');
    expect(misuse(() => unpadPremaster(zeros(58), 0x0303, substitute))).toBe('rsa-key-too-small');
    expect(padPremaster(premaster, 59, node.random)).toHaveLength(59);
    for (const provider of [node, noble]) {
      expect(misuse(() => provider.encryptPremaster(publicKey, zeros(47)))).toBe('premaster-length');
    }
    expect(misuse(() => key.decryptPremaster?.(encryptBlock(good), 0x0303, zeros(0)))).toBe(
      'premaster-length',
    );
  });
});

function misuse(call: () => unknown): string | undefined {
  try {
    call();
  } catch (error) {
    return isTlsMisuse(error) ? error.code : String(error);
  }
  return undefined;
}
