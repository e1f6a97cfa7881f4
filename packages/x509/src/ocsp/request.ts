import { type Bytes, type HashAsk, type HashName, TlsMisuse, type Work } from '@tlsmith/types';
import type { Certificate } from '../certificate.ts';
import { element, oidElement } from '../encode.ts';
import { oids } from '../oids.ts';
import type { Issuer } from '../revocation/status.ts';
import { encodeCertificateId, issuerHashes } from './certificate-id.ts';

/** How to ask for the status of a certificate. */
export interface OcspRequestOptions {
  /** What identifies the issuer; SHA-1 when left out, which all responders know (RFC 5019 §2.1.1). */
  readonly hash?: HashName;
  /** 1 to 32 random bytes that a fresh answer repeats (RFC 8954 §2.1). Most responders prepare theirs and cannot. */
  readonly nonce?: Bytes;
}

/**
 * Makes an OCSP request for one certificate (RFC 6960 §4.1), not signed, in the lightweight form of RFC 5019 §2.1.
 *
 * @param issuer whoever issued the certificate; a trust anchor will do.
 * @throws {TlsMisuse} `bad-nonce-length`.
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { compute } from '@tlsmith/types';
 * import { type Certificate, ocspRequest } from '@tlsmith/x509';
 * const request = (leaf: Certificate, issuer: Certificate) => compute(node, ocspRequest(leaf, issuer));
 * ```
 */
export function* ocspRequest(
  certificate: Pick<Certificate, 'issuer' | 'serialNumber'>,
  issuer: Pick<Issuer, 'publicKey'>,
  { hash = 'sha1', nonce }: OcspRequestOptions = {},
): Work<Bytes, HashAsk> {
  const hashes = yield* issuerHashes(hash, certificate, issuer);
  const request = element(0x30, encodeCertificateId(hash, certificate, hashes));
  const extensions = nonce === undefined ? [] : [element(0xa2, element(0x30, nonceExtension(nonce)))];
  return element(0x30, element(0x30, element(0x30, request), ...extensions));
}

/** The value of a nonce extension. */
export function nonceValue(nonce: Bytes): Bytes {
  return element(0x04, nonce);
}

function nonceExtension(nonce: Bytes): Bytes {
  if (nonce.length < 1 || nonce.length > 32) {
    throw new TlsMisuse('bad-nonce-length', 'a nonce has 1 to 32 bytes (RFC 8954 §2.1)');
  }
  return element(0x30, oidElement(oids.ocspNonce), element(0x04, nonceValue(nonce)));
}
