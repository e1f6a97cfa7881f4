import { constants, sign } from 'node:crypto';
import { explicit, integer, nothing, oid, sequence } from '../../pki/der.ts';
import type { TestKey } from './keys.ts';

/** Hash of a certificate's signature, MD5 for RSA alone; EdDSA and ML-DSA keys have their own and ignore it. */
export type SignatureHash = 'md5' | 'sha1' | 'sha256' | 'sha384' | 'sha512';

/** How a signature is made: by hash, and for RSA keys by padding (`rsa-pss` keys know only PSS). */
export interface SignatureChoice {
  readonly hash: SignatureHash;
  readonly padding: 'pkcs1' | 'pss';
}

/** AlgorithmIdentifier of a signature and the signature itself. */
export interface Signature {
  readonly algorithm: Uint8Array;
  readonly value: Uint8Array;
}

/** Signs as a certificate, CRL or OCSP response wants it: the algorithm is part of what is signed. */
export function signContent(
  key: TestKey,
  choice: SignatureChoice,
  content: (algorithm: Uint8Array) => Uint8Array,
): Signature & { readonly content: Uint8Array } {
  const algorithm = signatureAlgorithm(key, choice);
  const bytes = content(algorithm);
  return { algorithm, content: bytes, value: signatureValue(key, choice, bytes) };
}

/** AlgorithmIdentifier, DER (RFC 4055, RFC 5758, RFC 8410, RFC 9881). */
function signatureAlgorithm(key: TestKey, choice: SignatureChoice): Uint8Array {
  switch (key.type) {
    case 'ed25519':
      return sequence(oid('1.3.101.112'));
    case 'ed448':
      return sequence(oid('1.3.101.113'));
    case 'ml-dsa-44':
      return sequence(oid('2.16.840.1.101.3.4.3.17'));
    case 'ml-dsa-65':
      return sequence(oid('2.16.840.1.101.3.4.3.18'));
    case 'ml-dsa-87':
      return sequence(oid('2.16.840.1.101.3.4.3.19'));
    case 'p256':
    case 'p384':
    case 'p521':
      return sequence(oid(ecdsaOid(choice.hash)));
    case 'rsa-pss':
      return pssAlgorithm(choice.hash);
    case 'rsa':
    case 'rsa-1024':
      return choice.padding === 'pss'
        ? pssAlgorithm(choice.hash)
        : sequence(oid(pkcs1Oids[choice.hash]), nothing);
  }
}

function signatureValue(key: TestKey, choice: SignatureChoice, content: Uint8Array): Uint8Array {
  const hasOwnHash = key.type.startsWith('ed') || key.type.startsWith('ml-dsa');
  if (hasOwnHash) return octets(sign(null, content, key.privateKey));
  if (key.type === 'rsa-pss' || (key.type.startsWith('rsa') && choice.padding === 'pss')) {
    const padding = constants.RSA_PKCS1_PSS_PADDING;
    const saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
    return octets(sign(choice.hash, content, { key: key.privateKey, padding, saltLength }));
  }
  return octets(sign(choice.hash, content, key.privateKey));
}

/** RSASSA-PSS-params with MGF1 over the same hash and a salt as long as it (RFC 4055 §3.1). */
function pssAlgorithm(hash: SignatureHash): Uint8Array {
  // All of them are the defaults for SHA-1, and DER leaves defaults out.
  if (hash === 'sha1') return sequence(oid('1.2.840.113549.1.1.10'), sequence());
  const digest = sequence(oid(hashOids[hash].oid), nothing);
  return sequence(
    oid('1.2.840.113549.1.1.10'),
    sequence(
      explicit(0, digest),
      explicit(1, sequence(oid('1.2.840.113549.1.1.8'), digest)),
      explicit(2, integer(hashOids[hash].length)),
    ),
  );
}

const octets = (buffer: Uint8Array): Uint8Array => Uint8Array.from(buffer);

const hashOids = {
  md5: { oid: '1.2.840.113549.2.5', length: 16 },
  sha1: { oid: '1.3.14.3.2.26', length: 20 },
  sha256: { oid: '2.16.840.1.101.3.4.2.1', length: 32 },
  sha384: { oid: '2.16.840.1.101.3.4.2.2', length: 48 },
  sha512: { oid: '2.16.840.1.101.3.4.2.3', length: 64 },
} as const;

const pkcs1Oids = {
  md5: '1.2.840.113549.1.1.4',
  sha1: '1.2.840.113549.1.1.5',
  sha256: '1.2.840.113549.1.1.11',
  sha384: '1.2.840.113549.1.1.12',
  sha512: '1.2.840.113549.1.1.13',
} as const;

function ecdsaOid(hash: SignatureHash): string {
  if (hash === 'md5') throw new TypeError('no standard has ECDSA with MD5');
  return ecdsaOids[hash];
}

const ecdsaOids = {
  sha1: '1.2.840.10045.4.1',
  sha256: '1.2.840.10045.4.3.2',
  sha384: '1.2.840.10045.4.3.3',
  sha512: '1.2.840.10045.4.3.4',
} as const;
