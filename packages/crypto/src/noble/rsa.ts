import {
  type Bytes,
  concat,
  equal,
  fromHex,
  type HashName,
  type PublicKey,
  toHex,
  uint,
} from '@tlsmith/types';
import { bitLength, rsaPublicKey } from '../public-key.ts';
import { hash } from './hash.ts';

/** An RSA public key that this provider is willing to compute with. */
export interface RsaKey {
  readonly modulus: bigint;
  readonly exponent: bigint;
  /** Bits and bytes of the modulus. */
  readonly bits: number;
  readonly length: number;
}

/**
 * Reads an RSA key; undefined for moduli outside of 1024 to 8192 bits, even moduli, and exponents that are even, 1,
 * or longer than 64 bits: whoever sends a certificate must not choose how long we compute.
 *
 * @throws {DecodeError} when the key is not an RSAPublicKey.
 */
export function rsaKey({ key }: PublicKey): RsaKey | undefined {
  const { modulus, exponent } = rsaPublicKey(key);
  const bits = bitLength(modulus);
  const odd = ((modulus.at(-1) ?? 0) & (exponent.at(-1) ?? 0) & 1) === 1;
  if (bits < 1024 || bits > 8192 || !odd || exponent.length > 8) return undefined;
  const rsa = { modulus: toBigInt(modulus), exponent: toBigInt(exponent), bits, length: modulus.length };
  return rsa.exponent > 1n ? rsa : undefined;
}

/** RSAEP and RSAVP1 (RFC 8017 §5.1.1, §5.2.2): as long as the modulus; undefined when the input is not below it. */
export function publicOperation({ modulus, exponent, length }: RsaKey, input: Bytes): Bytes | undefined {
  const base = toBigInt(input);
  if (base >= modulus) return undefined;
  let result = base;
  // Square and multiply from the second highest bit down. Nothing here is secret: key and signature travel in clear.
  for (const bit of exponent.toString(2).slice(1)) {
    result = (result * result) % modulus;
    if (bit === '1') result = (result * base) % modulus;
  }
  return fromHex(result.toString(16).padStart(2 * length, '0'));
}

/** RSASSA-PKCS1-v1_5 (RFC 8017 §8.2.2): the one right encoding is made and compared, nothing is parsed. */
export function verifyPkcs1(name: HashName, key: RsaKey, content: Bytes, signature: Bytes): boolean {
  if (signature.length !== key.length) return false;
  const encoded = publicOperation(key, signature);
  const info = concat(fromHex(digestInfos[name]), hash(name, content));
  const padding = new Uint8Array(key.length - 3 - info.length).fill(0xff);
  return encoded !== undefined && equal(encoded, concat(uint(1, 2), padding, uint(0, 1), info));
}

/** RSASSA-PSS (RFC 8017 §8.1.2) with MGF1 over the same hash and a salt of its length (RFC 9846 §4.3.3). */
export function verifyPss(name: HashName, key: RsaKey, content: Bytes, signature: Bytes): boolean {
  if (signature.length !== key.length) return false;
  const block = publicOperation(key, signature);
  if (block === undefined) return false;
  const encodedLength = Math.ceil((key.bits - 1) / 8);
  // One bit less than the modulus may be one byte less; that byte must then be zero.
  if (encodedLength < key.length && block[0] !== 0) return false;
  const encoded = block.subarray(key.length - encodedLength);
  return isPssEncoding(name, encoded, { unused: 8 * encodedLength - (key.bits - 1), content });
}

/** EMSA-PSS-VERIFY (RFC 8017 §9.1.2), steps by their numbers there. */
function isPssEncoding(
  name: HashName,
  encoded: Bytes,
  { unused, content }: { readonly unused: number; readonly content: Bytes },
): boolean {
  const digest = hash(name, content);
  const separator = encoded.length - 2 * digest.length - 2;
  if (separator < 0 || encoded.at(-1) !== 0xbc) return false; // 3, 4
  const masked = encoded.subarray(0, encoded.length - digest.length - 1);
  const expected = encoded.subarray(masked.length, -1);
  if ((masked[0] as number) >> (8 - unused) !== 0) return false; // 6
  const block = mgf1(name, expected, masked.length).map((byte, index) => byte ^ (masked[index] as number)); // 7, 8
  block[0] = (block[0] as number) & (0xff >> unused); // 9
  const zeros = block.subarray(0, separator).every((byte) => byte === 0);
  if (!zeros || block[separator] !== 1) return false; // 10
  const salt = block.subarray(separator + 1);
  return equal(hash(name, concat(new Uint8Array(8), digest, salt)), expected); // 11 to 14
}

/** MGF1 (RFC 8017 §B.2.1). */
function mgf1(name: HashName, seed: Bytes, length: number): Bytes {
  const mask = new Uint8Array(length);
  for (let at = 0, counter = 0; at < length; counter++) {
    const part = hash(name, concat(seed, uint(counter, 4))).subarray(0, length - at);
    mask.set(part, at);
    at += part.length;
  }
  return mask;
}

function toBigInt(bytes: Bytes): bigint {
  return BigInt(`0x0${toHex(bytes)}`);
}

/** DigestInfo up to the digest (RFC 8017 §9.2, note 1). */
const digestInfos: Readonly<Record<HashName, string>> = {
  sha1: '3021300906052b0e03021a05000414',
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
};
