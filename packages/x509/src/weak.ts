import { listOf, wordOf } from './input.ts';
import type { CertificateKey } from './spki.ts';

/**
 * What is refused unless a policy names it: signatures with MD5 (RSA) or SHA-1 (RSA and ECDSA), for both of which
 * collisions can be computed, and RSA keys from 1024 to 2047 bits. What is weaker still is refused in any case.
 */
export type WeakAlgorithm = 'md5' | 'sha1' | 'rsa-1024';

/**
 * The weak algorithms that a caller names.
 *
 * @throws {TlsMisuse} `not-a-choice` for a name that {@link WeakAlgorithm} does not have.
 */
export function namedWeak(names: readonly WeakAlgorithm[] = []): ReadonlySet<WeakAlgorithm> {
  return new Set(listOf(names, 'dangerouslyAcceptWeak', (name, what) => wordOf(name, what, all)));
}

/** A key as it is worked with: one that is unusable for its length alone becomes usable where a policy names it. */
export function acceptedKey(key: CertificateKey, accepted: ReadonlySet<WeakAlgorithm>): CertificateKey {
  if (key.type !== 'unusable' || key.shortType === undefined || !accepted.has('rsa-1024')) return key;
  const { shortType: type, spki, key: bytes, bits } = key;
  return { type, spki, key: bytes, bits };
}

const all: readonly WeakAlgorithm[] = ['md5', 'sha1', 'rsa-1024'];
