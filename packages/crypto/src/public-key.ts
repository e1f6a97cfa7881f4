import { type Bytes, DecodeError, type PublicKey } from '@tlsmith/types';
import { der, derContent, derValues, Tag, unsignedInteger, wholeBits } from './der.ts';
import {
  curveKeys,
  encodeAlgorithm,
  hasPublicKeyForm,
  type PortableKeyType,
  readAlgorithm,
} from './key-type.ts';

/**
 * Reads a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7) without x509's help. `spki` is kept, `key` is a view of it. EC
 * points must be uncompressed; whether they lie on the curve shows when the key is used.
 *
 * @throws {DecodeError} for what is not DER or not a kind of key that {@link PortableKeyType} names.
 * @example
 * ```ts
 * import { noble } from '@tlsmith/crypto/noble';
 * import { publicKeyFromSpki } from '@tlsmith/crypto';
 * import { fromHex, utf8 } from '@tlsmith/types';
 * const spki = fromHex(`302a300506032b6570032100${'00'.repeat(32)}`);
 * noble.verify('ed25519', publicKeyFromSpki(spki), utf8('content'), new Uint8Array(64)); // false
 * ```
 */
export function publicKeyFromSpki(spki: Bytes): PublicKey {
  const [algorithm, bits, ...more] = derValues(derContent(spki, Tag.sequence));
  const type = readAlgorithm(algorithm);
  const key = wholeBits(bits);
  if (more.length > 0) throw new DecodeError(0, ['SubjectPublicKeyInfo'], 'two fields');
  if (type === 'rsa' || type === 'rsa-pss') {
    return { type, spki, key, bits: bitLength(rsaPublicKey(key).modulus) };
  }
  if (!hasPublicKeyForm(type, key)) throw new DecodeError(0, ['subjectPublicKey'], `a public key of ${type}`);
  return { type, spki, key, bits: curveKeys[type].bits };
}

/** Encodes a SubjectPublicKeyInfo around the content of its BIT STRING. */
export function encodeSpki(type: PortableKeyType, key: Bytes): Bytes {
  return der(Tag.sequence, encodeAlgorithm(type), der(Tag.bitString, new Uint8Array(1), key));
}

/**
 * Reads an RSAPublicKey (RFC 8017 §A.1.1): magnitudes, most significant byte first. The modulus is positive.
 *
 * @throws {DecodeError} for another structure.
 */
export function rsaPublicKey(key: Bytes): { readonly modulus: Bytes; readonly exponent: Bytes } {
  const [n, e, ...more] = derValues(derContent(key, Tag.sequence));
  const modulus = unsignedInteger(n);
  const exponent = unsignedInteger(e);
  if (more.length > 0 || modulus[0] === 0) throw new DecodeError(0, ['RSAPublicKey'], 'modulus and exponent');
  return { modulus, exponent };
}

/** Bits of an unsigned number, most significant byte first and not zero. */
export function bitLength(magnitude: Bytes): number {
  return magnitude.length * 8 - (Math.clz32(magnitude[0] ?? 0) - 24);
}
