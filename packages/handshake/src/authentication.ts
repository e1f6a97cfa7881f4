import { type ExtensionList, type Message13, message13, rawExtension, statusRequest } from '@tlsmith/codec';
import { append, type Transcript, transcriptHash } from '@tlsmith/key-schedule';
import { type Bytes, type CipherSuite13, type Role, violation, violations } from '@tlsmith/types';
import { type Credential, sign, type Work } from './ask.ts';
import { schemeFor, signedContent13 } from './certificate-verify.ts';

/** A flight under construction: its messages and the transcript with them. */
export interface Authenticated {
  readonly suite: CipherSuite13;
  readonly log: Transcript;
  readonly messages: readonly Message13[];
}

/** How the peer wants to be shown who we are. */
export interface AuthenticationWanted {
  readonly role: Role;
  readonly context: Bytes;
  /** Schemes that the peer accepts. */
  readonly accepted: readonly number[];
  /** Whether a stapled OCSP response was asked for. */
  readonly staple?: boolean;
  /** Of modules, for the first certificate. */
  readonly extensions: ExtensionList;
}

/**
 * Certificate and CertificateVerify of TLS 1.3 for either role; an empty Certificate alone when we have nothing to show
 * (RFC 9846 §4.5.1).
 */
export function* authentication13(
  own: Credential | undefined,
  wanted: AuthenticationWanted,
  flight: Authenticated,
): Work<Authenticated> {
  const certificate = message13('certificate', {
    certificateRequestContext: wanted.context,
    certificateList: (own?.chain ?? []).map((certData, index) => ({
      certData,
      extensions: index === 0 ? [...stapled(own, wanted), ...wanted.extensions] : [],
    })),
  });
  const log = append(flight.log, `${wanted.role}_certificate`, certificate.raw);
  if (own === undefined) return { ...flight, log, messages: [...flight.messages, certificate] };
  const scheme = schemeFor({ type: own.keyType, schemes: own.schemes }, wanted.accepted, 'tls13');
  if (scheme === undefined)
    throw violation(violations.noCommonSignatureScheme, { accepted: wanted.accepted });
  const covered = yield* transcriptHash(flight.suite.hash, log);
  const signature = yield* sign(own, scheme, signedContent13(wanted.role, covered));
  const verify = message13('certificate_verify', { algorithm: scheme.code, signature });
  return {
    ...flight,
    messages: [...flight.messages, certificate, verify],
    log: append(log, `${wanted.role}_certificate_verify`, verify.raw),
  };
}

const stapled = (own: Credential | undefined, { staple }: AuthenticationWanted) =>
  own?.ocsp === undefined || staple !== true
    ? []
    : [rawExtension(statusRequest, 'certificate', { tag: 1, body: own.ocsp })];
