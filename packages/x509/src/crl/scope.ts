import { compare, type Bytes, equal } from '@tlsmith/types';
import type { Certificate } from '../certificate.ts';
import type { DistributionPoint, PointName } from '../extensions/distribution-points.ts';
import { type GeneralName, sameGeneralName } from '../general-name.ts';
import { type Name, sameName } from '../name.ts';
import { oids } from '../oids.ts';
import type { CertificateRevocationList } from './crl.ts';
import { allReasons } from './reason.ts';

/**
 * Which reasons for revocation a complete CRL covers for a certificate through one of its distribution points, as bits
 * of `ReasonFlags`; 0 where it is not about the certificate (RFC 5280 §6.3.3 b and d).
 */
export function reasonsCovered(
  crl: CertificateRevocationList,
  point: DistributionPoint,
  certificate: Certificate,
): number {
  if (!isFrom(crl, point, certificate) || !isInScope(crl, point, certificate)) return 0;
  const { onlySomeReasons } = crl.issuingDistributionPoint ?? {};
  return (point.reasons ?? allReasons) & (onlySomeReasons ?? allReasons) & allReasons;
}

/** How many names {@link reasonsCovered} compares at most: both lists of them may be long. */
export function comparisonsOf(
  { issuingDistributionPoint: of }: CertificateRevocationList,
  { fullName, issuer }: DistributionPoint,
): number {
  const wanted = (fullName?.length ?? 0) + (issuer?.length ?? 0);
  return 1 + wanted * (1 + (of?.fullName?.length ?? 0));
}

/**
 * The distribution points of a certificate, and the one that RFC 5280 §6.3.3 assumes for CRLs of its issuer that no
 * point names.
 */
export function pointsOf(certificate: Certificate): readonly DistributionPoint[] {
  const issuer: GeneralName = { form: 'directoryName', value: certificate.issuer };
  const own: DistributionPoint = {
    fullName: [issuer, ...(certificate.issuerAltName ?? [])],
    nameRelativeToIssuer: undefined,
    reasons: undefined,
    issuer: undefined,
  };
  return [...(certificate.crlDistributionPoints ?? []), own];
}

/** Whether a delta CRL may be combined with a complete one (RFC 5280 §5.2.4, §6.3.3 c). */
export function isDeltaOf(delta: CertificateRevocationList, complete: CertificateRevocationList): boolean {
  const [base, number, before] = [delta.baseCrlNumber, delta.crlNumber, complete.crlNumber];
  if (base === undefined || number === undefined || before === undefined) return false;
  if (compareNumbers(before, base) < 0 || compareNumbers(before, number) >= 0) return false;
  return (
    sameName(delta.issuer, complete.issuer) &&
    hasSameExtension(delta, complete, oids.issuingDistributionPoint) &&
    hasSameExtension(delta, complete, oids.authorityKeyIdentifier)
  );
}

// RFC 5280 §6.3.3 b 1: whoever cRLIssuer names has to say that its list is about others' certificates too.
function isFrom(crl: CertificateRevocationList, point: DistributionPoint, { issuer }: Certificate): boolean {
  if (point.issuer === undefined) return sameName(crl.issuer, issuer);
  const isIndirect = crl.issuingDistributionPoint?.isIndirect === true;
  return isIndirect && directoryNames(point.issuer).some((name) => sameName(name, crl.issuer));
}

// RFC 5280 §6.3.3 b 2.
function isInScope(
  { issuingDistributionPoint: of, issuer }: CertificateRevocationList,
  point: DistributionPoint,
  certificate: Certificate,
): boolean {
  if (of === undefined) return true;
  const isAuthority = certificate.basicConstraints?.isAuthority === true;
  if (
    of.onlyAttributeCertificates ||
    (isAuthority ? of.onlyUserCertificates : of.onlyAuthorityCertificates)
  ) {
    return false;
  }
  const issued = namesOf(of, issuer);
  if (issued === undefined) return true;
  const [base = certificate.issuer] = directoryNames(point.issuer ?? []);
  const wanted = namesOf(point, base) ?? point.issuer ?? [];
  return issued.some((name) => wanted.some((other) => sameGeneralName(name, other)));
}

// A name relative to an issuer continues that issuer's (RFC 5280 §4.2.1.13).
function namesOf(
  { fullName, nameRelativeToIssuer }: PointName,
  base: Name,
): readonly GeneralName[] | undefined {
  if (nameRelativeToIssuer === undefined) return fullName;
  const value = { der: base.der, parts: [...base.parts, nameRelativeToIssuer] };
  return [{ form: 'directoryName', value }];
}

function directoryNames(names: readonly GeneralName[]): readonly Name[] {
  return names.flatMap((name) => (name.form === 'directoryName' ? [name.value] : []));
}

function hasSameExtension(
  a: CertificateRevocationList,
  b: CertificateRevocationList,
  wanted: string,
): boolean {
  const [left, right] = [a, b].map(({ extensions }) => extensions.find(({ oid }) => oid === wanted)?.value);
  return left === undefined || right === undefined ? left === right : equal(left, right);
}

function compareNumbers(a: Bytes, b: Bytes): number {
  return a.length - b.length || compare(a, b);
}
