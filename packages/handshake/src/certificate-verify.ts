import type { CertificateVerify } from '@tlsmith/codec';
import {
  type Bytes,
  concat,
  type PublicKey,
  type Role,
  type SignatureScheme,
  utf8,
  type Version,
  verify,
  violation,
  violations,
} from '@tlsmith/types';
import type { Credential, PeerAuthenticated, Work } from './ask.ts';

declare const possession: unique symbol;

/** Proof that the peer signed this handshake with the authenticated key. */
export interface PossessionProved {
  readonly [possession]: true;
  readonly scheme: SignatureScheme;
}

/** What a TLS 1.3 CertificateVerify signs: 64 spaces, a context, a zero and the transcript hash (RFC 9846 §4.5.2). */
export function signedContent13(role: Role, transcriptHash: Bytes): Bytes {
  return concat(
    new Uint8Array(64).fill(0x20),
    utf8(`TLS 1.3, ${role} CertificateVerify`),
    new Uint8Array(1),
    transcriptHash,
  );
}

/**
 * Checks a signature of the peer over `content`.
 *
 * @throws {TlsViolation} `unoffered-signature-scheme`, `scheme-not-for-key` (illegal_parameter), `bad-signature` (decrypt_error).
 */
export function* verifyPossession(
  signed: CertificateVerify,
  content: Bytes,
  peer: PeerAuthenticated,
  accepted: { readonly version: Version; readonly schemes: readonly SignatureScheme[] },
): Work<PossessionProved> {
  const scheme = accepted.schemes.find(({ code }) => code === signed.algorithm);
  if (scheme === undefined || scheme[accepted.version].length === 0) {
    throw violation(violations.unofferedSignatureScheme, { algorithm: signed.algorithm });
  }
  if (!fits(scheme, peer.publicKey, accepted.version) || !peer.maySign) {
    throw violation(violations.schemeNotForKey, { scheme: scheme.name, keyType: peer.publicKey.type });
  }
  const good = yield* verify(scheme.algorithm, peer.publicKey, content, signed.signature);
  if (!good) throw violation(violations.badSignature, { scheme: scheme.name });
  return { scheme } as PossessionProved;
}

/**
 * The first scheme of ours that the peer accepts and the key can use; undefined when there is none.
 */
export function schemeFor(
  key: { readonly type: PublicKey['type']; readonly schemes: readonly SignatureScheme[] },
  accepted: readonly number[],
  version: Version,
): SignatureScheme | undefined {
  return key.schemes.find((scheme) => accepted.includes(scheme.code) && scheme[version].includes(key.type));
}

/**
 * The credential, if the peer accepts a scheme that its key can use: one that it could not sign with is not suitable, and
 * a client then shows none (RFC 9846 §4.5.1, RFC 5246 §7.4.6).
 */
export function suitable(
  own: Credential | undefined,
  accepted: readonly number[],
  version: Version,
): Credential | undefined {
  if (own === undefined) return undefined;
  const scheme = schemeFor({ type: own.keyType, schemes: own.schemes }, accepted, version);
  return scheme === undefined ? undefined : own;
}

function fits(scheme: SignatureScheme, key: PublicKey, version: Version): boolean {
  return scheme[version].includes(key.type);
}
