import type { Facts } from '@tlsmith/types';
import type { RejectionCode } from './rejection.ts';

/** A reason for rejection before facts are filled in. */
export interface RejectionWords {
  readonly section: string;
  readonly sentence: string;
  browser(facts: Facts, peer: Peer): string;
}

/** How a person calls the one whose certificate it is. */
export interface Peer {
  readonly who: string;
  readonly those: string;
}

/** What each reason means, where its rule stands, and how a browser would put it. */
export const rejectionWords: Readonly<Record<RejectionCode, RejectionWords>> = {
  malformed: {
    section: 'RFC 5280 §4.1',
    sentence: 'A certificate is not DER, or not of the structure that RFC 5280 gives it.',
    browser: (_, { who }) => `${who} sent a certificate that cannot be read`,
  },
  'malformed-crl': {
    section: 'RFC 5280 §5.1',
    sentence: 'A certificate revocation list is not DER, or not of the structure that RFC 5280 gives it.',
    browser: () => 'a list of revoked certificates cannot be read',
  },
  'malformed-ocsp-response': {
    section: 'RFC 6960 §4.2.1',
    sentence: 'An OCSP response is not DER, or not of the structure that RFC 6960 gives it.',
    browser: (_, { who }) => `${who} sent a statement about its certificate that cannot be read`,
  },
  expired: {
    section: 'RFC 5280 §4.1.2.5',
    sentence: 'The time of verification lies after notAfter.',
    browser: ({ notAfter, certificate }, { who }) =>
      `the certificate of ${text(certificate, who)} expired${on(notAfter)}`,
  },
  'not-yet-valid': {
    section: 'RFC 5280 §4.1.2.5',
    sentence: 'The time of verification lies before notBefore; often the clock of the verifier is slow.',
    browser: ({ notBefore, certificate }, { who }) =>
      `the certificate of ${text(certificate, who)} is not valid${before(notBefore)}; is the clock right?`,
  },
  revoked: {
    section: 'RFC 5280 §6.3.3',
    sentence:
      'The issuer says that it revoked a certificate of the path; facts name the time and the reason.',
    browser: ({ revokedAt }) => `the certificate was revoked${on(revokedAt)}`,
  },
  'wrong-name': {
    section: 'RFC 9525 §6',
    sentence: 'None of the names in subjectAltName is the name that the caller asked for.',
    browser: ({ wanted, presented }, { who }) =>
      `the certificate is not for ${text(wanted, who)}${but(presented)}`,
  },
  'public-suffix-wildcard': {
    section: 'RFC 9525 §7.1',
    sentence:
      'Only a wildcard right below a public suffix fits the name, and below such a suffix strangers register theirs.',
    browser: ({ presented }) => `the certificate claims the names of strangers${claimed(presented)}`,
  },
  'pin-mismatch': {
    section: 'RFC 7469 §2.6',
    sentence: 'Neither the certificate nor its key has one of the fingerprints that the caller pinned.',
    browser: (_, { who }) => `the certificate is not the one that is expected of ${who}`,
  },
  'budget-exceeded': {
    section: 'RFC 4158 §2.4',
    sentence: 'The chain causes more work than the budget allows, so the search for a path was given up.',
    browser: (_, { who }) => `the certificates of ${who} are too complicated to be checked`,
  },
  'status-response-missing': {
    section: 'RFC 7633 §4.3.3',
    sentence:
      'The certificate promises that its server sends a current OCSP response saying good, and it sent none.',
    browser: (_, { who }) => `${who} keeps back a statement that its certificate promises`,
  },
  'bad-status-response': {
    section: 'RFC 6066 §8',
    sentence: 'The peer sent an OCSP response that proves nothing, and nobody else knows the status.',
    browser: (_, { who }) => `${who} sent a statement about its certificate that proves nothing`,
  },
  'revocation-stale': {
    section: 'RFC 5280 §6.3.3',
    sentence: 'All there is about the status of a certificate is out of date: its nextUpdate has passed.',
    browser: () => 'what is known about the revocation of its certificate is out of date',
  },
  'revocation-unknown': {
    section: 'RFC 5280 §6.3.3',
    sentence: 'Nothing at hand tells whether a certificate was revoked, and the caller wants to know.',
    browser: () => 'nobody could tell whether its certificate was revoked',
  },
  'policy-not-acceptable': {
    section: 'RFC 5280 §6.1.5',
    sentence:
      'An explicit certificate policy is required, and the path is valid for none that is acceptable.',
    browser: () => 'the certificate was issued under rules that are not accepted here',
  },
  'name-constraint-violated': {
    section: 'RFC 5280 §4.2.1.10',
    sentence: 'An authority may not issue certificates for a name that one below it has.',
    browser: ({ name }, { who }) =>
      `the authority may not issue certificates for ${plainName(text(name, who))}`,
  },
  'malformed-name-constraint': {
    section: 'RFC 5280 §4.2.1.10',
    sentence: 'A name constraint is not of the form that its kind of name demands, so it cannot be applied.',
    browser: () => 'a certificate of its authorities is faulty',
  },
  'tls-feature-missing': {
    section: 'RFC 7633 §4.2.2',
    sentence: 'An authority may only issue certificates that promise certain TLS features, and one does not.',
    browser: () => 'the certificate lacks a promise that its authority demands',
  },
  'path-too-long': {
    section: 'RFC 5280 §4.2.1.9',
    sentence: 'More authorities follow each other than a pathLenConstraint or the verifier allows.',
    browser: () => 'one of its authorities was not allowed to appoint another',
  },
  'wrong-purpose': {
    section: 'RFC 5280 §4.2.1.12',
    sentence: 'The extended key usage of a certificate does not include the purpose it is used for.',
    browser: (_, { those }) => `the certificate was issued for something else than ${those}`,
  },
  'unknown-critical-extension': {
    section: 'RFC 5280 §4.2',
    sentence: 'A certificate has a critical extension that is not understood, so it must be rejected.',
    browser: () => 'the certificate has conditions that this program does not know',
  },
  'profile-violation': {
    section: 'RFC 5280 §4.2',
    sentence:
      'A certificate breaks a rule of the profile that the caller chose; facts name rule and section.',
    browser: () => 'the certificate breaks the rules for public certificates',
  },
  'not-a-certification-authority': {
    section: 'RFC 5280 §6.1.4',
    sentence: 'A certificate that signed another has no basicConstraints, or cA is not set in it.',
    browser: () => 'the certificate was issued by somebody who is no certification authority',
  },
  'may-not-sign-certificates': {
    section: 'RFC 5280 §6.1.4',
    sentence: 'The key usage of an authority lacks keyCertSign.',
    browser: () => 'the certificate was issued with a key that is not meant for it',
  },
  'distrusted-authority': {
    section: 'RFC 5280 §6.2',
    sentence: 'The caller no longer trusts the authority for certificates that begin as late as this one.',
    browser: ({ certificate }) =>
      `the certificate was issued by ${text(certificate, 'an authority')}, which is no longer trusted`,
  },
  'weak-key': {
    section: 'RFC 9846 §4.3.3',
    sentence: 'A key is too short, or of a kind that is no longer safe.',
    browser: ({ detail }) => `the certificate uses a key that can be broken${note(detail)}`,
  },
  'unsupported-key': {
    section: 'RFC 9846 §4.3.3',
    sentence: 'A key is of a kind, curve or encoding that is not supported.',
    browser: ({ detail }) => `the certificate uses a key that this program does not know${note(detail)}`,
  },
  'weak-signature': {
    section: 'RFC 9846 §4.5.1.3',
    sentence: 'A certificate is signed with MD5, SHA-1, SHA-224 or DSA.',
    browser: () => 'the certificate bears a signature that can be forged',
  },
  'unsupported-signature': {
    section: 'RFC 5280 §4.1.1.2',
    sentence: 'A certificate is signed with an algorithm, or with parameters of one, that are not supported.',
    browser: () => 'the certificate bears a signature that this program cannot check',
  },
  'bad-signature': {
    section: 'RFC 5280 §6.1.3',
    sentence:
      'A signature does not belong to the key of the issuer: the certificate was changed or is forged.',
    browser: () => 'the certificate was changed or is forged',
  },
  'self-signed': {
    section: 'RFC 5280 §6.1',
    sentence: 'The path ends in a self-signed certificate that is no trust anchor of the caller.',
    browser: (_, { who }) => `${who} vouches for itself; nobody that is trusted here does`,
  },
  'unknown-issuer': {
    section: 'RFC 5280 §6.1',
    sentence:
      'No certificate of the issuer is at hand, neither among the intermediates nor among the trust anchors.',
    browser: ({ issuer }) =>
      `the certificate was issued by ${text(issuer, 'an authority')}, which is not known here`,
  },
};

function on(moment: unknown): string {
  return typeof moment === 'string' ? ` on ${moment.slice(0, 10)}` : '';
}

function before(moment: unknown): string {
  return typeof moment === 'string' ? ` before ${moment.slice(0, 10)}` : ' yet';
}

function but(presented: unknown): string {
  if (!Array.isArray(presented)) return '';
  const names = presented
    .slice(0, 3)
    .map((name) => plainName(String(name)))
    .join(', ');
  return names === ''
    ? ', it has no name at all'
    : `, only for ${names}${presented.length > 3 ? ' and others' : ''}`;
}

function claimed(presented: unknown): string {
  return Array.isArray(presented) ? ` (${presented.map((name) => plainName(String(name))).join(', ')})` : '';
}

// What a name is can be seen; the labels of describeGeneralName are for programs and those who write them.
function plainName(described: string): string {
  return described.replace(/^(?:DNS|IP|email|URI|DirName|RID):/, '');
}

function note(detail: unknown): string {
  return typeof detail === 'string' ? ` (${detail})` : '';
}

function text(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}
