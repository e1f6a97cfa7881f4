import { isCertificateRejected } from '@tlsmith/types';
/** Counts results by verdict. */
export function scoreOf(results) {
  const counts = { right: 0, 'false accept': 0, 'false reject': 0, skipped: 0 };
  for (const { verdict } of results) counts[verdict]++;
  return counts;
}
/** A score as a line of text. */
export function scoreLine(title, results) {
  const counts = Object.entries(scoreOf(results)).map(([verdict, count]) => `${verdict} ${count}`);
  return `${title}: ${results.length} cases, ${counts.join(', ')}`;
}
/** Compares an outcome with what a suite expects. */
export function compared(id, valid, { reason, facts }) {
  const accepted = reason === 'accepted';
  const verdict = accepted === valid ? 'right' : accepted ? 'false accept' : 'false reject';
  return { id, verdict, reason, facts };
}
/**
 * Runs a verification: `verify` throws {@link CertificateRejected}, or returns why an accepted chain is not what the
 * suite wants, if so. Any other error is a defect and passes through.
 */
export function outcomeOf(verify) {
  try {
    return { reason: verify() ?? 'accepted', facts: {} };
  } catch (error) {
    if (!isCertificateRejected(error)) throw error;
    const { report: _, ...facts } = error.facts;
    return { reason: error.code, facts };
  }
}
//# sourceMappingURL=score.js.map
