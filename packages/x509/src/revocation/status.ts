import type { Facts } from '@tlsmith/types';
import type { TrustAnchor } from '../anchor.ts';
import type { Certificate } from '../certificate.ts';
import type { RevocationReason } from '../crl/reason.ts';
import { withOwnParameters, workingKeys } from '../dsa.ts';
import type { Name } from '../name.ts';
import type { CertificateKey } from '../spki.ts';

/** What is known about the revocation of a certificate. */
export type CertificateStatus =
  | {
      readonly status: 'good';
      readonly source: StatusSource;
      readonly thisUpdate: number;
      readonly nextUpdate: number | undefined;
    }
  | {
      readonly status: 'revoked';
      readonly source: StatusSource;
      /** In milliseconds since 1970-01-01T00:00:00Z. */
      readonly revokedAt: number;
      readonly reason: RevocationReason | undefined;
    }
  | { readonly status: 'unknown'; readonly problems: readonly StatusProblem[] };

/** Who tells a status; a stapled response is an OCSP response that the peer itself sent. */
export type StatusSource = 'crl' | 'ocsp' | 'stapled';

/** Why something that could have told a status does not. */
export interface StatusProblem {
  readonly source: StatusSource;
  readonly problem:
    | 'nothing-at-hand'
    | 'malformed'
    | 'stale'
    | 'not-yet-valid'
    | 'unknown-critical-extension'
    | 'profile-violation'
    | 'bad-signature'
    | 'signer-unknown'
    | 'signer-not-authorized'
    | 'signer-not-valid'
    | 'some-reasons-only'
    | 'about-another-certificate'
    | 'no-answer'
    | 'says-unknown'
    | 'wrong-nonce';
  readonly facts: Facts;
}

/** Who issued a certificate: an authority of the path, or the trust anchor. */
export interface Issuer {
  readonly subject: Name;
  readonly publicKey: CertificateKey;
  readonly certificate: Certificate | undefined;
}

/** A certificate whose status is asked for, with the valid path that it stands on. */
export interface StatusQuestion {
  readonly certificate: Certificate;
  readonly issuer: Issuer;
  /** The path above the certificate, its issuer first, the trust anchor left out. */
  readonly above: readonly Certificate[];
  readonly anchor: TrustAnchor;
  /** Signers of CRLs for whose sake the question is asked, innermost last. */
  readonly pending: readonly Certificate[];
}

/** A problem in short. */
export function problem(
  source: StatusSource,
  code: StatusProblem['problem'],
  facts: Facts = {},
): StatusProblem {
  return { source, problem: code, facts };
}

/** The question about a certificate of a path. */
export function questionAt(
  path: readonly Certificate[],
  place: number,
  anchor: TrustAnchor,
  pending: readonly Certificate[] = [],
): StatusQuestion {
  const above = path.slice(place + 1);
  const [next] = above;
  // RFC 5280 §6.1.4 d to f: its key as the path makes it, which matters for DSA alone.
  const [publicKey = withOwnParameters(anchor.publicKey)] = workingKeys(above, anchor);
  const issuer = { subject: (next ?? anchor).subject, publicKey, certificate: next ?? anchor.certificate };
  return { certificate: path[place] as Certificate, issuer, above, anchor, pending };
}
