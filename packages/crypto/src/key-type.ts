import { type Bytes, DecodeError, fromHex, type KeyType, type MlDsa, toHex } from '@tlsmith/types';
import { contentOf, type DerValue, der, derValues, Tag } from './der.ts';

/** Key types that this package reads and writes; DSA and ML-DSA, which node alone verifies, come from elsewhere. */
export type PortableKeyType = Exclude<KeyType, 'dsa' | MlDsa>;

/** Whether all providers of this package know keys of this type. */
export function isPortable(type: KeyType): type is PortableKeyType {
  return Object.hasOwn(algorithms, type);
}

/** Key types on a curve: all but RSA. */
export type CurveKeyType = Exclude<PortableKeyType, 'rsa' | 'rsa-pss'>;

/** What a curve's keys look like. */
export interface CurveKeys {
  /** Size of the curve in bits; for Edwards curves that of an encoded point, as OpenSSL and `x509` count. */
  readonly bits: number;
  /** Bytes of the private key: the padded scalar (RFC 5915 §3) or the seed (RFC 8032 §5). */
  readonly privateLength: number;
  /** Bytes of the public key: the uncompressed point with its leading 04 (RFC 5480 §2.2) or the encoded point. */
  readonly publicLength: number;
}

/** Sizes per curve. */
export const curveKeys: Readonly<Record<CurveKeyType, CurveKeys>> = {
  p256: { bits: 256, privateLength: 32, publicLength: 65 },
  p384: { bits: 384, privateLength: 48, publicLength: 97 },
  p521: { bits: 521, privateLength: 66, publicLength: 133 },
  ed25519: { bits: 256, privateLength: 32, publicLength: 32 },
  ed448: { bits: 456, privateLength: 57, publicLength: 57 },
};

/** Whether this is a curve of ECDSA, whose public keys are points in the form of SEC 1. */
export function isEcdsa(type: KeyType): type is 'p256' | 'p384' | 'p521' {
  return type === 'p256' || type === 'p384' || type === 'p521';
}

/** Whether these bytes have the form of a public key of the curve; not whether the point lies on it. */
export function hasPublicKeyForm(type: CurveKeyType, key: Bytes): boolean {
  return key.length === curveKeys[type].publicLength && (!isEcdsa(type) || key[0] === 4);
}

/** Encodes the AlgorithmIdentifier of a key type; RSASSA-PSS without restrictions (RFC 4055 §3.1). */
export function encodeAlgorithm(type: PortableKeyType): Bytes {
  return der(Tag.sequence, fromHex(algorithms[type]));
}

/**
 * Reads the AlgorithmIdentifier of a key (RFC 5280 §4.1.1.2).
 *
 * @throws {DecodeError} for algorithms and curves that no provider of this package knows.
 */
export function readAlgorithm(value: DerValue | undefined): PortableKeyType {
  const content = contentOf(value, Tag.sequence);
  const type = byAlgorithm.get(toHex(content));
  if (type !== undefined) return type;
  // Only RSASSA-PSS has parameters of more than one form: the restrictions of RFC 4055 §3.1.
  const [identifier] = derValues(content);
  if (identifier !== undefined && toHex(identifier.whole) === algorithms['rsa-pss']) return 'rsa-pss';
  throw new DecodeError(0, ['algorithm'], 'a supported kind of key');
}

const algorithms: Readonly<Record<PortableKeyType, string>> = {
  // rsaEncryption with NULL (RFC 3279 §2.3.1)
  rsa: '06092a864886f70d0101010500',
  'rsa-pss': '06092a864886f70d01010a',
  // id-ecPublicKey with a named curve (RFC 5480 §2.1.1)
  p256: '06072a8648ce3d020106082a8648ce3d030107',
  p384: '06072a8648ce3d020106052b81040022',
  p521: '06072a8648ce3d020106052b81040023',
  // without parameters (RFC 8410 §3)
  ed25519: '06032b6570',
  ed448: '06032b6571',
};

const byAlgorithm: ReadonlyMap<string, PortableKeyType> = new Map(
  Object.entries(algorithms).map(([type, content]) => [content, type as PortableKeyType]),
);
