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
import { bytesOf, listOf, objectOf, textOf, wordOf } from './input.ts';
import { describeName } from './name.ts';
import { rejected, rejections } from './rejection.ts';
import { type Found, passes, type Search } from './search.ts';

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
  const digits = textOf(hexadecimal, 'a fingerprint').replace(/[:\s]/g, '');
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
  const wanted = atLeastOne(fingerprints);
  const leaf = parseCertificate(der);
  const publicKey = usableKey(leaf);
  const present = yield* digests(leaf.der, publicKey.spki);
  const matching = wanted.find(({ of, sha256 }) => equal(sha256, present[of] as Bytes));
  if (matching !== undefined)
    return Object.freeze({ [brand]: true as const, leaf, publicKey, fingerprint: matching });
  throw rejected(rejections.pinMismatch, {
    certificate: describeName(leaf.subject),
    sha256: toHex(present.certificate as Bytes),
    publicKeySha256: toHex(present['public-key']),
  });
}

/**
 * Accepts only paths on which the caller knows a certificate or a key, that of the trust anchor included (RFC 7469
 * §2.6).
 *
 * @throws {TlsMisuse} `no-fingerprint` for an empty list.
 */
export function pinCheck(
  fingerprints: readonly Fingerprint[],
  search: Search,
): NonNullable<Search['accepts']> {
  const pins = atLeastOne(fingerprints);
  // Paths share most of their certificates.
  const known = new Map<Bytes, Digests>();
  return function* accepts({ path, anchor }: Found): Work<boolean, HashAsk> {
    const present: { readonly subject: string; readonly digests: Digests }[] = [];
    for (const { der, subject, publicKey } of [...path, { ...anchor, der: anchor.certificate?.der }]) {
      const found = known.get(publicKey.spki) ?? (yield* digests(der, publicKey.spki));
      known.set(publicKey.spki, found);
      present.push({ subject: describeName(subject), digests: found });
    }
    const isKnown = pins.some(({ of, sha256 }) =>
      present.some(({ digests: own }) => own[of] !== undefined && equal(own[of], sha256)),
    );
    const keys = present.map(({ subject, digests: own }) => `${subject}: ${toHex(own['public-key'])}`);
    const failure = { reason: rejections.pinMismatch, facts: { publicKeysSha256: keys } };
    const of = { depth: 0, subject: (path[0] as Certificate).subject };
    return passes(search, 'pin', of, isKnown ? undefined : failure);
  };
}

interface Digests {
  /** Undefined for trust anchors that are a name and a key. */
  readonly certificate: Bytes | undefined;
  readonly 'public-key': Bytes;
}

function* digests(der: Bytes | undefined, spki: Bytes): Work<Digests, HashAsk> {
  return {
    certificate: der && (yield* hash('sha256', der)),
    'public-key': yield* hash('sha256', spki),
  };
}

function atLeastOne(fingerprints: readonly Fingerprint[]): readonly Fingerprint[] {
  const checked = listOf(fingerprints, 'pins', fingerprintOf);
  if (checked.length > 0) return checked;
  throw new TlsMisuse('no-fingerprint', 'pinning needs at least one fingerprint');
}

function fingerprintOf(value: Fingerprint, what: string): Fingerprint {
  const { of, sha256 } = objectOf(value, what);
  const { length } = bytesOf(sha256, `${what}.sha256`);
  if (length !== 32) throw new TlsMisuse('not-a-fingerprint', `${what}.sha256 has 32 bytes, not ${length}`);
  return { of: wordOf(of, `${what}.of`, ['certificate', 'public-key']), sha256 };
}
