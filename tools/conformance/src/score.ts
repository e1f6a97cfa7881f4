import { isCertificateRejected } from '@tlsmith/types';

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
export function scoreOf(results: readonly CaseResult[]): Score {
  const counts = { right: 0, 'false accept': 0, 'false reject': 0, skipped: 0 };
  for (const { verdict } of results) counts[verdict]++;
  return counts;
}

/** A score as a line of text. */
export function scoreLine(title: string, results: readonly CaseResult[]): string {
  const counts = Object.entries(scoreOf(results)).map(([verdict, count]) => `${verdict} ${count}`);
  return `${title}: ${results.length} cases, ${counts.join(', ')}`;
}

/** Compares an outcome with what a suite expects. */
export function compared(id: string, valid: boolean, { reason, facts }: Outcome): CaseResult {
  const accepted = reason === 'accepted';
  const verdict = accepted === valid ? 'right' : accepted ? 'false accept' : 'false reject';
  return { id, verdict, reason, facts };
}

/** A suite's results as `--json` writes them. */
export interface Summary {
  readonly suite: string;
  readonly total: number;
  readonly right: number;
  readonly falseAccept: number;
  readonly falseReject: number;
  readonly skipped: number;
  readonly wrong: readonly WrongCase[];
}

/** A case that did not end as its suite says. */
export interface WrongCase {
  readonly id: string;
  readonly expected: 'accept' | 'reject';
  readonly got: 'accept' | 'reject';
  /** The rejection's code, or `accepted`; and the facts, where there are any. */
  readonly reason: string;
}

/** Sums results up. */
export function summaryOf(suite: string, results: readonly CaseResult[]): Summary {
  const score = scoreOf(results);
  return {
    suite,
    total: results.length,
    right: score.right,
    falseAccept: score['false accept'],
    falseReject: score['false reject'],
    skipped: score.skipped,
    wrong: results.flatMap((result) => wrongCase(result) ?? []),
  };
}

function wrongCase({ id, verdict, reason, facts }: CaseResult): WrongCase | undefined {
  if (verdict === 'right' || verdict === 'skipped') return undefined;
  const accepted = verdict === 'false accept';
  const [expected, got] = accepted ? (['reject', 'accept'] as const) : (['accept', 'reject'] as const);
  const details = Object.keys(facts).length === 0 ? '' : ` ${JSON.stringify(facts)}`;
  return { id, expected, got, reason: `${reason}${details}` };
}

/**
 * Runs a verification: `verify` throws {@link CertificateRejected}, or returns why an accepted chain is not what the
 * suite wants, if so. Any other error is a defect and passes through.
 */
export async function outcomeOf(verify: () => Promise<string | undefined>): Promise<Outcome> {
  try {
    return { reason: (await verify()) ?? 'accepted', facts: {} };
  } catch (error) {
    if (!isCertificateRejected(error)) throw error;
    const { report: _, ...facts } = error.facts;
    return { reason: error.code, facts };
  }
}
