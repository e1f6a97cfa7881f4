import {
  type Bytes,
  equal,
  fromHex,
  hash,
  type HashAsk,
  type PublicKey,
  TlsMisuse,
  toHex,
  type Work,
} from '@tlsmith/types';
import { type Certificate, parseCertificate, usableKey } from './certificate.ts';
import { describeName } from './name.ts';
import { rejected, rejections } from './rejection.ts';

/** SHA-256 of a whole certificate, or of its SubjectPublicKeyInfo, which survives a renewal with the same key. */
export interface Fingerprint {
  readonly of: 'certificate' | 'public-key';
  /** 32 bytes. */
  readonly sha256: Bytes;
}

const brand: unique symbol = Symbol('pinned leaf');

/** A leaf whose fingerprint the caller knows. {@link verifyPinnedLeaf} alone makes one. */
export interface PinnedLeaf {
  readonly [brand]: true;
  readonly leaf: Certificate;
  readonly publicKey: PublicKey;
  readonly fingerprint: Fingerprint;
}

/**
 * Reads a SHA-256 fingerprint in hexadecimal, with or without colons, as browsers and `openssl x509 -fingerprint`
 * show it.
 *
 * @throws {TlsMisuse} `not-a-fingerprint` when it is not 32 bytes of hexadecimal.
 */
export function fingerprint(of: Fingerprint['of'], hexadecimal: string): Fingerprint {
  const digits = hexadecimal.replace(/[:\s]/g, '');
  if (/^[0-9a-fA-F]{64}$/.test(digits)) return { of, sha256: fromHex(digits) };
  throw new TlsMisuse('not-a-fingerprint', 'a SHA-256 fingerprint has 64 hexadecimal digits');
}

/**
 * Accepts a leaf for its fingerprint alone: no path, validity or name is looked at. What the caller pinned counts,
 * as RFC 7469 does it for keys of web servers.
 *
 * @throws {CertificateRejected} `malformed`, `pin-mismatch`, `unsupported-key` or `weak-key`.
 * @throws {TlsMisuse} `no-fingerprint` for an empty list.
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { compute } from '@tlsmith/types';
 * import { fingerprint, verifyPinnedLeaf } from '@tlsmith/x509';
 * const check = (leaf: Uint8Array, hexadecimal: string) =>
 *   compute(node, verifyPinnedLeaf(leaf, [fingerprint('certificate', hexadecimal)]));
 * ```
 */
export function* verifyPinnedLeaf(
  der: Bytes,
  fingerprints: readonly Fingerprint[],
): Work<PinnedLeaf, HashAsk> {
  if (fingerprints.length === 0)
    throw new TlsMisuse('no-fingerprint', 'pinning needs at least one fingerprint');
  const leaf = parseCertificate(der);
  const publicKey = usableKey(leaf);
  const present = {
    certificate: yield* hash('sha256', leaf.der),
    'public-key': yield* hash('sha256', publicKey.spki),
  };
  const matching = fingerprints.find(({ of, sha256 }) => equal(sha256, present[of]));
  if (matching !== undefined)
    return Object.freeze({ [brand]: true as const, leaf, publicKey, fingerprint: matching });
  throw rejected(rejections.pinMismatch, {
    certificate: describeName(leaf.subject),
    sha256: toHex(present.certificate),
    publicKeySha256: toHex(present['public-key']),
  });
}
