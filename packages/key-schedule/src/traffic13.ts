import { type AeadInfo, type HashInfo, noBytes, type Secret } from '@tlsmith/types';
import { type Derivation, type DirectionKeys, intoSecret } from './derivation.ts';
import { hkdfExpandLabel } from './hkdf.ts';

/** What a traffic secret's keys depend on: a cipher suite, or anything else with these two. */
export interface TrafficSuite {
  readonly hash: HashInfo;
  readonly aead: AeadInfo;
}

/** The keys of one direction of a QUIC packet number space (RFC 9001 §5.1). */
export interface QuicDirectionKeys extends DirectionKeys {
  /** For header protection (RFC 9001 §5.4); key updates leave it as it is. */
  readonly hp: Secret<'key'>;
}

/**
 * write_key (as long as the AEAD's) and write_iv (12 bytes) of one direction (RFC 9846 §7.3).
 *
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { trafficKeys } from '@tlsmith/key-schedule';
 * import { compute, secret, suites } from '@tlsmith/types';
 * const traffic = secret('traffic', new Uint8Array(32));
 * compute(node, trafficKeys(suites.TLS_AES_128_GCM_SHA256, traffic)).key.length; // 16
 * ```
 */
export function trafficKeys(suite: TrafficSuite, traffic: Secret<'traffic'>): Derivation<DirectionKeys> {
  return keyAndIv(suite, traffic, '');
}

/**
 * application_traffic_secret_N+1 (RFC 9846 §7.2). The caller wipes the old one once its records are done with.
 *
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { nextTrafficSecret } from '@tlsmith/key-schedule';
 * import { compute, secret, sha256 } from '@tlsmith/types';
 * const traffic = secret('traffic', new Uint8Array(32));
 * compute(node, nextTrafficSecret(sha256, traffic)).length; // 32
 * ```
 */
export function nextTrafficSecret(hash: HashInfo, traffic: Secret<'traffic'>): Derivation<Secret<'traffic'>> {
  return expandSecret(hash, traffic, 'traffic upd');
}

/**
 * Packet and header protection keys of QUIC (RFC 9001 §5.1), where they take the place of {@link trafficKeys}: `key`
 * and `hp` as long as the AEAD's key, `iv` 12 bytes.
 *
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { quicTrafficKeys } from '@tlsmith/key-schedule';
 * import { compute, secret, suites } from '@tlsmith/types';
 * const traffic = secret('traffic', new Uint8Array(32));
 * compute(node, quicTrafficKeys(suites.TLS_CHACHA20_POLY1305_SHA256, traffic)).hp.length; // 32
 * ```
 */
export function* quicTrafficKeys(
  suite: TrafficSuite,
  traffic: Secret<'traffic'>,
): Derivation<QuicDirectionKeys> {
  const keys = yield* keyAndIv(suite, traffic, 'quic ');
  return { ...keys, hp: yield* expandKey(suite, traffic, 'quic hp') };
}

/** The secret after a QUIC key update (RFC 9001 §6.1). */
export function nextQuicTrafficSecret(
  hash: HashInfo,
  traffic: Secret<'traffic'>,
): Derivation<Secret<'traffic'>> {
  return expandSecret(hash, traffic, 'quic ku');
}

function* keyAndIv(
  suite: TrafficSuite,
  traffic: Secret<'traffic'>,
  prefix: string,
): Derivation<DirectionKeys> {
  const iv = yield* hkdfExpandLabel(suite.hash, traffic, `${prefix}iv`, noBytes, ivLength);
  return { key: yield* expandKey(suite, traffic, `${prefix}key`), iv };
}

function* expandKey(
  suite: TrafficSuite,
  traffic: Secret<'traffic'>,
  label: string,
): Derivation<Secret<'key'>> {
  const { hash, aead } = suite;
  return intoSecret('key', yield* hkdfExpandLabel(hash, traffic, label, noBytes, aead.keyLength));
}

function* expandSecret(
  hash: HashInfo,
  traffic: Secret<'traffic'>,
  label: string,
): Derivation<Secret<'traffic'>> {
  return intoSecret('traffic', yield* hkdfExpandLabel(hash, traffic, label, noBytes, hash.length));
}

// iv_length is max(8, N_MIN) (RFC 9846 §5.3), and every AEAD in use has N_MIN = 12 (RFC 5116 §5.1, RFC 8439 §2.8).
const ivLength = 12;
