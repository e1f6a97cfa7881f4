import { type Bytes, type HashInfo, hmac, noBytes, type Role, type Secret, TlsMisuse } from '@tlsmith/types';
import { type Derivation, hashOutput, intoSecret } from './derivation.ts';
import { hkdfExpandLabel } from './hkdf.ts';
import { prf } from './prf12.ts';
import { binderKey, type EarlyStage } from './schedule13.ts';

/**
 * verify_data of a TLS 1.3 Finished, `hash.length` bytes (RFC 9846 §4.5.3). `base` is the sender's handshake traffic
 * secret (its application traffic secret in post-handshake authentication), the hash goes through the message before
 * the Finished. Compare with `equal`; a difference is answered with decrypt_error.
 *
 * @throws {TlsMisuse} `not-a-hash` unless `transcriptHash` has the hash's length.
 *
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { finishedVerifyData13 } from '@tlsmith/key-schedule';
 * import { compute, secret, sha256 } from '@tlsmith/types';
 * const base = secret('traffic', new Uint8Array(32));
 * compute(node, finishedVerifyData13(sha256, base, new Uint8Array(32))).length; // 32
 * ```
 */
export function* finishedVerifyData13(
  hash: HashInfo,
  base: Secret<'traffic'>,
  transcriptHash: Bytes,
): Derivation<Bytes> {
  const covered = hashOutput(hash, transcriptHash);
  const expanded = yield* hkdfExpandLabel(hash, base, 'finished', noBytes, hash.length);
  const finishedKey = intoSecret('finished', expanded);
  try {
    return yield* hmac(hash.name, finishedKey, covered);
  } finally {
    finishedKey.wipe();
  }
}

/**
 * A PSK binder: a Finished over the truncated ClientHello (RFC 9846 §4.3.11.2). `hash` is the PSK's, `early` the
 * Early Secret from that PSK, `truncatedHelloHash` the hash of what comes before the binders list, after a
 * HelloRetryRequest with message_hash and HelloRetryRequest in front.
 *
 * @throws {TlsMisuse} `not-a-hash` unless `truncatedHelloHash` has the hash's length, `binder-hash` when `hash` is not that
 * of `early`.
 *
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { earlySecret, pskBinder } from '@tlsmith/key-schedule';
 * import { compute, secret, sha256, utf8 } from '@tlsmith/types';
 * const early = compute(node, earlySecret(sha256, secret('psk', utf8('shared by hand'))));
 * compute(node, pskBinder(sha256, early, 'external', new Uint8Array(32))).length; // 32
 * ```
 */
export function* pskBinder(
  hash: HashInfo,
  early: EarlyStage,
  kind: 'external' | 'resumption',
  truncatedHelloHash: Bytes,
): Derivation<Bytes> {
  // A binder is computed with the hash of its PSK before the server has chosen any suite.
  if (hash.name !== early.hash.name) {
    throw new TlsMisuse(
      'binder-hash',
      `a ${early.hash.name} PSK has a ${early.hash.name} binder, not ${hash.name}`,
    );
  }
  const base = yield* binderKey(early, kind);
  try {
    return yield* finishedVerifyData13(hash, base, truncatedHelloHash);
  } finally {
    base.wipe();
  }
}

/**
 * verify_data of a TLS 1.2 Finished, 12 bytes (RFC 5246 §7.4.9). `role` is the sender's, the hash covers all messages
 * before this Finished, the other side's Finished included. Compare with `equal`; a difference is answered with
 * decrypt_error.
 *
 * @throws {TlsMisuse} `not-a-hash` unless `transcriptHash` has the hash's length.
 *
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { finishedVerifyData12 } from '@tlsmith/key-schedule';
 * import { compute, secret, sha256 } from '@tlsmith/types';
 * const master = secret('master', new Uint8Array(48));
 * compute(node, finishedVerifyData12(sha256, master, 'client', new Uint8Array(32))).length; // 12
 * ```
 */
export function finishedVerifyData12(
  hash: HashInfo,
  master: Secret<'master'>,
  role: Role,
  transcriptHash: Bytes,
): Derivation<Bytes> {
  return prf(hash, master, `${role} finished`, hashOutput(hash, transcriptHash), 12);
}
