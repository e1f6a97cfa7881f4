import { Reader } from '@tlsmith/codec';
import {
  type Bytes,
  equal,
  type KeyType,
  type MlDsa,
  type PublicKey,
  type Rejection,
  type SignatureAlgorithm,
} from '@tlsmith/types';
import { type AlgorithmIdentifier, algorithmIdentifier, pssHash } from './algorithm.ts';
import { bitStringOf, octetBitString, unsignedInteger } from './asn1.ts';
import { type DerType, field, sequence } from './der.ts';
import { encodeOid } from './oid.ts';
import { oids } from './oids.ts';
import { rejections } from './rejection.ts';
import type { WeakAlgorithm } from './weak.ts';

/** A key that no signature is verified with: of an unknown kind, too weak, or badly encoded. */
export interface UnusableKey {
  readonly type: 'unusable';
  readonly reason: Rejection;
  /** What is wrong with it, for a person. */
  readonly detail: string;
  /** The whole SubjectPublicKeyInfo, DER. */
  readonly spki: Bytes;
  /** The content of its BIT STRING. */
  readonly key: Bytes;
  /** Size in bits where known, else 0. */
  readonly bits: number;
  /** What it would be if it were longer: an RSA key of 1024 bits or more without another fault. */
  readonly shortType?: 'rsa' | 'rsa-pss';
}

/** The key in a certificate: `type` is `unusable` or says what it is. */
export type CertificateKey = PublicKey | UnusableKey;

/** `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7): every well-formed one is read, unusable keys say why. */
export const subjectPublicKeyInfo: DerType<CertificateKey> = {
  name: 'SubjectPublicKeyInfo',
  section: 'RFC 5280 §4.1.2.7',
  tag: 0x30,
  read: (reader) => {
    const start = reader.at;
    const parts = keyParts.read(reader);
    return classify(parts, reader.bytes.subarray(start, reader.at));
  },
  content: (reader) => reader.fail('an element with its tag'),
};

/**
 * Whether a key may verify signatures of an algorithm. A certificate key for RSASSA-PSS with parameters is bound to
 * their hash (RFC 4055 §1.2).
 */
export function keyFits(key: PublicKey, algorithm: SignatureAlgorithm): boolean {
  switch (key.type) {
    case 'rsa':
      return algorithm.startsWith('rsa-');
    case 'rsa-pss':
      return algorithm.startsWith('rsa-pss-') && (boundAlgorithm(key) ?? algorithm) === algorithm;
    case 'p256':
    case 'p384':
    case 'p521':
      return algorithm.startsWith('ecdsa-');
    case 'ed25519':
    case 'ed448':
      return algorithm === key.type;
    case 'dsa':
      return algorithm.startsWith('dsa-');
    case 'ml-dsa-44':
    case 'ml-dsa-65':
    case 'ml-dsa-87':
      return algorithm === key.type;
  }
}

/** A key as it is worked with: one that is unusable for its length alone becomes usable where a policy names it. */
export function acceptedKey(key: CertificateKey, accepted: ReadonlySet<WeakAlgorithm>): CertificateKey {
  if (key.type !== 'unusable' || key.shortType === undefined || !accepted.has('rsa-1024')) return key;
  const { shortType: type, spki, key: bytes, bits } = key;
  return { type, spki, key: bytes, bits };
}

/** The AlgorithmIdentifier of a whole SubjectPublicKeyInfo that was read before. */
export function keyAlgorithm(spki: Bytes): AlgorithmIdentifier {
  return keyParts.read(new Reader(spki)).algorithm;
}

interface KeyParts {
  readonly algorithm: AlgorithmIdentifier;
  readonly key: Bytes;
  readonly rsa?: RsaPublicKey;
}

interface RsaPublicKey {
  readonly modulus: Bytes;
  readonly exponent: Bytes;
}

const keyParts: DerType<KeyParts> = sequence('SubjectPublicKeyInfo', (reader) => {
  const algorithm = field(reader, 'algorithm', algorithmIdentifier);
  const isRsa = algorithm.algorithm === oids.rsaEncryption || algorithm.algorithm === oids.rsassaPss;
  if (!isRsa) return { algorithm, key: field(reader, 'subjectPublicKey', octetBitString) };
  const { octets, value } = field(reader, 'subjectPublicKey', rsaBitString);
  return { algorithm, key: octets, rsa: value };
});

const rsaBitString = bitStringOf(
  sequence<RsaPublicKey>('RSAPublicKey', (reader) => ({
    modulus: field(reader, 'modulus', unsignedInteger),
    exponent: field(reader, 'publicExponent', unsignedInteger),
  })),
);

function classify(parts: KeyParts, spki: Bytes): CertificateKey {
  const found = keyOf(parts);
  const { key } = parts;
  return 'reason' in found
    ? { type: 'unusable', bits: 0, ...found, spki, key }
    : { type: found.type, spki, key, bits: found.bits };
}

type Found =
  | { readonly type: KeyType; readonly bits: number }
  | (Pick<UnusableKey, 'reason' | 'detail' | 'shortType'> & { readonly bits?: number });

function keyOf({ algorithm: { algorithm, parameters }, key, rsa }: KeyParts): Found {
  switch (algorithm) {
    case oids.rsaEncryption:
      // RFC 3279 §2.3.1: the parameters are NULL.
      return rsa !== undefined && parameters !== undefined && equal(parameters.der, Uint8Array.of(5, 0))
        ? rsaKey('rsa', rsa)
        : unsupported('an RSA key without the parameters NULL');
    case oids.rsassaPss:
      return rsa !== undefined && (parameters === undefined || pssHash(parameters) !== undefined)
        ? rsaKey('rsa-pss', rsa)
        : unsupported('RSASSA-PSS parameters other than one SHA-2 hash throughout');
    case oids.ecPublicKey:
      return curveKey(parameters?.tag === 0x06 ? parameters.content : undefined, key);
    case oids.ed25519:
      return rawKey('ed25519', { bits: 256, length: 32 }, parameters === undefined ? key : undefined);
    case oids.ed448:
      return rawKey('ed448', { bits: 456, length: 57 }, parameters === undefined ? key : undefined);
    case oids.mlDsa44:
      return rawKey('ml-dsa-44', { bits: 10496, length: 1312 }, parameters === undefined ? key : undefined);
    case oids.mlDsa65:
      return rawKey('ml-dsa-65', { bits: 15616, length: 1952 }, parameters === undefined ? key : undefined);
    case oids.mlDsa87:
      return rawKey('ml-dsa-87', { bits: 20736, length: 2592 }, parameters === undefined ? key : undefined);
    default:
      return unsupported(algorithm === oids.dsa ? 'DSA' : `algorithm ${algorithm}`);
  }
}

function rsaKey(type: 'rsa' | 'rsa-pss', { modulus, exponent }: RsaPublicKey): Found {
  const bits = bitLength(modulus);
  if (bits > maximumRsaBits) return unsupported(`an RSA modulus of ${bits} bits`);
  const odd = ((modulus.at(-1) as number) & (exponent.at(-1) as number) & 1) === 1;
  // 1 would make every message its own signature; more than eight octets only slow verification down.
  const fit = odd && bitLength(exponent) >= 2 && exponent.length <= 8;
  if (bits < minimumRsaBits) {
    const detail = `an RSA modulus of ${bits} bits`;
    const isShort = fit && bits >= leastRsaBits;
    return { reason: rejections.weakKey, detail, bits, ...(isShort ? { shortType: type } : {}) };
  }
  if (fit) return { type, bits };
  return { reason: rejections.weakKey, detail: 'an even RSA modulus or an unfit public exponent', bits };
}

// NIST SP 800-57 and the CA/Browser Forum ask for 2048 bits; the upper bound keeps verification short.
const minimumRsaBits = 2048;
// What a policy may still let through.
const leastRsaBits = 1024;
const maximumRsaBits = 16384;

function curveKey(named: Bytes | undefined, point: Bytes): Found {
  // Explicit curve parameters are forbidden (RFC 5480 §2.1.1): they once let anybody choose the generator.
  if (named === undefined) return unsupported('a curve that is not named');
  const known = curves.find(({ octets }) => equal(octets, named));
  if (known === undefined) return unsupported('a curve other than P-256, P-384 and P-521');
  if (known.weak) return { reason: rejections.weakKey, detail: `the curve ${known.name}`, bits: known.bits };
  const width = Math.ceil(known.bits / 8);
  const uncompressed = point[0] === 4 && point.length === 1 + 2 * width;
  return known.type !== undefined && uncompressed
    ? { type: known.type, bits: known.bits }
    : unsupported(known.type === undefined ? `the curve ${known.name}` : 'a point that is not uncompressed');
}

interface Curve {
  readonly name: string;
  readonly octets: Bytes;
  readonly bits: number;
  readonly type?: KeyType;
  readonly weak: boolean;
}

const curves: readonly Curve[] = [
  { name: 'secp256r1', octets: encodeOid(oids.secp256r1), bits: 256, type: 'p256', weak: false },
  { name: 'secp384r1', octets: encodeOid(oids.secp384r1), bits: 384, type: 'p384', weak: false },
  { name: 'secp521r1', octets: encodeOid(oids.secp521r1), bits: 521, type: 'p521', weak: false },
  { name: 'secp192r1', octets: encodeOid(oids.secp192r1), bits: 192, weak: true },
  { name: 'secp224r1', octets: encodeOid(oids.secp224r1), bits: 224, weak: true },
  { name: 'secp256k1', octets: encodeOid(oids.secp256k1), bits: 256, weak: false },
];

// Keys without parameters whose bytes are all there is (RFC 8410 §3 and §4, RFC 9881 §4).
function rawKey(
  type: 'ed25519' | 'ed448' | MlDsa,
  size: { readonly bits: number; readonly length: number },
  key: Bytes | undefined,
): Found {
  if (key === undefined) return unsupported(`parameters of a key of ${type}`);
  return key.length === size.length
    ? { type, bits: size.bits }
    : unsupported(`${key.length} bytes as a key of ${type}`);
}

function unsupported(detail: string): Found {
  return { reason: rejections.unsupportedKey, detail };
}

/** Bits of an unsigned INTEGER, most significant octet first. */
export function bitLength(octets: Bytes): number {
  return octets.length * 8 - Math.clz32(octets[0] as number) + 24;
}

function boundAlgorithm(key: PublicKey): SignatureAlgorithm | undefined {
  const { parameters } = keyAlgorithm(key.spki);
  const hash = parameters === undefined ? undefined : pssHash(parameters);
  return hash === undefined ? undefined : `rsa-pss-${hash}`;
}
