import {
  type Bytes,
  equal,
  isCertificateRejected,
  type PublicKey,
  type Rejection,
  verify,
  type VerifyAsk,
  type Work,
} from '@tlsmith/types';
import { signatureAlgorithm } from './algorithm.ts';
import type { TrustAnchor } from './anchor.ts';
import { type Purse, spend } from './budget.ts';
import { type Certificate, parseCertificate } from './certificate.ts';
import type { Place, PlaceCheck, Settings } from './checks.ts';
import { describeName, type Name } from './name.ts';
import { oidName } from './oid.ts';
import type { PolicyInputs } from './policy.ts';
import { rejected, rejections } from './rejection.ts';
import { type Check, type CheckName, exhausted, type Failure } from './report.ts';
import { type CertificateKey, keyFits } from './spki.ts';

/** A search for a path from a leaf to a trust anchor: what it is for, what it may use, what it has done. */
export interface Search {
  readonly settings: Settings;
  readonly policy: PolicyInputs;
  readonly anchors: readonly TrustAnchor[];
  readonly intermediates: readonly Certificate[];
  readonly purse: Purse;
  readonly report: Check[];
  /** Signatures already verified, by the certificate that bears them. */
  readonly verified: Map<Certificate, { readonly key: PublicKey; readonly good: boolean }[]>;
}

/** The error of a search that ends with a failure; its facts carry the report. */
export function stop({ report }: Pick<Search, 'report'>, { reason, facts }: Failure): Error {
  return rejected(reason, { ...facts, report });
}

/** Notes a check and says whether it passed. An exhausted budget ends the search at once. */
export function passes(
  search: Search,
  check: CheckName,
  of: { readonly depth: number; readonly subject: Name },
  failure: Failure | undefined,
): boolean {
  search.report.push({ check, depth: of.depth, subject: of.subject, failure });
  if (failure?.reason === rejections.budgetExceeded) throw stop(search, failure);
  return failure === undefined;
}

/** Makes the checks of a certificate in order until one fails. */
export function passesAll(search: Search, place: Place, checks: readonly PlaceCheck[]): boolean {
  const of = { depth: place.below.length, subject: place.certificate.subject };
  return checks.every(([check, run]) => passes(search, check, of, run(place, search.settings)));
}

/** Whether the last certificate of a path is signed with the key of an issuer (RFC 5280 §6.1.3 a 1). */
export function* isSigned(
  search: Search,
  path: readonly Certificate[],
  issuer: { readonly subject: Name; readonly publicKey: CertificateKey },
): Work<boolean, VerifyAsk> {
  const child = path.at(-1) as Certificate;
  const of = { depth: path.length, subject: issuer.subject };
  return passes(search, 'signature', of, yield* signatureFailure(search, child, issuer.publicKey));
}

/** Reads the intermediates, equal ones once; a malformed one is noted and left out, since a path may not need it. */
export function readIntermediates(
  ders: readonly Bytes[],
  search: Pick<Search, 'purse' | 'report'>,
): readonly Certificate[] {
  const found: Certificate[] = [];
  for (const der of ders) {
    if (found.some((known) => equal(known.der, der))) continue;
    if (!spend(search.purse, 'steps')) throw stop(search, exhausted('steps', search.purse.budget));
    try {
      found.push(parseCertificate(der));
    } catch (error) {
      if (!isCertificateRejected(error)) throw error;
      const failure = { reason: error.reason, facts: error.facts };
      search.report.push({ check: 'form', depth: 1, subject: undefined, failure });
    }
  }
  return found;
}

function* signatureFailure(
  search: Search,
  child: Certificate,
  key: CertificateKey,
): Work<Failure | undefined, VerifyAsk> {
  const algorithm = signatureAlgorithm(child.signatureAlgorithm);
  if (typeof algorithm !== 'string') return unsigned(child, algorithm);
  if (key.type === 'unusable') return unsigned(child, key.reason, key.detail);
  if (!keyFits(key, algorithm)) return unsigned(child, rejections.badSignature, key.type);
  const known = search.verified.get(child)?.find((before) => equal(before.key.spki, key.spki));
  if (known === undefined && !spend(search.purse, 'signatures')) {
    return exhausted('signatures', search.purse.budget);
  }
  const good = known?.good ?? (yield* verify(algorithm, key, child.tbs, child.signature));
  if (known === undefined) {
    search.verified.set(child, [...(search.verified.get(child) ?? []), { key, good }]);
  }
  return good ? undefined : unsigned(child, rejections.badSignature);
}

function unsigned(
  { subject, signatureAlgorithm: of }: Certificate,
  reason: Rejection,
  issuerKey?: string,
): Failure {
  const facts = { certificate: describeName(subject), algorithm: oidName(of.algorithm) };
  return { reason, facts: issuerKey === undefined ? facts : { ...facts, issuerKey } };
}
