import { Reader } from '@tlsmith/codec';
import { type Bytes, isDecodeError, type PublicKey, type SignatureAlgorithm } from '@tlsmith/types';
import type { AlgorithmIdentifier } from './algorithm.ts';
import { unsignedInteger } from './asn1.ts';
import type { Certificate } from './certificate.ts';
import { type DerType, field, sequence } from './der.ts';
import { element, oidElement } from './encode.ts';
import { oids } from './oids.ts';
import { bitLength, type CertificateKey, keyAlgorithm } from './spki.ts';

/** Domain parameters of DSA (`Dss-Parms`, RFC 3279 §2.3.2). */
export interface DsaParameters {
  readonly der: Bytes;
  /** Size of the modulus. */
  readonly bits: number;
}

/**
 * DSA is for the profile `pkits` alone: everywhere else its keys are unusable and its signatures weak, and nothing of
 * this file is asked. Here is what such a signature is computed with; undefined where it is none.
 */
export function dsaSignature({ algorithm, parameters }: AlgorithmIdentifier): SignatureAlgorithm | undefined {
  if (parameters !== undefined) return undefined;
  if (algorithm === oids.dsaWithSHA1) return 'dsa-sha1';
  return algorithm === oids.dsaWithSHA256 ? 'dsa-sha256' : undefined;
}

/** Whether a key is one of DSA, usable or not. */
export function isDsaKey(key: CertificateKey): boolean {
  return key.type === 'unusable' && identifier(key)?.algorithm === oids.dsa;
}

/** Whether a key is one of DSA that leaves its parameters to its issuer. */
export function inheritsParameters(key: CertificateKey): boolean {
  return isDsaKey(key) && identifier(key)?.parameters === undefined;
}

/** A key of DSA with its own parameters as one to verify with; every other key as it is. */
export function withOwnParameters(key: CertificateKey): CertificateKey {
  const own = isDsaKey(key) ? parametersOf(key) : undefined;
  return own === undefined ? key : usable(key, own);
}

/**
 * The keys of a path, leaf first, as they are worked with (RFC 5280 §6.1.4 d to f): a key of DSA without parameters has
 * those of its issuer's (RFC 3279 §2.3.2).
 */
export function workingKeys(
  path: readonly Certificate[],
  anchor: { readonly publicKey: CertificateKey },
): readonly CertificateKey[] {
  let working = parametersOf(anchor.publicKey);
  const keys: CertificateKey[] = [];
  for (const { publicKey } of [...path].reverse()) {
    working = isDsaKey(publicKey) ? (parametersOf(publicKey) ?? working) : undefined;
    keys.unshift(working === undefined ? publicKey : usable(publicKey, working));
  }
  return keys;
}

function parametersOf(key: CertificateKey): DsaParameters | undefined {
  const parameters = isDsaKey(key) ? identifier(key)?.parameters : undefined;
  if (parameters === undefined) return undefined;
  return attempt(() => {
    const modulus = dssParameters.read(new Reader(parameters.der));
    return { der: parameters.der, bits: bitLength(modulus) };
  });
}

function identifier({ spki }: CertificateKey): AlgorithmIdentifier | undefined {
  return attempt(() => keyAlgorithm(spki));
}

function usable({ key }: CertificateKey, { der, bits }: DsaParameters): PublicKey {
  const spki = element(0x30, element(0x30, oidElement(oids.dsa), der), element(0x03, Uint8Array.of(0), key));
  return { type: 'dsa', spki, key, bits };
}

const dssParameters: DerType<Bytes> = sequence('Dss-Parms', (reader) => {
  const [p] = ['p', 'q', 'g'].map((name) => field(reader, name, unsignedInteger));
  return p as Bytes;
});

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isDecodeError(error)) return undefined;
    throw error;
  }
}
