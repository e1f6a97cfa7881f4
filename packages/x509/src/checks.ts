import type { Facts, Rejection } from '@tlsmith/types';
import { type Certificate, isSelfIssued } from './certificate.ts';
import { describeGeneralName, type GeneralName } from './general-name.ts';
import { isDsaKey } from './dsa.ts';
import { presentedDnsName } from './hostname.ts';
import { describeName } from './name.ts';
import type { PreparedIdentity } from './name-identity.ts';
import { oidName } from './oid.ts';
import { brokenRule, type Part, type Profile } from './profile.ts';
import { purposeFault } from './purpose.ts';
import { rejections } from './rejection.ts';
import type { CheckName, Failure } from './report.ts';
import { acceptedKey } from './spki.ts';
import { formatTime } from './time.ts';
import type { WeakAlgorithm } from './weak.ts';

/** What a chain is verified for. */
export interface Settings {
  /** Milliseconds since 1970-01-01T00:00:00Z, a whole second. */
  readonly at: number;
  /** The object identifier of a purpose; `any` for those who sign CRLs, whose purpose is nobody's. */
  readonly purpose: string;
  readonly profile: Profile;
  /** Weak algorithms that the caller accepts. */
  readonly weak: ReadonlySet<WeakAlgorithm>;
  readonly maxDepth: number;
  readonly reference: PreparedIdentity | undefined;
  readonly publicSuffix: ((domain: string) => boolean) | undefined;
}

/** A certificate in its place on a path. */
export interface Place {
  readonly certificate: Certificate;
  readonly part: Part;
  /** The certificates below, leaf first; empty for the leaf. */
  readonly below: readonly Certificate[];
}

/** A check of a certificate by itself: no signature, no other certificate but the number of those below. */
export type PlaceCheck = readonly [CheckName, (place: Place, settings: Settings) => Failure | undefined];

/** The checks of a leaf; all of them are made, so that the most useful failure can be told. */
export const leafChecks: readonly PlaceCheck[] = [
  ['critical-extensions', criticalExtensions],
  ['validity', validity],
  ['purpose', purpose],
  ['key', key],
  ['name', name],
  ['profile', profile],
];

/** The checks of somebody whose only part is to have signed a CRL or an OCSP response. */
export const signerChecks: readonly PlaceCheck[] = [
  ['critical-extensions', criticalExtensions],
  ['validity', validity],
  ['key', key],
];

/** The checks of an issuer, cheapest first. */
export const issuerChecks: readonly PlaceCheck[] = [
  ['authority', authority],
  ['path-length', pathLength],
  ['critical-extensions', criticalExtensions],
  ['validity', validity],
  ['purpose', purpose],
  ['key', key],
  ['profile', profile],
];

// RFC 5280 §4.2: a critical extension that is not understood rejects the certificate.
function criticalExtensions({ certificate }: Place): Failure | undefined {
  const unknown = certificate.extensions.find(({ critical, key: known }) => critical && known === undefined);
  return unknown === undefined
    ? undefined
    : failure(rejections.unknownCriticalExtension, certificate, { extension: oidName(unknown.oid) });
}

// RFC 5280 §4.1.2.5: from notBefore through notAfter, inclusive.
function validity({ certificate }: Place, { at }: Settings): Failure | undefined {
  const facts = () => ({
    notBefore: formatTime(certificate.notBefore),
    notAfter: formatTime(certificate.notAfter),
    at: formatTime(at),
  });
  if (at < certificate.notBefore) return failure(rejections.notYetValid, certificate, facts());
  return at > certificate.notAfter ? failure(rejections.expired, certificate, facts()) : undefined;
}

function purpose({ certificate, part }: Place, { purpose: wanted }: Settings): Failure | undefined {
  const fault = wanted === 'any' ? undefined : purposeFault(certificate, wanted, part);
  return fault && failure(rejections.wrongPurpose, certificate, { ...fault });
}

function key({ certificate }: Place, { profile: of, weak }: Settings): Failure | undefined {
  const publicKey = acceptedKey(certificate.publicKey, weak);
  if (of === 'pkits' && isDsaKey(publicKey)) return undefined;
  return publicKey.type === 'unusable'
    ? failure(publicKey.reason, certificate, { detail: publicKey.detail })
    : undefined;
}

// RFC 9525 §6. A wildcard right below a public suffix stands for names of strangers to each other, so that nobody can
// own it: it is no match where the caller knows such suffixes.
function name({ certificate }: Place, { reference, publicSuffix }: Settings): Failure | undefined {
  if (reference === undefined) return undefined;
  // The subject is a directory name like those in subjectAltName; the common name in it is no host (RFC 9525 §2).
  const subject: GeneralName = { form: 'directoryName', value: certificate.subject };
  const matching = [...certificate.sans, subject].filter((san) => reference.matches(san));
  const wide = publicSuffix === undefined ? [] : matching.filter((san) => isTooWide(san, publicSuffix));
  if (matching.length > wide.length) return undefined;
  // A certificate may have thousands of names; a message needs a few.
  const shown = wide.length > 0 ? wide : certificate.sans;
  const presented = shown.slice(0, 20).map(describeGeneralName);
  const reason = wide.length > 0 ? rejections.publicSuffixWildcard : rejections.wrongName;
  return failure(reason, certificate, { wanted: reference.shown, presented, names: certificate.sans.length });
}

function isTooWide(san: GeneralName, publicSuffix: (domain: string) => boolean): boolean {
  const presented = san.form === 'dNSName' ? presentedDnsName(san.value) : undefined;
  return presented?.wildcard === true && publicSuffix(presented.base);
}

// RFC 5280 §6.1.4 k and n. Version 1 has no extensions to say so: only a trust anchor is believed without.
function authority({ certificate, part }: Place): Failure | undefined {
  const { version, basicConstraints, keyUsage } = certificate;
  if (part === 'anchor' && version === 1) return undefined;
  if (basicConstraints?.isAuthority !== true) {
    return failure(rejections.notACertificationAuthority, certificate, { version });
  }
  return keyUsage === undefined || keyUsage.includes('keyCertSign')
    ? undefined
    : failure(rejections.mayNotSignCertificates, certificate, { keyUsage });
}

// RFC 5280 §4.2.1.9: neither self-issued certificates nor the last of the path count.
function pathLength({ certificate, part, below }: Place, { maxDepth }: Settings): Failure | undefined {
  const authorities = below.filter((lower, i) => i > 0 && !isSelfIssued(lower)).length;
  const allowed = certificate.basicConstraints?.pathLength;
  if (allowed !== undefined && authorities > allowed) {
    return failure(rejections.pathTooLong, certificate, { allowed, found: authorities });
  }
  const total = authorities + (part === 'anchor' || isSelfIssued(certificate) ? 0 : 1);
  return total > maxDepth ? failure(rejections.pathTooLong, certificate, { maxDepth }) : undefined;
}

function profile({ certificate, part }: Place, { profile: of, publicSuffix }: Settings): Failure | undefined {
  const broken = brokenRule(certificate, of, { part, publicSuffix });
  if (broken === undefined) return undefined;
  const { rule, section } = broken;
  return failure(rejections.profileViolation, certificate, { profile: of, rule, section });
}

function failure(reason: Rejection, { subject }: Certificate, facts: Facts): Failure {
  return { reason, facts: { certificate: describeName(subject), ...facts } };
}
