import type { CheckName } from './report.ts';

/** What a check that passed has shown. */
export interface CheckRule {
  /** Where the rule stands. */
  readonly section: string;
  /** One sentence for a person. */
  readonly sentence: string;
}

/** The rule behind each check, in the words of somebody whom it satisfied. */
export const checkRules: Readonly<Record<CheckName, CheckRule>> = {
  form: {
    section: 'RFC 5280 §4.1',
    sentence: 'The certificate is strict DER and has the structure of RFC 5280.',
  },
  profile: {
    section: 'RFC 5280 §4.2',
    sentence: 'The certificate keeps all rules of the profile that was chosen.',
  },
  'critical-extensions': {
    section: 'RFC 5280 §4.2',
    sentence: 'Every critical extension is one that is understood.',
  },
  validity: {
    section: 'RFC 5280 §4.1.2.5',
    sentence: 'The time of verification lies between notBefore and notAfter.',
  },
  purpose: {
    section: 'RFC 5280 §4.2.1.12',
    sentence: 'The extended key usage allows the purpose, or does not restrict it.',
  },
  key: {
    section: 'RFC 5280 §4.1.2.7',
    sentence: 'The key is of a kind and size that is safe to verify with.',
  },
  name: {
    section: 'RFC 9525 §6',
    sentence: 'One of the names in subjectAltName is the name that was asked for, or none was asked for.',
  },
  issuer: {
    section: 'RFC 5280 §6.1.3',
    sentence: 'A certificate whose subject is the issuer of this one is at hand.',
  },
  authority: {
    section: 'RFC 5280 §6.1.4',
    sentence: 'The certificate belongs to an authority whose key may sign certificates.',
  },
  'path-length': {
    section: 'RFC 5280 §4.2.1.9',
    sentence: 'No more authorities follow below than a pathLenConstraint and the verifier allow.',
  },
  signature: {
    section: 'RFC 5280 §6.1.3',
    sentence: 'The certificate below is signed with the key of this one.',
  },
  'name-constraints': {
    section: 'RFC 5280 §4.2.1.10',
    sentence: 'Every name on the path lies within the name constraints of all authorities above it.',
  },
  policies: {
    section: 'RFC 9618 §5',
    sentence: 'The path is valid for a certificate policy that is accepted, or none is required.',
  },
  'tls-features': {
    section: 'RFC 7633 §4.2.2',
    sentence: 'Every certificate promises the TLS features that the authorities above it demand.',
  },
  revocation: {
    section: 'RFC 5280 §6.3',
    sentence: 'Nothing that the caller wants to know says that a certificate of the path was revoked.',
  },
  pin: {
    section: 'RFC 7469 §2.6',
    sentence: 'A certificate or a key of the path is one that the caller knows.',
  },
  'trust-anchor': {
    section: 'RFC 5280 §6.1.1',
    sentence: 'The certificate is, or was issued by, one that the caller trusts.',
  },
};
