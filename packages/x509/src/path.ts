import { type Bytes, equal, type Work } from '@tlsmith/types';
import { anchorItself, anchorsNamed, type TrustAnchor } from './anchor.ts';
import { anchorFault } from './anchor-constraints.ts';
import { type Certificate, isSelfIssued } from './certificate.ts';
import { issuerChecks, type Place } from './checks.ts';
import { checkNameConstraints } from './constraints.ts';
import { fetchIssuers } from './issuer-fetch.ts';
import { describeName, nameKey, sameName } from './name.ts';
import { checkPolicies } from './policy.ts';
import { rejections } from './rejection.ts';
import { type Check, exhausted } from './report.ts';
import { spend } from './budget.ts';
import { checkTlsFeatures } from './tls-features.ts';
import {
  areInheritedGood,
  type Found,
  isSigned,
  passes,
  passesAll,
  type Search,
  type SearchAsk,
  stop,
} from './search.ts';

/**
 * Extends a path upwards, depth first, trust anchors before intermediates, until one passes all checks (RFC 4158
 * describes the problem). Everything cheap is checked before a signature is; a name and key that the path has
 * already cannot come again, so there are no loops, and the purse bounds the rest.
 */
export function* extend(search: Search, path: readonly Certificate[]): Work<Found | undefined, SearchAsk> {
  const child = path.at(-1) as Certificate;
  const anchors = byKeyIdentifier(
    child,
    anchorsNamed(search.anchors, child.issuer),
    (anchor) => anchor.certificate,
  );
  for (const anchor of anchors) {
    const found = yield* throughAnchor(search, path, anchor);
    if (found !== undefined) return found;
  }
  const issuers = issuersOf(search, path);
  const found = yield* throughIssuers(search, path, issuers);
  if (found !== undefined) return found;
  const more = yield* fetchedIssuers(search, path);
  if (anchors.length + issuers.length + more.length === 0)
    search.report.push(noIssuer(child, path.length - 1));
  return yield* throughIssuers(search, path, more);
}

/** The end of a path whose leaf is itself a trust anchor: the caller named this very certificate. */
export function itself(search: Search, leaf: Certificate): Found | undefined {
  const anchor = anchorItself(search.anchors, leaf);
  if (anchor === undefined) return undefined;
  const failure = anchorFault(anchor, leaf, search.settings);
  return passes(search, 'trust-anchor', { depth: 0, subject: leaf.subject }, failure)
    ? { path: [leaf], anchor, policies: [] }
    : undefined;
}

// Noted only where there is something to check.
function vouches(search: Search, path: readonly Certificate[], anchor: TrustAnchor): boolean {
  if (anchor.constraints === undefined) return true;
  const of = { depth: path.length, subject: anchor.subject };
  return passes(search, 'trust-anchor', of, anchorFault(anchor, path[0] as Certificate, search.settings));
}

function* throughIssuers(
  search: Search,
  path: readonly Certificate[],
  issuers: readonly Certificate[],
): Work<Found | undefined, SearchAsk> {
  for (const issuer of byKeyIdentifier(path.at(-1) as Certificate, issuers, (issuer) => issuer)) {
    if (!(yield* isIssuer(search, path, issuer))) continue;
    const found = yield* extend(search, [...path, issuer]);
    if (found !== undefined) return found;
  }
  return undefined;
}

// Issuers from elsewhere, for peers that send too few; a path that ends in itself has none.
function* fetchedIssuers(
  search: Search,
  path: readonly Certificate[],
): Work<readonly Certificate[], SearchAsk> {
  const child = path.at(-1) as Certificate;
  if (isSelfIssued(child)) return [];
  const before = issuersOf(search, path);
  for (const certificate of yield* fetchIssuers(search.fetching, child)) {
    const known = search.intermediates.some(({ der }) => equal(der, certificate.der));
    if (!known) search.intermediates.push(certificate);
  }
  return issuersOf(search, path).filter((issuer) => !before.includes(issuer));
}

function* throughAnchor(
  search: Search,
  path: readonly Certificate[],
  anchor: TrustAnchor,
): Work<Found | undefined, SearchAsk> {
  if (!spend(search.purse, 'steps')) throw stop(search, exhausted('steps', search.purse.budget));
  const { certificate } = anchor;
  const place: Place | undefined = certificate && { certificate, part: 'anchor', below: path };
  if (place !== undefined && !passesAll(search, place, issuerChecks)) return undefined;
  if (!vouches(search, path, anchor)) return undefined;
  if (!(yield* isSigned(search, path, anchor)) || !(yield* areInheritedGood(search, path, anchor))) {
    return undefined;
  }
  const of = { depth: path.length, subject: anchor.subject };
  const own = { ...anchor, nameConstraints: anchor.constraints?.nameConstraints };
  const names = checkNameConstraints(path, anchor, search.purse);
  // The caller's come on top of the certificate's.
  const more = own.nameConstraints && checkNameConstraints(path, own, search.purse);
  if (!passes(search, 'name-constraints', of, names ?? more)) return undefined;
  const features = checkTlsFeatures(path, anchor);
  if (features !== undefined && !passes(search, 'tls-features', of, features)) return undefined;
  const result = checkPolicies(path, search.policy, search.purse);
  const failure = 'reason' in result ? result : undefined;
  if (!passes(search, 'policies', of, failure) || 'reason' in result) return undefined;
  const found = { path, anchor, policies: result.policies };
  return search.accepts === undefined || (yield* search.accepts(found)) ? found : undefined;
}

function* isIssuer(
  search: Search,
  path: readonly Certificate[],
  issuer: Certificate,
): Work<boolean, SearchAsk> {
  if (!spend(search.purse, 'steps')) throw stop(search, exhausted('steps', search.purse.budget));
  const place: Place = { certificate: issuer, part: 'intermediate', below: path };
  return passesAll(search, place, issuerChecks) && (yield* isSigned(search, path, issuer));
}

function issuersOf({ intermediates }: Search, path: readonly Certificate[]): readonly Certificate[] {
  const { issuer: wanted } = path.at(-1) as Certificate;
  const named = byName(intermediates).get(nameKey(wanted)) ?? [];
  return named.filter((issuer) => !path.some((below) => isSameEntity(below, issuer)));
}

interface NameIndex {
  readonly names: Map<string, Certificate[]>;
  /** How many certificates are in it: the list may have grown since. */
  count: number;
}

const indexes = new WeakMap<readonly Certificate[], NameIndex>();

function byName(intermediates: readonly Certificate[]): ReadonlyMap<string, readonly Certificate[]> {
  const index = indexes.get(intermediates) ?? { names: new Map<string, Certificate[]>(), count: 0 };
  indexes.set(intermediates, index);
  for (const certificate of intermediates.slice(index.count)) {
    const key = nameKey(certificate.subject);
    const same = index.names.get(key) ?? [];
    same.push(certificate);
    index.names.set(key, same);
  }
  index.count = intermediates.length;
  return index.names;
}

function isSameEntity(a: Certificate, b: Certificate): boolean {
  return equal(a.publicKey.spki, b.publicKey.spki) && sameName(a.subject, b.subject);
}

// Key identifiers are hints, not proofs (RFC 5280 §4.2.1.1): they say who is tried first, not who is left out.
function byKeyIdentifier<T>(
  { authorityKeyIdentifier }: Certificate,
  issuers: readonly T[],
  certificateOf: (issuer: T) => Certificate | undefined,
): readonly T[] {
  const wanted = authorityKeyIdentifier?.keyIdentifier;
  if (wanted === undefined || issuers.length < 2) return issuers;
  const distance = (issuer: T) => mismatch(wanted, certificateOf(issuer)?.subjectKeyIdentifier);
  return [...issuers].sort((a, b) => distance(a) - distance(b));
}

function mismatch(wanted: Bytes, present: Bytes | undefined): number {
  if (present === undefined) return 1;
  return equal(wanted, present) ? 0 : 2;
}

function noIssuer(child: Certificate, depth: number): Check {
  const reason = isSelfIssued(child) ? rejections.selfSigned : rejections.unknownIssuer;
  const facts = { certificate: describeName(child.subject), issuer: describeName(child.issuer) };
  return { check: 'issuer', depth, subject: child.subject, failure: { reason, facts } };
}
