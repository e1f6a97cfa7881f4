/** What came out of a case. */
export interface CaseResult {
  readonly id: string;
  readonly verdict: 'right' | 'false accept' | 'false reject' | 'skipped';
  /** `accepted`, the rejection's code, or why the case was skipped. */
  readonly reason: string;
  readonly facts: Readonly<Record<string, unknown>>;
}
/** How a verification ended. */
export type Outcome = Pick<CaseResult, 'reason' | 'facts'>;
/** The four figures of a score; a skipped case is not right. */
export type Score = Readonly<Record<CaseResult['verdict'], number>>;
/** Counts results by verdict. */
export declare function scoreOf(results: readonly CaseResult[]): Score;
/** A score as a line of text. */
export declare function scoreLine(title: string, results: readonly CaseResult[]): string;
/** Compares an outcome with what a suite expects. */
export declare function compared(id: string, valid: boolean, { reason, facts }: Outcome): CaseResult;
/**
 * Runs a verification: `verify` throws {@link CertificateRejected}, or returns why an accepted chain is not what the
 * suite wants, if so. Any other error is a defect and passes through.
 */
export declare function outcomeOf(verify: () => string | undefined): Outcome;
//# sourceMappingURL=score.d.ts.map
