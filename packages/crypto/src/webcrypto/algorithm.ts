import { type Bytes, DecodeError } from '@tlsmith/types';
import { der, derContent, derUnsigned, derValues, Tag, unsignedInteger } from '../der.ts';
import { curveKeys, type PortableKeyType } from '../key-type.ts';
import type { SignatureParts } from '../signature.ts';
import { hashName } from './platform.ts';

/** How Web Crypto is told of a signature algorithm: when a key is imported, and when it is used. */
export interface PlatformAlgorithm {
  readonly forKey: { readonly name: string; readonly hash?: string; readonly namedCurve?: string };
  readonly forUse: { readonly name: string; readonly hash?: string; readonly saltLength?: number };
}

/** The curves of ECDSA. */
export type EcdsaKeyType = 'p256' | 'p384' | 'p521';

/** Keys that some platform has; those of Ed448 are noble's. */
export type PlatformKeyType = Exclude<PortableKeyType, 'ed448'>;

/** Web Crypto's form of a signature algorithm under a key of this type. */
export function platformAlgorithm(parts: SignatureParts, type: PlatformKeyType): PlatformAlgorithm {
  if (parts.family === 'eddsa') return { forKey: { name: 'Ed25519' }, forUse: { name: 'Ed25519' } };
  const hash = hashName(parts.hash);
  switch (parts.family) {
    case 'ecdsa':
      return {
        forKey: { name: 'ECDSA', namedCurve: curveNames[type as EcdsaKeyType] },
        forUse: { name: 'ECDSA', hash },
      };
    case 'rsa-pkcs1':
      return { forKey: { name: 'RSASSA-PKCS1-v1_5', hash }, forUse: { name: 'RSASSA-PKCS1-v1_5' } };
    case 'rsa-pss': {
      // RFC 9846 §4.3.3: the salt is as long as the hash.
      const saltLength = saltLengths[parts.hash];
      return { forKey: { name: 'RSA-PSS', hash }, forUse: { name: 'RSA-PSS', saltLength } };
    }
  }
}

/**
 * Web Crypto's form of an ECDSA signature, r and s in the length of the order, from the DER of RFC 3279 §2.2.3.
 *
 * @throws {DecodeError} for anything but the one DER of two numbers of at most that length.
 */
export function rawSignature(type: EcdsaKeyType, signature: Bytes): Bytes {
  const length = curveKeys[type].privateLength;
  const values = derValues(derContent(signature, Tag.sequence));
  const numbers = values.map(unsignedInteger);
  if (numbers.length !== 2 || numbers.some((number) => number.length > length)) {
    throw new DecodeError(0, ['Ecdsa-Sig-Value'], `two numbers of at most ${length} bytes`);
  }
  const raw = new Uint8Array(2 * length);
  numbers.forEach((number, index) => raw.set(number, (index + 1) * length - number.length));
  return raw;
}

/** The DER of RFC 3279 §2.2.3 from Web Crypto's form. */
export function derSignature(raw: Bytes): Bytes {
  const half = raw.length / 2;
  return der(Tag.sequence, derUnsigned(raw.subarray(0, half)), derUnsigned(raw.subarray(half)));
}

const curveNames: Readonly<Record<EcdsaKeyType, string>> = { p256: 'P-256', p384: 'P-384', p521: 'P-521' };
const saltLengths = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 } as const;
