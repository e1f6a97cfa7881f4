import {
  type Bytes,
  type HashInfo,
  hash as digest,
  noBytes,
  type Secret,
  type SecretKind,
} from '@tlsmith/types';
import { type Derivation, hashOutput, intoSecret } from './derivation.ts';
import { hkdfExpandLabel, hkdfExtract } from './hkdf.ts';

/** Early Secret, from the PSK: the first of the three stages of RFC 9846 §7.1. */
export interface EarlyStage {
  readonly stage: 'early';
  readonly hash: HashInfo;
  readonly secret: Secret<'stage'>;
}

/** Handshake Secret, from the Early Secret and the key exchange. */
export interface HandshakeStage {
  readonly stage: 'handshake';
  readonly hash: HashInfo;
  readonly secret: Secret<'stage'>;
}

/** Main Secret, from the Handshake Secret. */
export interface MainStage {
  readonly stage: 'main';
  readonly hash: HashInfo;
  readonly secret: Secret<'stage'>;
}

/**
 * Early Secret = HKDF-Extract(0, PSK) (RFC 9846 §7.1); without a PSK, `hash.length` zero bytes take its place.
 * The caller wipes `secret` when nothing more is to be derived from it.
 *
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { earlySecret, handshakeSecret, mainSecret } from '@tlsmith/key-schedule';
 * import { compute, sha256 } from '@tlsmith/types';
 * const early = compute(node, earlySecret(sha256));
 * const handshake = compute(node, handshakeSecret(early, new Uint8Array(32).fill(1)));
 * compute(node, mainSecret(handshake)).stage; // 'main'
 * ```
 */
export function* earlySecret(hash: HashInfo, psk?: Secret<'psk'>): Derivation<EarlyStage> {
  const extracted = yield* hkdfExtract(hash, zeros(hash), psk ?? zeros(hash));
  return { stage: 'early', hash, secret: intoSecret('stage', extracted) };
}

/**
 * Handshake Secret = HKDF-Extract(Derive-Secret(early, "derived", ""), shared secret) (RFC 9846 §7.1). Under psk_ke
 * there is no key exchange: give `hash.length` zero bytes. `sharedSecret` stays the caller's, who overwrites it.
 */
export function* handshakeSecret(early: EarlyStage, sharedSecret: Bytes): Derivation<HandshakeStage> {
  return { stage: 'handshake', hash: early.hash, secret: yield* nextStage(early, sharedSecret) };
}

/** Main Secret = HKDF-Extract(Derive-Secret(handshake, "derived", ""), 0) (RFC 9846 §7.1). */
export function* mainSecret(handshake: HandshakeStage): Derivation<MainStage> {
  const { hash } = handshake;
  return { stage: 'main', hash, secret: yield* nextStage(handshake, zeros(hash)) };
}

/**
 * binder_key, the base key of a PSK binder (RFC 9846 §7.1). The labels differ so that neither kind of PSK can be
 * passed off as the other.
 */
export function* binderKey(
  early: EarlyStage,
  kind: 'external' | 'resumption',
): Derivation<Secret<'traffic'>> {
  const label = kind === 'external' ? 'ext binder' : 'res binder';
  return yield* deriveSecret(early, 'traffic', label, yield* digest(early.hash.name, noBytes));
}

/** client_early_traffic_secret; `helloHash` is the hash of ClientHello (RFC 9846 §7.1). */
export function clientEarlyTrafficSecret(early: EarlyStage, helloHash: Bytes): Derivation<Secret<'traffic'>> {
  return deriveSecret(early, 'traffic', 'c e traffic', helloHash);
}

/** early_exporter_secret; `helloHash` is the hash of ClientHello (RFC 9846 §7.1). */
export function earlyExporterSecret(early: EarlyStage, helloHash: Bytes): Derivation<Secret<'exporter'>> {
  return deriveSecret(early, 'exporter', 'e exp master', helloHash);
}

/** client_handshake_traffic_secret; the hash goes through ServerHello (RFC 9846 §7.1). */
export function clientHandshakeTrafficSecret(
  handshake: HandshakeStage,
  transcriptHash: Bytes,
): Derivation<Secret<'traffic'>> {
  return deriveSecret(handshake, 'traffic', 'c hs traffic', transcriptHash);
}

/** server_handshake_traffic_secret; the hash goes through ServerHello (RFC 9846 §7.1). */
export function serverHandshakeTrafficSecret(
  handshake: HandshakeStage,
  transcriptHash: Bytes,
): Derivation<Secret<'traffic'>> {
  return deriveSecret(handshake, 'traffic', 's hs traffic', transcriptHash);
}

/** client_application_traffic_secret_0; the hash goes through the server's Finished (RFC 9846 §7.1). */
export function clientApplicationTrafficSecret(
  main: MainStage,
  transcriptHash: Bytes,
): Derivation<Secret<'traffic'>> {
  return deriveSecret(main, 'traffic', 'c ap traffic', transcriptHash);
}

/** server_application_traffic_secret_0; the hash goes through the server's Finished (RFC 9846 §7.1). */
export function serverApplicationTrafficSecret(
  main: MainStage,
  transcriptHash: Bytes,
): Derivation<Secret<'traffic'>> {
  return deriveSecret(main, 'traffic', 's ap traffic', transcriptHash);
}

/** exporter_secret; the hash goes through the server's Finished (RFC 9846 §7.1). */
export function exporterSecret(main: MainStage, transcriptHash: Bytes): Derivation<Secret<'exporter'>> {
  return deriveSecret(main, 'exporter', 'exp master', transcriptHash);
}

/** resumption_secret, from which tickets get their PSKs; the hash goes through the client's Finished (RFC 9846 §7.1). */
export function resumptionSecret(main: MainStage, transcriptHash: Bytes): Derivation<Secret<'psk'>> {
  return deriveSecret(main, 'psk', 'res master', transcriptHash);
}

/**
 * The PSK of one ticket (RFC 9846 §4.7.1): each `ticket_nonce` (0 to 255 bytes) gives another.
 *
 * @throws {TlsMisuse} `hkdf-context` when the nonce is longer.
 *
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { ticketPsk } from '@tlsmith/key-schedule';
 * import { compute, secret, sha256 } from '@tlsmith/types';
 * const resumption = secret('psk', new Uint8Array(32));
 * compute(node, ticketPsk(sha256, resumption, Uint8Array.of(0, 0))).length; // 32
 * ```
 */
export function* ticketPsk(
  hash: HashInfo,
  resumption: Secret<'psk'>,
  nonce: Bytes,
): Derivation<Secret<'psk'>> {
  return intoSecret('psk', yield* hkdfExpandLabel(hash, resumption, 'resumption', nonce, hash.length));
}

/**
 * TLS-Exporter (RFC 9846 §7.5), from the exporter secret or, for early data only, the early exporter secret. No
 * context and an empty one give the same bytes, unlike TLS 1.2. The result belongs to the caller.
 *
 * @throws {TlsMisuse} `hkdf-label` unless the label has 1 to 249 bytes, `hkdf-length` when `length` exceeds 255
 * hashes.
 *
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { exporter13 } from '@tlsmith/key-schedule';
 * import { compute, noBytes, secret, sha256 } from '@tlsmith/types';
 * const exporter = secret('exporter', new Uint8Array(32));
 * compute(node, exporter13(sha256, exporter, 'EXPORTER-Channel-Binding', noBytes, 32)).length; // 32
 * ```
 */
// oxlint-disable-next-line eslint/max-params -- the RFC's four and the hash; the other packages call it this way
export function* exporter13(
  hash: HashInfo,
  exporter: Secret<'exporter'>,
  label: string,
  context: Bytes,
  length: number,
): Derivation<Bytes> {
  const empty = yield* digest(hash.name, noBytes);
  const derived = yield* deriveSecret({ hash, secret: exporter }, 'exporter', label, empty);
  try {
    return yield* hkdfExpandLabel(hash, derived, 'exporter', yield* digest(hash.name, context), length);
  } finally {
    derived.wipe();
  }
}

/** One step down the left side of the diagram in RFC 9846 §7.1. */
function* nextStage(from: EarlyStage | HandshakeStage, ikm: Bytes): Derivation<Secret<'stage'>> {
  const { hash } = from;
  const salt = yield* deriveSecret(from, 'stage', 'derived', yield* digest(hash.name, noBytes));
  try {
    return intoSecret('stage', yield* hkdfExtract(hash, salt, ikm));
  } finally {
    salt.wipe();
  }
}

/** Derive-Secret (RFC 9846 §7.1), its messages given by their hash. */
function* deriveSecret<Kind extends SecretKind>(
  from: { readonly hash: HashInfo; readonly secret: Secret },
  kind: Kind,
  label: string,
  transcriptHash: Bytes,
): Derivation<Secret<Kind>> {
  const { hash, secret } = from;
  const context = hashOutput(hash, transcriptHash);
  return intoSecret(kind, yield* hkdfExpandLabel(hash, secret, label, context, hash.length));
}

function zeros(hash: HashInfo): Bytes {
  return new Uint8Array(hash.length);
}
