import { type Derivation, trafficKeys } from '@tlsmith/key-schedule';
import {
  copyBytes,
  type AeadAlgorithm,
  type AeadKey,
  type Bytes,
  type CipherSuite,
  type CipherSuite13,
  type Secret,
  TlsMisuse,
} from '@tlsmith/types';

/**
 * What protects the records of one direction under one key. Good for one {@link Sealer} or for openers, whose
 * `destroy` forgets the key.
 */
export interface Protection {
  readonly suite: CipherSuite;
  readonly key: AeadKey;
  /** The static IV: 12 bytes, or the 4-byte salt of a TLS 1.2 GCM suite. */
  readonly iv: Bytes;
}

/**
 * Binds a write key and IV to the suite's AEAD. Both are copied; the caller still owns and wipes `key`.
 *
 * @throws {TlsMisuse} `protection-lengths` when key, IV and AEAD are not what the suite asks for.
 *
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { Opener, protect, Sealer } from '@tlsmith/record';
 * import { secret, suites } from '@tlsmith/types';
 * const suite = suites.TLS_AES_128_GCM_SHA256;
 * const make = () => protect(suite, node.aeads['aes-128-gcm'], secret('key', new Uint8Array(16)), new Uint8Array(12));
 * const sealer = new Sealer(make());
 * const record = new Uint8Array(sealer.sealedLength(3));
 * sealer.seal('application_data', Uint8Array.of(1, 2, 3), record);
 * new Opener(make()).open(record); // { type: 'application_data', content: Uint8Array [1, 2, 3], padding: 0 }
 * ```
 */
export function protect(suite: CipherSuite, aead: AeadAlgorithm, key: Secret<'key'>, iv: Bytes): Protection {
  const { keyLength, tagLength } = suite.aead;
  if (key.length !== keyLength || aead.keyLength !== keyLength || aead.tagLength !== tagLength) {
    throw new TlsMisuse(
      'protection-lengths',
      `${suite.name} takes ${keyLength}-byte keys and ${tagLength}-byte tags: give it its own AEAD and key`,
    );
  }
  if (iv.length + explicitNonceLength(suite) !== aead.nonceLength || aead.nonceLength < sequenceLength) {
    throw new TlsMisuse('protection-lengths', `${suite.name} does not take an IV of ${iv.length} bytes`);
  }
  return { suite, key: key.use((bytes) => aead.bind(bytes)), iv: copyBytes(iv) };
}

/**
 * The protection that a TLS 1.3 traffic secret stands for (RFC 9846 §7.3). The derived key is wiped once it is bound;
 * `traffic` stays the caller's.
 *
 * @throws {TlsMisuse} as {@link protect} does.
 */
export function* protectTraffic(
  suite: CipherSuite13,
  aead: AeadAlgorithm,
  traffic: Secret<'traffic'>,
): Derivation<Protection> {
  const { key, iv } = yield* trafficKeys(suite, traffic);
  try {
    return protect(suite, aead, key, iv);
  } finally {
    key.wipe();
  }
}

/** Bytes of the nonce that each record carries: 8 in TLS 1.2 with GCM (RFC 5288 §3), else 0. */
export function explicitNonceLength(suite: CipherSuite): number {
  return suite.version === 'tls12' ? suite.recordIvLength : 0;
}

/** Bytes that a fragment has more than content and padding: explicit nonce, inner content type, tag. */
export function expansion(suite: CipherSuite): number {
  return explicitNonceLength(suite) + (suite.version === 'tls13' ? 1 : 0) + suite.aead.tagLength;
}

const sequenceLength = 8;
