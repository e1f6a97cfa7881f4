import { type Bytes, equal, isCertificateRejected, TlsMisuse } from '@tlsmith/types';
import { type Certificate, parseCertificate } from './certificate.ts';
import type { NameConstraints } from './extensions/name-constraints.ts';
import { bytesOf, listOf } from './input.ts';
import { type Name, nameKey } from './name.ts';
import { certificatesFromPem } from './pem.ts';
import type { Purpose } from './purpose.ts';
import { rejected } from './rejection.ts';
import type { CertificateKey } from './spki.ts';

/**
 * Whom the caller trusts to issue certificates: a name and a key (RFC 5280 §6.1.1 d), and where they came from a
 * certificate, that too: its validity, basicConstraints, key usages and unknown critical extensions then count. Its
 * signature is not checked; the caller's trust takes its place.
 */
export interface TrustAnchor {
  readonly subject: Name;
  /** A key that cannot be used only matters once a path ends there. */
  readonly publicKey: CertificateKey;
  readonly nameConstraints: NameConstraints | undefined;
  readonly certificate: Certificate | undefined;
  /** What the caller holds against it besides. */
  readonly constraints?: AnchorConstraints;
}

/**
 * What a caller holds against a trust anchor beyond what its own certificate says (RFC 5914 has the like): root stores
 * restrict authorities by it that they trust in part, or no longer.
 */
export interface AnchorConstraints {
  /** In force together with those of the certificate. */
  readonly nameConstraints?: NameConstraints;
  /** Whose certificates it may vouch for; all where left out. */
  readonly purposes?: readonly Purpose[];
  /**
   * Leaves whose notBefore lies after this moment are refused, in milliseconds since 1970-01-01T00:00:00Z: so browsers
   * let a distrusted root's old certificates live on.
   */
  readonly distrustAfter?: number;
}

/**
 * Makes a trust anchor of a certificate, self-signed or not.
 *
 * @throws {CertificateRejected} `malformed`.
 */
export function trustAnchor(der: Bytes): TrustAnchor {
  const certificate = parseCertificate(der);
  const { subject, publicKey, nameConstraints } = certificate;
  return { subject, publicKey, nameConstraints, certificate };
}

/**
 * Makes trust anchors of certificates: a list of DER, or PEM text such as a system's bundle.
 *
 * @throws {CertificateRejected} `malformed`, with the `index` of the certificate.
 * @throws {TlsMisuse} when the text is not PEM or holds no certificate.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { trustAnchors } from '@tlsmith/x509';
 * const roots = (file: string) => trustAnchors(readFileSync(file, 'utf8'));
 * ```
 */
export function trustAnchors(certificates: readonly Bytes[] | string): readonly TrustAnchor[] {
  const isText = typeof certificates === 'string';
  const list = isText ? certificatesFromPem(certificates) : listOf(certificates, 'certificates', bytesOf);
  return list.map((der, index) => {
    try {
      return trustAnchor(der);
    } catch (error) {
      throw isCertificateRejected(error) ? rejected(error.reason, { ...error.facts, index }) : error;
    }
  });
}

/**
 * A trust anchor, as {@link trustAnchor} makes it or by hand.
 *
 * @throws {TlsMisuse} `not-a-trust-anchor`: certificates become some first.
 */
export function anchorOf(value: TrustAnchor, what: string): TrustAnchor {
  if (value?.subject?.parts !== undefined && value.publicKey?.spki !== undefined) return value;
  throw new TlsMisuse('not-a-trust-anchor', `${what} is none; trustAnchor(der) makes one of a certificate`);
}

/** The trust anchors with a name. The index of a list is made once and lives as long as the list. */
export function anchorsNamed(anchors: readonly TrustAnchor[], name: Name): readonly TrustAnchor[] {
  return indexOf(anchors).get(nameKey(name)) ?? [];
}

/** A list of trust anchors, checked once in its life. */
export function anchorsOf(anchors: readonly TrustAnchor[]): readonly TrustAnchor[] {
  return indexOf(anchors).size === 0 ? [] : anchors;
}

/** Whether a certificate is itself a trust anchor, byte for byte. */
export function anchorItself(anchors: readonly TrustAnchor[], of: Certificate): TrustAnchor | undefined {
  return anchorsNamed(anchors, of.subject).find(
    ({ certificate }) => certificate !== undefined && equal(certificate.der, of.der),
  );
}

const indexes = new WeakMap<readonly TrustAnchor[], ReadonlyMap<string, readonly TrustAnchor[]>>();

function indexOf(anchors: readonly TrustAnchor[]): ReadonlyMap<string, readonly TrustAnchor[]> {
  const known = indexes.get(anchors);
  if (known !== undefined) return known;
  const index = new Map<string, TrustAnchor[]>();
  for (const anchor of listOf(anchors, 'anchors', anchorOf)) {
    const key = nameKey(anchor.subject);
    const same = index.get(key) ?? [];
    same.push(anchor);
    index.set(key, same);
  }
  indexes.set(anchors, index);
  return index;
}
