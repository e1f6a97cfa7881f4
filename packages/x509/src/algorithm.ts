import { Reader } from '@tlsmith/codec';
import { type Bytes, equal, isDecodeError, type Rejection, type SignatureAlgorithm } from '@tlsmith/types';
import { smallInteger } from './asn1.ts';
import {
  type AnyElement,
  anyElement,
  type DerType,
  explicit,
  field,
  nextTag,
  optional,
  sequence,
} from './der.ts';
import { objectIdentifier } from './oid.ts';
import { oids } from './oids.ts';
import { rejections } from './rejection.ts';
import type { WeakAlgorithm } from './weak.ts';

/** `AlgorithmIdentifier` (RFC 5280 §4.1.1.2). */
export interface AlgorithmIdentifier {
  readonly algorithm: string;
  /** The element that follows the identifier; absent and NULL differ. */
  readonly parameters: AnyElement | undefined;
  /** The whole element: certificates must repeat it byte for byte (RFC 5280 §4.1.1.2). */
  readonly der: Bytes;
}

/** `AlgorithmIdentifier` (RFC 5280 §4.1.1.2). */
export const algorithmIdentifier: DerType<AlgorithmIdentifier> = {
  name: 'AlgorithmIdentifier',
  section: 'RFC 5280 §4.1.1.2',
  tag: 0x30,
  read: (reader) => {
    const start = reader.at;
    const { algorithm, parameters } = algorithmParts.read(reader);
    return { algorithm, parameters, der: reader.bytes.subarray(start, reader.at) };
  },
  content: (reader) => reader.fail('an element with its tag'),
};

/** What a certificate's signature is computed with, or why we do not verify it: `accepted` are the weak ones we do. */
export function signatureAlgorithm(
  identifier: AlgorithmIdentifier,
  accepted: ReadonlySet<WeakAlgorithm> = none,
): SignatureAlgorithm | Rejection {
  const { algorithm, parameters } = identifier;
  const weak = weakSignatures[algorithm];
  if (weak !== undefined && !(weak.name !== undefined && accepted.has(weak.name))) {
    return rejections.weakSignature;
  }
  if (algorithm === oids.rsassaPss) return pss(parameters);
  const rsa = rsaSignatures[algorithm] ?? weak?.rsa;
  // NULL and absent are both to be accepted after these identifiers (RFC 4055 §5).
  if (rsa !== undefined) return isNullOrAbsent(parameters) ? rsa : rejections.unsupportedSignature;
  const other = plainSignatures[algorithm] ?? weak?.plain;
  // Parameters are absent here (RFC 5758 §3.2, RFC 8410 §3, RFC 9881 §2).
  return other !== undefined && parameters === undefined ? other : rejections.unsupportedSignature;
}

/**
 * The hash that RSASSA-PSS parameters fix, where mask generation uses the same and the salt is as long as it: the
 * only combinations that TLS has (RFC 9846 §4.3.3). Undefined for all others.
 */
export function pssHash(parameters: AnyElement): 'sha256' | 'sha384' | 'sha512' | undefined {
  try {
    const reader = new Reader(parameters.der);
    const { hash, maskHash, saltLength } = pssParameters.read(reader);
    const known = hashes[hash];
    return known !== undefined && maskHash === hash && saltLength === known.length ? known.name : undefined;
  } catch (error) {
    if (isDecodeError(error)) return undefined;
    throw error;
  }
}

const algorithmParts = sequence('AlgorithmIdentifier', (reader) => ({
  algorithm: field(reader, 'algorithm', objectIdentifier),
  parameters: nextTag(reader) === undefined ? undefined : field(reader, 'parameters', anyElement),
}));

const rsaSignatures: Readonly<Record<string, SignatureAlgorithm>> = {
  [oids.sha256WithRSAEncryption]: 'rsa-pkcs1-sha256',
  [oids.sha384WithRSAEncryption]: 'rsa-pkcs1-sha384',
  [oids.sha512WithRSAEncryption]: 'rsa-pkcs1-sha512',
};

const plainSignatures: Readonly<Record<string, SignatureAlgorithm>> = {
  [oids.ecdsaWithSHA256]: 'ecdsa-sha256',
  [oids.ecdsaWithSHA384]: 'ecdsa-sha384',
  [oids.ecdsaWithSHA512]: 'ecdsa-sha512',
  [oids.ed25519]: 'ed25519',
  [oids.ed448]: 'ed448',
  [oids.mlDsa44]: 'ml-dsa-44',
  [oids.mlDsa65]: 'ml-dsa-65',
  [oids.mlDsa87]: 'ml-dsa-87',
};

interface WeakSignature {
  /** What a policy calls it; undefined where none may. */
  readonly name?: WeakAlgorithm;
  readonly rsa?: SignatureAlgorithm;
  readonly plain?: SignatureAlgorithm;
}

// MD5 must and SHA-1 should end the handshake (RFC 9846 §4.5.1.3); SHA-224 and DSA are left out of TLS 1.3 altogether.
const weakSignatures: Readonly<Record<string, WeakSignature>> = {
  [oids.md2WithRSAEncryption]: {},
  [oids.md5WithRSAEncryption]: { name: 'md5', rsa: 'rsa-pkcs1-md5' },
  [oids.sha1WithRSAEncryption]: { name: 'sha1', rsa: 'rsa-pkcs1-sha1' },
  [oids.sha224WithRSAEncryption]: {},
  [oids.ecdsaWithSHA1]: { name: 'sha1', plain: 'ecdsa-sha1' },
  [oids.ecdsaWithSHA224]: {},
  [oids.dsaWithSHA1]: {},
  [oids.dsaWithSHA224]: {},
  [oids.dsaWithSHA256]: {},
};

const none: ReadonlySet<WeakAlgorithm> = new Set();

const hashes: Readonly<
  Record<string, { readonly name: 'sha256' | 'sha384' | 'sha512'; readonly length: number }>
> = {
  [oids.sha256]: { name: 'sha256', length: 32 },
  [oids.sha384]: { name: 'sha384', length: 48 },
  [oids.sha512]: { name: 'sha512', length: 64 },
};

function pss(parameters: AnyElement | undefined): SignatureAlgorithm | Rejection {
  const hash = parameters === undefined ? undefined : pssHash(parameters);
  return hash === undefined ? rejections.unsupportedSignature : `rsa-pss-${hash}`;
}

interface PssParameters {
  readonly hash: string;
  readonly maskHash: string;
  readonly saltLength: number;
}

// RSASSA-PSS-params (RFC 4055 §3.1). Every default there means SHA-1, so the fields that matter are present; a
// trailer field of 1 is the default and must be left out in DER.
const pssParameters: DerType<PssParameters> = sequence('RSASSA-PSS-params', (reader) => ({
  hash:
    optional(reader, 'hashAlgorithm', explicit(0, hashAlgorithm)) ?? reader.fail('a hash other than SHA-1'),
  maskHash: optional(reader, 'maskGenAlgorithm', explicit(1, maskAlgorithm)) ?? reader.fail('a mask hash'),
  saltLength: optional(reader, 'saltLength', explicit(2, smallInteger)) ?? reader.fail('a salt length'),
}));

const hashAlgorithm: DerType<string> = sequence('AlgorithmIdentifier', readHash);

const maskAlgorithm: DerType<string> = sequence('AlgorithmIdentifier', (reader) =>
  field(reader, 'algorithm', objectIdentifier) === oids.mgf1
    ? field(reader, 'parameters', hashAlgorithm)
    : reader.fail('mask generation function 1'),
);

function readHash(reader: Reader): string {
  const algorithm = field(reader, 'algorithm', objectIdentifier);
  const parameters = nextTag(reader) === undefined ? undefined : field(reader, 'parameters', anyElement);
  return isNullOrAbsent(parameters) ? algorithm : reader.fail('NULL or no parameters');
}

function isNullOrAbsent(parameters: AnyElement | undefined): boolean {
  return parameters === undefined || equal(parameters.der, nullElement);
}

const nullElement: Bytes = Uint8Array.of(5, 0);
