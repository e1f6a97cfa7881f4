import type { Work } from '@tlsmith/types';
import { wordOf } from '../input.ts';
import { describeName } from '../name.ts';
import { rejections } from '../rejection.ts';
import type { Failure } from '../report.ts';
import { type Found, passes, type Search, type SearchAsk } from '../search.ts';
import { formatTime } from '../time.ts';
import { openRevocation, type Revocation } from './options.ts';
import { statusOf } from './sources.ts';
import type { RevocationState } from './state.ts';
import { type CertificateStatus, questionAt, type StatusProblem, type StatusQuestion } from './status.ts';

/**
 * The last word on paths: no certificate of one may be revoked, nor of unknown status where the caller wants to know,
 * and a leaf that promises to staple must have done so. What the accepted path was accepted with ends up in `accepted`.
 */
export function revocationCheck(
  wanted: Revocation,
  search: Search,
  accepted: CertificateStatus[],
): NonNullable<Search['accepts']> {
  const state = openRevocation(wanted, search, statusOf);
  const scope = wordOf(wanted.scope ?? 'chain', 'revocation.scope', ['chain', 'leaf']);
  return function* accepts(found: Found): Work<boolean, SearchAsk> {
    const places = scope === 'leaf' ? 1 : found.path.length;
    const path: CertificateStatus[] = [];
    // From the top: what an authority says counts for nothing once it is revoked itself.
    for (let place = places - 1; place >= 0; place--) {
      const question = questionAt(found.path, place, found.anchor);
      const status = yield* statusOf(state, question);
      path.unshift(status);
      const of = { depth: place, subject: question.certificate.subject };
      const isPromised = place === 0 && wanted.stapled !== undefined;
      const missing = isPromised ? stapleFailure(status, question) : undefined;
      if (!passes(search, 'revocation', of, failureOf(status, question, state) ?? missing)) return false;
    }
    accepted.length = 0;
    accepted.push(...path);
    return true;
  };
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
  const told = problems.filter(({ problem }) => problem !== 'about-another-certificate');
  const isStale = told.length > 0 && told.every(({ problem }) => problem === 'stale');
  if (isStale) return rejections.revocationStale;
  const isStapled = told.some(({ source }) => source === 'stapled');
  return isStapled ? rejections.badStatusResponse : rejections.revocationUnknown;
}

// RFC 7633 §4.3.3: what the certificate promises and the client asked for has to be there, and RFC 6066 §8 wants it to
// be satisfactory. That somebody else knows the status is no excuse: a server that keeps the answer back may be lying.
function stapleFailure(status: CertificateStatus, { certificate }: StatusQuestion): Failure | undefined {
  const isPromised = certificate.tlsFeature?.some((feature) => stapling.has(feature)) === true;
  if (!isPromised || (status.status === 'good' && status.source === 'stapled')) return undefined;
  return {
    reason: rejections.statusResponseMissing,
    facts: {
      certificate: describeName(certificate.subject),
      problems: status.status === 'unknown' ? status.problems : [],
    },
  };
}

// status_request (RFC 6066 §8) and status_request_v2 (RFC 6961 §2.1).
const stapling: ReadonlySet<number> = new Set([5, 17]);
