import { isCertificateRejected, random, type Work } from '@tlsmith/types';
import { type CertificateRevocationList, parseCrl } from '../crl/crl.ts';
import { crlStatus } from '../crl/status.ts';
import { fetched, urlsOf } from '../fetch.ts';
import { accessUrls } from '../issuer-fetch.ts';
import { ocspRequest } from '../ocsp/request.ts';
import { ocspStatus } from '../ocsp/status.ts';
import { oids } from '../oids.ts';
import type { SearchAsk } from '../search.ts';
import type { RevocationState } from './state.ts';
import { type CertificateStatus, problem, type StatusProblem, type StatusQuestion } from './status.ts';

/**
 * The status of a certificate according to all that is at hand: one source that knows of a revocation outweighs all
 * that do not, since any of them may be older. Only where none has an answer is one fetched, by OCSP before CRLs
 * (RFC 5019 §3.1), and only if the caller allows it.
 */
export function* statusOf(
  state: RevocationState,
  question: StatusQuestion,
): Work<CertificateStatus, SearchAsk> {
  const statuses: CertificateStatus[] = [];
  for (const response of state.responses) statuses.push(yield* ocspStatus(state, question, response));
  statuses.push(yield* crlStatus(state, question));
  const known = conclusive(statuses);
  if (known !== undefined) return known;
  for (const ask of [fetchedOcspStatus, fetchedCrlStatus]) {
    const status = yield* ask(state, question);
    if (status.status !== 'unknown') return status;
    statuses.push(status);
  }
  return { status: 'unknown', problems: problemsOf(statuses) };
}

function conclusive(statuses: readonly CertificateStatus[]): CertificateStatus | undefined {
  return (
    statuses.find(({ status }) => status === 'revoked') ?? statuses.find(({ status }) => status === 'good')
  );
}

function problemsOf(statuses: readonly CertificateStatus[]): readonly StatusProblem[] {
  const problems = statuses.flatMap((status) => (status.status === 'unknown' ? status.problems : []));
  return problems.length === 0 ? [problem('crl', 'nothing-at-hand')] : problems;
}

function* fetchedOcspStatus(
  state: RevocationState,
  question: StatusQuestion,
): Work<CertificateStatus, SearchAsk> {
  const problems: StatusProblem[] = [];
  const { fetching } = state.search;
  if (!fetching.allowed.includes('ocsp')) return { status: 'unknown', problems };
  for (const url of accessUrls(question.certificate.authorityInfoAccess, oids.ocsp)) {
    const nonce = state.nonce === 'none' ? undefined : yield* random(nonceLength);
    const request = yield* ocspRequest(question.certificate, question.issuer, nonce && { nonce });
    const der = yield* fetched(fetching, 'ocsp', url, request);
    if (der === undefined) {
      problems.push(problem('ocsp', 'no-answer', { url }));
      continue;
    }
    const status = yield* ocspStatus(state, question, { der, source: 'ocsp', nonce });
    if (status.status !== 'unknown') return status;
    problems.push(...status.problems);
  }
  return { status: 'unknown', problems };
}

// RFC 8954 §2.1: clients send 32 octets.
const nonceLength = 32;

function* fetchedCrlStatus(
  state: RevocationState,
  question: StatusQuestion,
): Work<CertificateStatus, SearchAsk> {
  const { crlDistributionPoints = [], freshestCrl = [] } = question.certificate;
  const problems: StatusProblem[] = [];
  let isNews = false;
  for (const point of [...(crlDistributionPoints ?? []), ...(freshestCrl ?? [])]) {
    for (const url of urlsOf(point.fullName)) {
      const der = yield* fetched(state.search.fetching, 'crl', url);
      if (der === undefined || state.fetchedCrls.has(der)) continue;
      const crl = readable(der);
      state.fetchedCrls.add(der);
      if (crl !== undefined) state.crls.push(crl);
      else problems.push(problem('crl', 'malformed', { url }));
      isNews ||= crl !== undefined;
    }
  }
  return isNews ? yield* crlStatus(state, question) : { status: 'unknown', problems };
}

function readable(der: Uint8Array): CertificateRevocationList | undefined {
  try {
    return parseCrl(der);
  } catch (error) {
    if (isCertificateRejected(error)) return undefined;
    throw error;
  }
}
