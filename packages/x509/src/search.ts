import {
  type Bytes,
  type HashAsk,
  isCertificateRejected,
  type RandomAsk,
  toHex,
  type VerifyAsk,
  type Work,
} from '@tlsmith/types';
import type { TrustAnchor } from './anchor.ts';
import { type Purse, spend } from './budget.ts';
import { type Certificate, parseCertificate } from './certificate.ts';
import type { Place, PlaceCheck, Settings } from './checks.ts';
import { inheritsParameters, withOwnParameters, workingKeys } from './dsa.ts';
import type { FetchAsk, Fetching } from './fetch.ts';
import { describeName, type Name } from './name.ts';
import type { PolicyInputs } from './policy.ts';
import { rejected } from './rejection.ts';
import { type Check, type CheckName, exhausted, type Failure, isExhausted } from './report.ts';
import type { SignatureMemory } from './signature-memory.ts';
import { signatureFault, type VerifiedSignatures } from './signed.ts';
import type { CertificateKey } from './spki.ts';

/** A search for a path from a leaf to a trust anchor: what it is for, what it may use, what it has done. */
export interface Search {
  readonly settings: Settings;
  readonly policy: PolicyInputs;
  readonly anchors: readonly TrustAnchor[];
  /** Grows where issuers are fetched. */
  readonly intermediates: Certificate[];
  readonly purse: Purse;
  readonly report: Check[];
  readonly verified: VerifiedSignatures;
  readonly signatures: SignatureMemory | undefined;
  readonly fetching: Fetching;
  /** The last word on a path that passed all other checks; a path that is not accepted is as good as none. */
  readonly accepts: ((found: Found) => Work<boolean, SearchAsk>) | undefined;
}

/** A path that passed all checks. */
export interface Found {
  /** Leaf first, the trust anchor left out. */
  readonly path: readonly Certificate[];
  readonly anchor: TrustAnchor;
  readonly policies: readonly string[];
}

/** What a search may ask: cryptography, and where the caller allows it, things from elsewhere. */
export type SearchAsk = VerifyAsk | HashAsk | RandomAsk | FetchAsk;

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
  if (isExhausted(failure)) throw stop(search, failure);
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
): Work<boolean, VerifyAsk | HashAsk> {
  // Without its parameters, which may stand in any certificate above, a key of DSA verifies nothing yet.
  if (search.settings.profile === 'pkits' && inheritsParameters(issuer.publicKey)) return true;
  const key = search.settings.profile === 'pkits' ? withOwnParameters(issuer.publicKey) : issuer.publicKey;
  const of = { depth: path.length, subject: issuer.subject };
  return yield* isSignedWith(search, path.at(-1) as Certificate, of, key);
}

/** Whether the signatures of a path that had to wait for inherited parameters (RFC 3279 §2.3.2) are good. */
export function* areInheritedGood(
  search: Search,
  path: readonly Certificate[],
  anchor: TrustAnchor,
): Work<boolean, SearchAsk> {
  if (search.settings.profile !== 'pkits') return true;
  const keys = workingKeys(path, anchor);
  for (const [place, { subject, publicKey }] of path.entries()) {
    if (place === 0 || !inheritsParameters(publicKey)) continue;
    const child = path[place - 1] as Certificate;
    const key = keys[place] as CertificateKey;
    if (!(yield* isSignedWith(search, child, { depth: place, subject }, key))) return false;
  }
  return true;
}

function* isSignedWith(
  search: Search,
  child: Certificate,
  of: { readonly depth: number; readonly subject: Name },
  key: CertificateKey,
): Work<boolean, VerifyAsk | HashAsk> {
  const fault = yield* signatureFault(search, child, key);
  const named = fault && { ...fault, facts: { certificate: describeName(child.subject), ...fault.facts } };
  return passes(search, 'signature', of, named);
}

/** Reads the intermediates, equal ones once; a malformed one is noted and left out, since a path may not need it. */
export function readIntermediates(
  ders: readonly Bytes[],
  search: Pick<Search, 'purse' | 'report'>,
): Certificate[] {
  const found: Certificate[] = [];
  const known = new Set<string>();
  for (const der of ders) {
    const key = toHex(der);
    if (known.has(key)) continue;
    known.add(key);
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
