import type { Work } from '@tlsmith/types';
import { crlStatus } from '../crl/status.ts';
import { describeName } from '../name.ts';
import { rejections } from '../rejection.ts';
import type { Failure } from '../report.ts';
import { type Found, passes, type Search, type SearchAsk } from '../search.ts';
import { formatTime } from '../time.ts';
import { openRevocation, type Revocation } from './options.ts';
import type { RevocationState } from './state.ts';
import { type CertificateStatus, questionAt, type StatusProblem, type StatusQuestion } from './status.ts';

/**
 * The last word on paths: no certificate of one may be revoked, nor of unknown status where the caller wants to know.
 * What the accepted path was accepted with ends up in `accepted`.
 */
export function revocationCheck(
  wanted: Revocation,
  search: Search,
  accepted: CertificateStatus[],
): NonNullable<Search['accepts']> {
  const state = openRevocation(wanted, search, statusOf);
  return function* accepts(found: Found): Work<boolean, SearchAsk> {
    const places = wanted.scope === 'leaf' ? 1 : found.path.length;
    const path: CertificateStatus[] = [];
    // From the top: what an authority says counts for nothing once it is revoked itself.
    for (let place = places - 1; place >= 0; place--) {
      const question = questionAt(found.path, place, found.anchor);
      const status = yield* statusOf(state, question);
      path.unshift(status);
      const of = { depth: place, subject: question.certificate.subject };
      if (!passes(search, 'revocation', of, failureOf(status, question, state))) return false;
    }
    accepted.splice(0, accepted.length, ...path);
    return true;
  };
}

function* statusOf(state: RevocationState, question: StatusQuestion): Work<CertificateStatus, SearchAsk> {
  return yield* crlStatus(state, question);
}

function failureOf(
  status: CertificateStatus,
  { certificate }: StatusQuestion,
  { mode }: RevocationState,
): Failure | undefined {
  const facts = { certificate: describeName(certificate.subject) };
  if (status.status === 'revoked') {
    const { source, reason = 'unspecified', revokedAt } = status;
    const found = { ...facts, source, reason, revokedAt: formatTime(revokedAt) };
    return { reason: rejections.revoked, facts: found };
  }
  if (status.status === 'good' || mode === 'soft') return undefined;
  return { reason: reasonFor(status.problems), facts: { ...facts, problems: status.problems } };
}

function reasonFor(problems: readonly StatusProblem[]): Failure['reason'] {
  if (problems.some(({ source }) => source === 'stapled')) return rejections.badStatusResponse;
  const isStale = problems.length > 0 && problems.every(({ problem }) => problem === 'stale');
  return isStale ? rejections.revocationStale : rejections.revocationUnknown;
}
