import { listOf, wordOf } from './input.ts';

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

const all: readonly WeakAlgorithm[] = ['md5', 'sha1', 'rsa-1024'];
