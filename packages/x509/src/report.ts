import type { Facts, Rejection } from '@tlsmith/types';
import type { Budget } from './budget.ts';
import { describeName, type Name } from './name.ts';
import { rejections } from './rejection.ts';

/** What is looked at, in about the order in which it happens. */
export type CheckName =
  | 'form'
  | 'profile'
  | 'critical-extensions'
  | 'validity'
  | 'purpose'
  | 'key'
  | 'name'
  | 'issuer'
  | 'authority'
  | 'path-length'
  | 'signature'
  | 'name-constraints'
  | 'policies'
  | 'tls-features'
  | 'pin'
  | 'revocation'
  | 'trust-anchor';

/** Why a check did not pass. */
export interface Failure {
  readonly reason: Rejection;
  readonly facts: Facts;
}

/** One check of one certificate on one path. */
export interface Check {
  readonly check: CheckName;
  /** The certificate's place: 0 is the leaf, 1 its issuer, and so on. */
  readonly depth: number;
  /** Undefined for a certificate that could not be read. */
  readonly subject: Name | undefined;
  /** Undefined when the check passed. */
  readonly failure: Failure | undefined;
}

/** The failure of a search whose budget is used up. */
export function exhausted(kind: keyof Budget, budget: Budget): Failure {
  return { reason: rejections.budgetExceeded, facts: { budget: kind, limit: budget[kind] } };
}

/** Whether a failure says that the budget is used up, which ends a search. */
export function isExhausted(failure: Failure | undefined): failure is Failure {
  return failure?.reason === rejections.budgetExceeded;
}

/** The failure that helps a person most: the highest rank, the first of equals. */
export function mostUseful(report: readonly Check[]): Failure | undefined {
  let best: Failure | undefined;
  for (const { failure } of report) {
    if (failure !== undefined && failure.reason.rank > (best?.reason.rank ?? -1)) best = failure;
  }
  return best;
}

/**
 * A report as lines for a person: one per certificate looked at, indented by its place in the path, with what failed.
 *
 * @example
 * ```ts
 * import { describeReport, type VerifiedChain } from '@tlsmith/x509';
 * const print = (chain: VerifiedChain) => describeReport(chain.report).join('\n');
 * // ok    CN=example.com: form, critical-extensions, validity, purpose, key, name
 * // ok      CN=Example Root: authority, ..., signature, name-constraints
 * ```
 */
export function describeReport(report: readonly Check[]): readonly string[] {
  const lines: string[] = [];
  for (let start = 0; start < report.length; ) {
    const first = report[start] as Check;
    let end = start;
    while (end < report.length && continues(first, report, start, end)) end++;
    lines.push(describeGroup(first, report.slice(start, end)));
    start = end;
  }
  return lines;
}

// A group is a run of checks of one certificate that ends with its first failure.
function continues(first: Check, report: readonly Check[], start: number, at: number): boolean {
  const next = report[at] as Check;
  const failedBefore = at > start && report[at - 1]?.failure !== undefined;
  return next.subject === first.subject && next.depth === first.depth && !failedBefore;
}

function describeGroup(first: Check, checks: readonly Check[]): string {
  const failed = checks.find(({ failure }) => failure !== undefined);
  const title = `${'  '.repeat(first.depth)}${first.subject === undefined ? '(unreadable)' : describeName(first.subject)}`;
  if (failed?.failure === undefined) return `ok    ${title}: ${checks.map(({ check }) => check).join(', ')}`;
  const { reason, facts } = failed.failure;
  return `FAIL  ${title}: ${failed.check}: ${reason.code} ${JSON.stringify(facts)}`;
}
