import { type Facts, type HashAsk, isCertificateRejected, type VerifyAsk, type Work } from '@tlsmith/types';
import { checkRules } from './check-rule.ts';
import { type Explanation, explainRejection } from './explain.ts';
import { describeName } from './name.ts';
import type { RejectionCode } from './rejection.ts';
import type { Check, CheckName } from './report.ts';
import type { SearchAsk } from './search.ts';
import {
  type ChainRequest,
  type FetchingChainRequest,
  reportOf,
  type VerifiedChain,
  verifyChain,
} from './verify.ts';

/** One check with its verdict, for a person. */
export interface ExplainedCheck {
  readonly check: CheckName;
  readonly passed: boolean;
  /** Where the rule stands. */
  readonly section: string;
  /** What the check has shown, or what is wrong. */
  readonly sentence: string;
  /** Why it did not pass. */
  readonly code?: RejectionCode;
  /** What the verifier found; empty where the check passed. */
  readonly facts: Facts;
}

/** A certificate or trust anchor that was looked at in one place of one path, and everybody tried as its issuer. */
export interface ExplainedCertificate {
  /** Its subject, as {@link describeName} has it; undefined where it could not be read. */
  readonly subject: string | undefined;
  /** 0 for the leaf, 1 for its issuers, and so on. */
  readonly depth: number;
  readonly passed: boolean;
  readonly checks: readonly ExplainedCheck[];
  readonly issuers: readonly ExplainedCertificate[];
}

/** A path that was tried, from the leaf up to where it ended. */
export interface ExplainedPath {
  readonly accepted: boolean;
  readonly subjects: readonly string[];
  /** Why it ended; undefined where it was accepted, or where the budget ended the whole search. */
  readonly failure: ExplainedCheck | undefined;
}

/** A verification, explained. */
export interface ChainExplanation {
  /** What {@link verifyChain} returned; undefined where it refused. */
  readonly verified: VerifiedChain | undefined;
  /** Why the chain is refused: of all failures the most useful. */
  readonly rejection: (Explanation & { readonly code: RejectionCode; readonly facts: Facts }) | undefined;
  /** The leaf, above it all issuers tried, and so on: the whole search as a tree. */
  readonly leaf: ExplainedCertificate;
  /** Certificates sent along that could not be read. */
  readonly unreadable: readonly ExplainedCertificate[];
  /** The same as paths, in the order in which they were tried. */
  readonly paths: readonly ExplainedPath[];
}

/**
 * Verifies a chain as {@link verifyChain} does, and tells of every path tried and every check its verdict, the section
 * that demands it and a sentence for a person. A chain that is refused is a result here and no error.
 *
 * @throws {TlsMisuse} as {@link verifyChain} does.
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { compute } from '@tlsmith/types';
 * import { type ChainRequest, explain } from '@tlsmith/x509';
 * const whyNot = (request: ChainRequest) => compute(node, explain(request)).rejection?.sentence;
 * ```
 */
export function explain(request: FetchingChainRequest): Work<ChainExplanation, SearchAsk>;
export function explain(request: ChainRequest): Work<ChainExplanation, VerifyAsk | HashAsk>;
export function* explain(request: ChainRequest | FetchingChainRequest): Work<ChainExplanation, SearchAsk> {
  try {
    const verified = yield* verifyChain(request);
    return { verified, rejection: undefined, ...treeOf(verified.report, undefined) };
  } catch (error) {
    if (!isCertificateRejected(error)) throw error;
    const { report: _report, ...facts } = error.facts;
    const code = error.code as RejectionCode;
    const rejection = { code, facts, ...explainRejection(code, facts, request.purpose) };
    return { verified: undefined, rejection, ...treeOf(reportOf(error), { code, facts }) };
  }
}

/** A certificate of the tree while it is still being put together. */
interface Open extends ExplainedCertificate {
  readonly of: Check['subject'];
  readonly checks: ExplainedCheck[];
  readonly issuers: Open[];
}

interface Refusal {
  readonly code: RejectionCode;
  readonly facts: Facts;
}

// The report is the search in the order in which it went, depth first: whoever stands one deeper than the certificate
// before is one of its issuers.
function treeOf(
  report: readonly Check[],
  refusal: Refusal | undefined,
): Pick<ChainExplanation, 'leaf' | 'unreadable' | 'paths'> {
  const unreadable: Open[] = [];
  const branch: Open[] = [];
  for (const check of report) {
    const before = branch[check.depth];
    const isSame = before !== undefined && before.of === check.subject && branch.length === check.depth + 1;
    const place = isSame || isLater(check, before) ? (before as Open) : opened(check);
    place.checks.push(explained(check));
    if (place === before) continue;
    if (check.subject === undefined) unreadable.push(place);
    else {
      branch[check.depth - 1]?.issuers.push(place);
      branch.length = check.depth;
      branch.push(place);
    }
  }
  const leaf = finished(branch[0] ?? unread(refusal));
  const paths = pathsOf(leaf, []).map((path, index, all) => ({
    ...path,
    // The search ends with the path that it accepts.
    accepted: refusal === undefined && index === all.length - 1,
  }));
  return { leaf, unreadable: unreadable.map(finished), paths };
}

// That no issuer is left is found after those there were, and still belongs to the certificate below them.
function isLater({ check, subject }: Check, before: Open | undefined): boolean {
  return check === 'issuer' && before !== undefined && before.of === subject;
}

function opened({ subject, depth }: Check): Open {
  const name = subject && describeName(subject);
  return { of: subject, subject: name, depth, passed: false, checks: [], issuers: [] };
}

// A leaf that cannot be read ends everything before a report is begun.
function unread(refusal: Refusal | undefined): Open {
  const code = refusal?.code ?? 'malformed';
  const { section, sentence } = explainRejection(code);
  const check = {
    check: 'form' as const,
    passed: false,
    section,
    sentence,
    code,
    facts: refusal?.facts ?? {},
  };
  return { of: undefined, subject: undefined, depth: 0, passed: false, checks: [check], issuers: [] };
}

function explained({ check, failure }: Check): ExplainedCheck {
  if (failure === undefined) return { check, passed: true, ...checkRules[check], facts: {} };
  const code = failure.reason.code as RejectionCode;
  const { section, sentence } = explainRejection(code, failure.facts);
  return { check, passed: false, section, sentence, code, facts: failure.facts };
}

function finished({ subject, depth, checks, issuers }: Open): ExplainedCertificate {
  const passed = checks.every((check) => check.passed);
  return { subject, depth, passed, checks, issuers: issuers.map(finished) };
}

// A path ends where nobody above was tried: with a failure, or with the trust anchor that completed it.
function pathsOf(of: ExplainedCertificate, below: readonly string[]): Omit<ExplainedPath, 'accepted'>[] {
  const subjects = [...below, of.subject ?? '(unreadable)'];
  if (of.issuers.length > 0) return of.issuers.flatMap((issuer) => pathsOf(issuer, subjects));
  return [{ subjects, failure: of.checks.find(({ passed }) => !passed) }];
}
