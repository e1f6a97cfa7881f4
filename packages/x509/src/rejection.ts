import { CertificateRejected, type Facts, type Rejection } from '@tlsmith/types';

/**
 * Every reason for which a chain is not accepted. Alerts follow the words of RFC 9846 §6.2: `bad_certificate` for what
 * is corrupt or wrongly signed, `certificate_expired` for what is not currently valid, `unknown_ca` for a missing
 * issuer, `unsupported_certificate` for types and purposes that we do not accept, `certificate_unknown` for the rest.
 * A wrong name is `bad_certificate`, as other implementations send it; a status response that is missing or bad has an
 * alert of its own (RFC 6066 §8).
 *
 * When all paths fail, the failure with the highest rank is thrown: it tells a person most. The order, from the top:
 * faults of the leaf itself, an exhausted budget (the search is incomplete), faults that a path shows only near its
 * trust anchor, faults of single certificates, faults that only say that an issuer was not found.
 */
export const rejections = {
  malformed: { code: 'malformed', alert: 'bad_certificate', rank: 35 },
  malformedCrl: { code: 'malformed-crl', alert: 'certificate_unknown', rank: 34 },
  malformedOcspResponse: {
    code: 'malformed-ocsp-response',
    alert: 'bad_certificate_status_response',
    rank: 33,
  },
  expired: { code: 'expired', alert: 'certificate_expired', rank: 95 },
  notYetValid: { code: 'not-yet-valid', alert: 'certificate_expired', rank: 94 },
  revoked: { code: 'revoked', alert: 'certificate_revoked', rank: 93 },
  wrongName: { code: 'wrong-name', alert: 'bad_certificate', rank: 92 },
  pinMismatch: { code: 'pin-mismatch', alert: 'certificate_unknown', rank: 91 },
  budgetExceeded: { code: 'budget-exceeded', alert: 'certificate_unknown', rank: 90 },
  publicSuffixWildcard: { code: 'public-suffix-wildcard', alert: 'bad_certificate', rank: 89 },
  statusResponseMissing: {
    code: 'status-response-missing',
    alert: 'bad_certificate_status_response',
    rank: 88,
  },
  badStatusResponse: { code: 'bad-status-response', alert: 'bad_certificate_status_response', rank: 87 },
  revocationStale: { code: 'revocation-stale', alert: 'certificate_unknown', rank: 86 },
  revocationUnknown: { code: 'revocation-unknown', alert: 'certificate_unknown', rank: 85 },
  policyNotAcceptable: { code: 'policy-not-acceptable', alert: 'certificate_unknown', rank: 80 },
  nameConstraintViolated: { code: 'name-constraint-violated', alert: 'certificate_unknown', rank: 78 },
  malformedNameConstraint: { code: 'malformed-name-constraint', alert: 'certificate_unknown', rank: 77 },
  tlsFeatureMissing: { code: 'tls-feature-missing', alert: 'certificate_unknown', rank: 76 },
  pathTooLong: { code: 'path-too-long', alert: 'certificate_unknown', rank: 75 },
  wrongPurpose: { code: 'wrong-purpose', alert: 'unsupported_certificate', rank: 70 },
  unknownCriticalExtension: {
    code: 'unknown-critical-extension',
    alert: 'unsupported_certificate',
    rank: 65,
  },
  profileViolation: { code: 'profile-violation', alert: 'certificate_unknown', rank: 60 },
  notACertificationAuthority: { code: 'not-a-certification-authority', alert: 'unknown_ca', rank: 55 },
  mayNotSignCertificates: { code: 'may-not-sign-certificates', alert: 'unknown_ca', rank: 54 },
  distrustedAuthority: { code: 'distrusted-authority', alert: 'unknown_ca', rank: 53 },
  weakKey: { code: 'weak-key', alert: 'unsupported_certificate', rank: 50 },
  unsupportedKey: { code: 'unsupported-key', alert: 'unsupported_certificate', rank: 49 },
  weakSignature: { code: 'weak-signature', alert: 'bad_certificate', rank: 48 },
  unsupportedSignature: { code: 'unsupported-signature', alert: 'unsupported_certificate', rank: 47 },
  badSignature: { code: 'bad-signature', alert: 'bad_certificate', rank: 40 },
  selfSigned: { code: 'self-signed', alert: 'unknown_ca', rank: 20 },
  unknownIssuer: { code: 'unknown-issuer', alert: 'unknown_ca', rank: 10 },
} as const;

/** The stable names of the reasons, for `switch`. */
export type RejectionCode = (typeof rejections)[keyof typeof rejections]['code'];

/** The error to throw for a reason; facts are plain data for a person. */
export function rejected(reason: Rejection, facts?: Facts): CertificateRejected {
  return new CertificateRejected(reason, facts);
}
