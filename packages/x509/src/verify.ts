import {
  type Bytes,
  type HashAsk,
  isCertificateRejected,
  type PublicKey,
  TlsMisuse,
  type VerifyAsk,
  type Work,
} from '@tlsmith/types';
import { anchorsOf, type TrustAnchor } from './anchor.ts';
import { type Budget, openPurse, spend } from './budget.ts';
import { type Certificate, parseCertificate, usableKey } from './certificate.ts';
import { leafChecks, type Place } from './checks.ts';
import { workingKeys } from './dsa.ts';
import type { Fetchable } from './fetch.ts';
import { type NameIdentity, prepareIdentity } from './name-identity.ts';
import { extend, itself } from './path.ts';
import { type Fingerprint, pinCheck } from './pin.ts';
import { amountOf, bytesOf, functionOf, listOf, momentOf, objectOf, textOf, wordOf } from './input.ts';
import { type PolicyInputs } from './policy.ts';
import { type Profile, profiles } from './profile.ts';
import { type Purpose, purposeId } from './purpose.ts';
import { rejections } from './rejection.ts';
import { type Check, exhausted, mostUseful } from './report.ts';
import { acceptedKey, type CertificateKey } from './spki.ts';
import { revocationCheck } from './revocation/check.ts';
import type { Revocation } from './revocation/options.ts';
import type { CertificateStatus } from './revocation/status.ts';
import type { SignatureMemory } from './signature-memory.ts';
import { namedWeak, type WeakAlgorithm } from './weak.ts';
import { type Found, passes, readIntermediates, type Search, type SearchAsk, stop } from './search.ts';

/** What to verify, against what, and for what. */
export interface ChainRequest {
  /** Certificates as the peer sent them: the leaf first, the others in any order, needed or not. */
  readonly chain: readonly Bytes[];
  readonly anchors: readonly TrustAnchor[];
  /** The moment of verification, in milliseconds since 1970-01-01T00:00:00Z; fractions of a second are dropped. */
  readonly at: number;
  /** Whose certificate it is, or what else it is used for. */
  readonly purpose: Purpose;
  /** Whom the caller wants to talk to. Left out, any name will do: right for clients, hardly ever for servers. */
  readonly name?: NameIdentity;
  /** `default` when left out. */
  readonly profile?: Profile;
  /** Broken or short algorithms to accept all the same, one by one, for archives and for devices nobody can mend. */
  readonly dangerouslyAcceptWeak?: readonly WeakAlgorithm[];
  readonly budget?: Partial<Budget>;
  /** How many intermediates that are not self-issued a path may have; 8 when left out. */
  readonly maxDepth?: number;
  /** Further certificates that paths may use, for peers that send too few. */
  readonly extraIntermediates?: readonly Bytes[];
  readonly policy?: PolicyInputs;
  /** Whether and how revocation is checked; not at all when left out. */
  readonly revocation?: Revocation;
  /**
   * Certificates or keys of which one has to be on the path, the trust anchor included, on top of everything else (RFC
   * 7469 §2.6). To trust one leaf without a path, see {@link verifyPinnedLeaf}.
   */
  readonly pins?: readonly Fingerprint[];
  /** Whether a domain is a public suffix, such as `co.uk`: a wildcard right below one is then no match for `name`. */
  readonly publicSuffix?: (domain: string) => boolean;
  /** Good signatures of earlier verifications, which are not verified again; see {@link signatureMemory}. */
  readonly signatures?: SignatureMemory;
}

/** A request that allows to fetch what is missing. */
export interface FetchingChainRequest extends ChainRequest {
  /**
   * What may be asked for with `FetchAsk`: issuers that the chain lacks, and for `revocation` CRLs and OCSP
   * responses. Nothing is fetched unless whoever drives the work answers.
   */
  readonly fetch: readonly Fetchable[];
}

const brand: unique symbol = Symbol('verified chain');

/** A chain that passed all checks. {@link verifyChain} alone makes one, so holding it is the proof. */
export interface VerifiedChain {
  readonly [brand]: true;
  readonly leaf: Certificate;
  /** From the leaf to the certificate that the trust anchor issued. */
  readonly path: readonly Certificate[];
  readonly anchor: TrustAnchor;
  /** The leaf's key. */
  readonly publicKey: PublicKey;
  /** Certificate policies that hold over the path, object identifiers; `anyPolicy` stands for all. */
  readonly policies: readonly string[];
  /** What is known about the revocation of the path's certificates, from the leaf up; empty where nobody asked. */
  readonly statuses: readonly CertificateStatus[];
  /** Every check of every path that was tried. */
  readonly report: readonly Check[];
}

/**
 * Verifies a certificate chain (RFC 5280 §6, RFC 9525): builds paths from the leaf to the trust anchors and checks
 * signatures, validity, authority, path lengths, usages, names, name constraints, policies and critical extensions.
 * Revocation is checked where the caller asks for it.
 *
 * @throws {CertificateRejected} with the reason that helps most of all paths tried, see {@link rejections}; its
 *   `facts.report` has every check.
 * @throws {TlsMisuse} `empty-chain`, `not-a-time`, `not-a-purpose`, `no-fingerprint` and others that say which part of the
 *   request is not what it should be; what {@link prepareIdentity} throws for `name`.
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { compute } from '@tlsmith/types';
 * import { type TrustAnchor, verifyChain } from '@tlsmith/x509';
 * const check = (chain: Uint8Array[], anchors: TrustAnchor[]) =>
 *   compute(node, verifyChain({ chain, anchors, at: Date.now(), purpose: 'server', name: { dns: 'example.com' } }));
 * ```
 */
export function verifyChain(request: FetchingChainRequest): Work<VerifiedChain, SearchAsk>;
export function verifyChain(request: ChainRequest): Work<VerifiedChain, VerifyAsk | HashAsk>;
export function* verifyChain(request: ChainRequest | FetchingChainRequest): Work<VerifiedChain, SearchAsk> {
  const opened = open(request);
  const { leaf, intermediates } = read(request, opened);
  const search = { ...opened, intermediates };
  const statuses: CertificateStatus[] = [];
  const { pins, revocation } = request;
  const known = pins === undefined ? undefined : pinCheck(pins, search);
  const unrevoked = revocation === undefined ? undefined : revocationCheck(revocation, search, statuses);
  const ready = { ...search, accepts: inTurn(known, unrevoked) };
  const place: Place = { certificate: leaf, part: 'leaf', below: [] };
  const of = { depth: 0, subject: leaf.subject };
  // All faults of the leaf are looked for, but no signature is worth verifying once there is one.
  const verdicts = leafChecks.map(([check, run]) => passes(ready, check, of, run(place, ready.settings)));
  const found = verdicts.includes(false) ? undefined : yield* pathOf(ready, leaf, known);
  if (found !== undefined) return proven(found, statuses, ready);
  throw stop(ready, mostUseful(ready.report) ?? { reason: rejections.unknownIssuer, facts: {} });
}

/** The report in an error of {@link verifyChain}; empty for any other value. */
export function reportOf(error: unknown): readonly Check[] {
  const report = isCertificateRejected(error) ? error.facts['report'] : undefined;
  return Array.isArray(report) ? (report as readonly Check[]) : [];
}

const defaultMaxDepth = 8;

function open(request: ChainRequest | FetchingChainRequest): Search {
  const { chain, at, name, anchors, publicSuffix } = objectOf(request, 'request');
  const ders = listOf(chain, 'chain', bytesOf);
  if (ders.length === 0) throw new TlsMisuse('empty-chain', 'a chain has at least the leaf certificate');
  const purse = openPurse(request.budget);
  return {
    settings: {
      // Certificates count whole seconds, so 0.999 seconds before notBefore is still before it.
      at: Math.floor(momentOf(at, 'at') / 1000) * 1000,
      purpose: purposeId(request.purpose),
      profile: wordOf(request.profile ?? 'default', 'profile', profiles),
      weak: namedWeak(request.dangerouslyAcceptWeak),
      maxDepth: amountOf(request.maxDepth ?? defaultMaxDepth, 'maxDepth'),
      reference: name === undefined ? undefined : prepareIdentity(name),
      publicSuffix: publicSuffix === undefined ? undefined : functionOf(publicSuffix, 'publicSuffix'),
    },
    policy: policyOf(request.policy ?? {}),
    anchors: anchorsOf(anchors),
    intermediates: [],
    purse,
    report: [],
    verified: new Map(),
    signatures: request.signatures === undefined ? undefined : objectOf(request.signatures, 'signatures'),
    fetching: {
      allowed: 'fetch' in request ? listOf(request.fetch, 'fetch', fetchableOf) : [],
      purse,
      seen: new Map(),
    },
    accepts: undefined,
  };
}

function read({ chain, extraIntermediates = [] }: ChainRequest, search: Search) {
  const others = [...chain.slice(1), ...listOf(extraIntermediates, 'extraIntermediates', bytesOf)];
  const first = chain[0] as Bytes;
  const size = others.reduce((sum, der) => sum + der.length, first.length);
  if (!spend(search.purse, 'bytes', size)) throw stop(search, exhausted('bytes', search.purse.budget));
  return { leaf: parseCertificate(first), intermediates: readIntermediates(others, search) };
}

// A leaf that is a trust anchor has nobody above it who could revoke it.
function* pathOf(
  search: Search,
  leaf: Certificate,
  known: Search['accepts'],
): Work<Found | undefined, SearchAsk> {
  const alone = itself(search, leaf);
  const isAccepted = alone !== undefined && (known === undefined || (yield* known(alone)));
  return isAccepted ? alone : yield* extend(search, [leaf]);
}

function policyOf(policy: PolicyInputs): PolicyInputs {
  const { acceptable } = objectOf(policy, 'policy');
  return acceptable === undefined
    ? policy
    : { ...policy, acceptable: listOf(acceptable, 'policy.acceptable', textOf) };
}

function fetchableOf(value: Fetchable, what: string): Fetchable {
  return wordOf(value, what, ['issuer', 'ocsp', 'crl']);
}

function inTurn(first: Search['accepts'], second: Search['accepts']): Search['accepts'] {
  if (first === undefined || second === undefined) return first ?? second;
  return function* accepts(found) {
    return (yield* first(found)) && (yield* second(found));
  };
}

function proven(
  { path, anchor, policies }: Found,
  statuses: readonly CertificateStatus[],
  { settings, report }: Search,
): VerifiedChain {
  const leaf = path[0] as Certificate;
  const publicKey = acceptedKey(workingKeys(path, anchor)[0] as CertificateKey, settings.weak);
  return Object.freeze({
    [brand]: true as const,
    leaf,
    path,
    anchor,
    publicKey: usableKey({ subject: leaf.subject, publicKey }),
    policies,
    statuses,
    report,
  });
}
