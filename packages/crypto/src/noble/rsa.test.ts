import { fromHex, type PublicKey, toHex } from '@tlsmith/types';
import { describe, expect, test } from 'vitest';
import { der, derUnsigned, Tag } from '../der.ts';
import { encodeSpki } from '../public-key.ts';
import { publicOperation, rsaKey } from './rsa.ts';

/** A key of the form 11…1 with the given exponent: nobody's, but of the right shape. */
function shaped(bits: number, exponent: string, last = 0xff): PublicKey {
  const modulus = new Uint8Array(Math.ceil(bits / 8)).fill(0xff);
  modulus[0] = 0xff >> (8 * modulus.length - bits);
  modulus[modulus.length - 1] = last;
  const key = der(Tag.sequence, derUnsigned(modulus), derUnsigned(fromHex(exponent)));
  return { type: 'rsa', spki: encodeSpki('rsa', key), key, bits };
}

describe('the RSA keys that noble computes with', () => {
  test.each([
    [1024, '010001'],
    [1025, '03'],
    [2048, '010001'],
    [8192, 'ffffffffffffffff'],
  ])('have from 1024 to 8192 bits and exponents of at most 64 bits: %i bits, %s', (bits, exponent) => {
    expect(rsaKey(shaped(bits, exponent))).toMatchObject({ bits, length: Math.ceil(bits / 8) });
  });

  test.each([
    ['a modulus of 1023 bits', shaped(1023, '010001')],
    ['a modulus of 8193 bits', shaped(8193, '010001')],
    ['an even modulus', shaped(2048, '010001', 0xfe)],
    ['an exponent of 1', shaped(2048, '01')],
    ['an exponent of 0', shaped(2048, '00')],
    ['an even exponent', shaped(2048, '010000')],
    ['an exponent of 65 bits', shaped(2048, '010000000000000001')],
  ])('do not have %s', (_, key) => {
    expect(rsaKey(key)).toBeUndefined();
  });

  test('raise numbers below the modulus to the exponent (RFC 8017 §5.2.2)', () => {
    // 4^13 mod 497 = 445, 4^3 mod 497 = 64: small enough to do by hand.
    const key = (exponent: bigint) => ({ modulus: 497n, exponent, bits: 9, length: 2 });
    expect(toHex(publicOperation(key(13n), Uint8Array.of(0, 4)) ?? new Uint8Array(0))).toBe('01bd');
    expect(toHex(publicOperation(key(3n), Uint8Array.of(4)) ?? new Uint8Array(0))).toBe('0040');
    expect(publicOperation(key(13n), Uint8Array.of(1, 0xf1))).toBeUndefined();
  });
});
