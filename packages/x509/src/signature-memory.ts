import {
  type Bytes,
  concat,
  type HashAsk,
  hash,
  type PublicKey,
  RecentlyUsed,
  type SignatureAlgorithm,
  toHex,
  utf8,
  type Work,
} from '@tlsmith/types';
import { amountOf } from './input.ts';

/**
 * Signatures that were good before, for those who meet the same certificates again and again: every site under one
 * intermediate brings that intermediate's signature along. Everything but the signatures is checked each time.
 *
 * Only good ones are kept, as SHA-256 hashes of everything that the verdict depends on: algorithm, key, signed bytes and
 * signature. So whoever fills the memory can slow others down, and never make them believe anything.
 */
export interface SignatureMemory {
  /** Whether the signature of that name was good. */
  has(name: string): boolean;
  /** Keeps the name of a good signature. */
  add(name: string): void;
}

/**
 * A memory for {@link ChainRequest.signatures}. One provider to a memory: it holds what that provider found good.
 *
 * @param capacity How many signatures it holds at most, about 150 bytes each.
 * @throws {TlsMisuse} `not-an-amount`.
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { compute } from '@tlsmith/types';
 * import { type ChainRequest, signatureMemory, verifyChain } from '@tlsmith/x509';
 * const signatures = signatureMemory();
 * const verify = (request: ChainRequest) => compute(node, verifyChain({ ...request, signatures }));
 * ```
 */
export function signatureMemory(capacity = 1024): SignatureMemory {
  const good = new RecentlyUsed<true>(amountOf(capacity, 'capacity'));
  return { has: (name) => good.get(name) === true, add: (name) => good.set(name, true) };
}

/** What a signature is remembered by; undefined for one over more bytes than are worth hashing twice, such as a CRL's. */
export function* signatureName(
  algorithm: SignatureAlgorithm,
  { type, spki }: PublicKey,
  { tbs, signature }: { readonly tbs: Bytes; readonly signature: Bytes },
): Work<string | undefined, HashAsk> {
  if (tbs.length > longestNamed) return undefined;
  // The lengths make the parts' borders part of the name.
  const header = utf8(`${algorithm} ${type} ${spki.length} ${signature.length}\n`);
  return toHex(yield* hash('sha256', concat(header, spki, signature, tbs)));
}

const longestNamed = 16_384;
