import {
  type HashName,
  type KeyType,
  type MlDsa,
  type OwnAlgorithm,
  type SignatureAlgorithm,
  TlsMisuse,
} from '@tlsmith/types';

/** A signature algorithm taken apart. */
export type SignatureParts =
  | {
      readonly family: 'rsa-pkcs1' | 'rsa-pss' | 'ecdsa';
      readonly hash: HashName;
      readonly keys: readonly KeyType[];
    }
  | { readonly family: 'eddsa'; readonly keys: readonly KeyType[] };

/**
 * Takes a signature algorithm apart.
 *
 * @throws {TlsMisuse} `unsupported-signature-algorithm` for one that not all providers of this package have.
 */
export function signatureParts(algorithm: SignatureAlgorithm): SignatureParts {
  if (!Object.hasOwn(signatures, algorithm)) {
    throw new TlsMisuse(
      'unsupported-signature-algorithm',
      `this provider has no signature algorithm ${algorithm}`,
    );
  }
  return signatures[algorithm as PortableAlgorithm];
}

/**
 * Takes the algorithm of a signature to be made apart.
 *
 * @throws {TlsMisuse} `signature-algorithm-mismatch` when such keys do not sign so, `signature-hash-obsolete` for
 * SHA-1, which is here to check old certificates and never for new signatures.
 */
export function signingParts(algorithm: SignatureAlgorithm, type: KeyType): SignatureParts {
  const parts = signatureParts(algorithm);
  if (!parts.keys.includes(type)) {
    throw new TlsMisuse('signature-algorithm-mismatch', `a key of type ${type} does not sign ${algorithm}`);
  }
  if (parts.family !== 'eddsa' && parts.hash === 'sha1') {
    throw new TlsMisuse(
      'signature-hash-obsolete',
      'sign with SHA-256 or better: SHA-1 is for verification only',
    );
  }
  return parts;
}

/** Every algorithm that all providers of this package verify. */
export function signatureAlgorithms(): readonly SignatureAlgorithm[] {
  return Object.keys(signatures) as SignatureAlgorithm[];
}

/** Those of them that new signatures use. */
export function signingAlgorithms(): readonly SignatureAlgorithm[] {
  return signatureAlgorithms().filter((algorithm) => !algorithm.endsWith('-sha1'));
}

// DSA, ML-DSA and MD5 are no business of all providers, and what a scheme brings itself of none.
type PortableAlgorithm = Exclude<
  SignatureAlgorithm,
  `dsa-${string}` | MlDsa | 'rsa-pkcs1-md5' | OwnAlgorithm
>;

const ecdsaKeys: readonly KeyType[] = ['p256', 'p384', 'p521'];
const pkcs1 = (hash: HashName): SignatureParts => ({ family: 'rsa-pkcs1', hash, keys: ['rsa'] });
// A key for RSASSA-PSS alone (RFC 4055 §1.2) signs nothing else; a general one signs both ways.
const pss = (hash: HashName): SignatureParts => ({ family: 'rsa-pss', hash, keys: ['rsa', 'rsa-pss'] });
const ecdsa = (hash: HashName): SignatureParts => ({ family: 'ecdsa', hash, keys: ecdsaKeys });

const signatures: Readonly<Record<PortableAlgorithm, SignatureParts>> = {
  'ecdsa-sha256': ecdsa('sha256'),
  'ecdsa-sha384': ecdsa('sha384'),
  'ecdsa-sha512': ecdsa('sha512'),
  ed25519: { family: 'eddsa', keys: ['ed25519'] },
  ed448: { family: 'eddsa', keys: ['ed448'] },
  'rsa-pss-sha256': pss('sha256'),
  'rsa-pss-sha384': pss('sha384'),
  'rsa-pss-sha512': pss('sha512'),
  'rsa-pkcs1-sha256': pkcs1('sha256'),
  'rsa-pkcs1-sha384': pkcs1('sha384'),
  'rsa-pkcs1-sha512': pkcs1('sha512'),
  'ecdsa-sha1': ecdsa('sha1'),
  'rsa-pkcs1-sha1': pkcs1('sha1'),
};
