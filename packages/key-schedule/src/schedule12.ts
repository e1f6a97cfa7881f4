import {
  type Bytes,
  type CipherSuite12,
  concat,
  type HashInfo,
  noBytes,
  type Secret,
  TlsMisuse,
  uint,
} from '@tlsmith/types';
import { type Derivation, type DirectionKeys, hashOutput, intoSecret } from './derivation.ts';
import { prf } from './prf12.ts';

/**
 * The master secret, 48 bytes, over both randoms of 32 bytes (RFC 5246 §8.1). Only for peers without the extended
 * master secret: two connections can be made to share it (RFC 7627 §1).
 *
 * @throws {TlsMisuse} `random-length` unless each random has 32 bytes.
 */
export function* masterSecret(
  hash: HashInfo,
  premaster: Secret<'premaster'>,
  clientRandom: Bytes,
  serverRandom: Bytes,
): Derivation<Secret<'master'>> {
  const seed = concat(random(clientRandom), random(serverRandom));
  return intoSecret('master', yield* prf(hash, premaster, 'master secret', seed, masterLength));
}

/**
 * The extended master secret, 48 bytes, bound to the handshake by `sessionHash`: the hash of all messages through
 * ClientKeyExchange (RFC 7627 §4).
 *
 * @throws {TlsMisuse} `not-a-hash` unless `sessionHash` has the hash's length.
 *
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { extendedMasterSecret } from '@tlsmith/key-schedule';
 * import { compute, secret, sha256 } from '@tlsmith/types';
 * const premaster = secret('premaster', new Uint8Array(48));
 * compute(node, extendedMasterSecret(sha256, premaster, new Uint8Array(32))).length; // 48
 * ```
 */
export function* extendedMasterSecret(
  hash: HashInfo,
  premaster: Secret<'premaster'>,
  sessionHash: Bytes,
): Derivation<Secret<'master'>> {
  const seed = hashOutput(hash, sessionHash);
  return intoSecret('master', yield* prf(hash, premaster, 'extended master secret', seed, masterLength));
}

/**
 * The key block of an AEAD suite, cut into write keys and fixed parts of the nonces (RFC 5246 §6.3; no MAC keys,
 * RFC 5246 §6.2.3.3).
 *
 * @throws {TlsMisuse} `random-length` unless each random has 32 bytes.
 *
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { keyBlock } from '@tlsmith/key-schedule';
 * import { compute, secret, suites } from '@tlsmith/types';
 * const master = secret('master', new Uint8Array(48));
 * const random = new Uint8Array(32);
 * const suite = suites.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256;
 * compute(node, keyBlock(suite, master, random, random)).client.iv.length; // 4
 * ```
 */
export function* keyBlock(
  suite: CipherSuite12,
  master: Secret<'master'>,
  clientRandom: Bytes,
  serverRandom: Bytes,
): Derivation<{ readonly client: DirectionKeys; readonly server: DirectionKeys }> {
  const { keyLength } = suite.aead;
  const { fixedIvLength } = suite;
  // The randoms stand the other way round than in the master secret.
  const seed = concat(random(serverRandom), random(clientRandom));
  const block = yield* prf(suite.hash, master, 'key expansion', seed, 2 * (keyLength + fixedIvLength));
  let at = 0;
  const take = (length: number): Bytes => block.slice(at, (at += length));
  try {
    const clientKey = intoSecret('key', take(keyLength));
    const serverKey = intoSecret('key', take(keyLength));
    const client = { key: clientKey, iv: take(fixedIvLength) };
    return { client, server: { key: serverKey, iv: take(fixedIvLength) } };
  } finally {
    block.fill(0);
  }
}

/**
 * The exporter of TLS 1.2 (RFC 5705 §4). `randoms` is the client's random followed by the server's, 64 bytes.
 * No context (`undefined`) and an empty one give different bytes, unlike TLS 1.3. The result belongs to the caller.
 * Its uniqueness needs the extended master secret (RFC 7627 §5.4, RFC 9846 appendix D).
 *
 * @throws {TlsMisuse} `exporter-label` for an empty label or one that TLS itself gives to the PRF, `random-length`
 * unless `randoms` has 64 bytes, `exporter-context` when the context exceeds 65535 bytes, `prf-length`.
 *
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { exporter12 } from '@tlsmith/key-schedule';
 * import { compute, secret, sha256 } from '@tlsmith/types';
 * const master = secret('master', new Uint8Array(48));
 * compute(node, exporter12(sha256, master, 'EXPERIMENTAL-example', new Uint8Array(64), undefined, 20)).length; // 20
 * ```
 */
// oxlint-disable-next-line eslint/max-params -- the RFC's three, and what SecurityParameters holds
export function* exporter12(
  hash: HashInfo,
  master: Secret<'master'>,
  label: string,
  randoms: Bytes,
  context: Bytes | undefined,
  length: number,
): Derivation<Bytes> {
  // With such a label an exporter would hand out the very keys of the connection.
  if (label === '' || ownLabels.includes(label)) {
    throw new TlsMisuse('exporter-label', `the label "${label}" is not one for exporters: see RFC 5705 §4`);
  }
  const seed = concat(random(randoms, 64), contextValue(context));
  return yield* prf(hash, master, label, seed, length);
}

function random(value: Bytes, length = 32): Bytes {
  if (value.length !== length) {
    throw new TlsMisuse('random-length', `hello randoms are ${length} bytes here, not ${value.length}`);
  }
  return value;
}

function contextValue(context: Bytes | undefined): Bytes {
  if (context === undefined) return noBytes;
  if (context.length > 0xffff) {
    throw new TlsMisuse('exporter-context', 'an exporter context has at most 65535 bytes: hash it first');
  }
  return concat(uint(context.length, 2), context);
}

// RFC 5246 §8.1.
const masterLength = 48;

// RFC 5705 §4 names the first four; the last came with RFC 7627.
const ownLabels: readonly string[] = [
  'client finished',
  'server finished',
  'master secret',
  'key expansion',
  'extended master secret',
];
