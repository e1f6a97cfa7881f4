import { type Bytes, concat, type HashInfo, hmac, type Secret, TlsMisuse, utf8 } from '@tlsmith/types';
import { type Derivation, firstBytes } from './derivation.ts';

/**
 * The PRF of TLS 1.2, `P_hash(secret, label + seed)` (RFC 5246 §5), cut to `length` bytes. A shorter result is a
 * prefix of a longer one. The result is secret and belongs to the caller.
 *
 * @throws {TlsMisuse} `prf-length` unless `length` is a non-negative integer.
 *
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { prf } from '@tlsmith/key-schedule';
 * import { compute, sha256, utf8 } from '@tlsmith/types';
 * compute(node, prf(sha256, utf8('secret'), 'test label', utf8('seed'), 100)).length; // 100
 * ```
 */
// oxlint-disable-next-line eslint/max-params -- the RFC's three, the hash and the length
export function* prf(
  hash: HashInfo,
  secret: Secret | Bytes,
  label: string,
  seed: Bytes,
  length: number,
): Derivation<Bytes> {
  if (!Number.isInteger(length) || length < 0) {
    throw new TlsMisuse('prf-length', `the PRF gives a non-negative number of bytes, not ${length}`);
  }
  return yield* expand(hash, secret, concat(utf8(label), seed), length);
}

/** P_hash (RFC 5246 §5): `chain` holds A(1), A(2), ..., which never leave. */
function* expand(hash: HashInfo, secret: Secret | Bytes, seed: Bytes, length: number): Derivation<Bytes> {
  const count = Math.ceil(length / hash.length);
  const blocks: Bytes[] = [];
  const chain: Bytes[] = [];
  try {
    while (blocks.length < count) {
      const next: Bytes = yield* hmac(hash.name, secret, chain.at(-1) ?? seed);
      chain.push(next);
      blocks.push(yield* outputBlock(hash, secret, concat(next, seed)));
    }
    return firstBytes(blocks, length);
  } finally {
    for (const bytes of [...chain, ...blocks]) bytes.fill(0);
  }
}

function* outputBlock(hash: HashInfo, secret: Secret | Bytes, input: Bytes): Derivation<Bytes> {
  try {
    return yield* hmac(hash.name, secret, input);
  } finally {
    input.fill(0);
  }
}
