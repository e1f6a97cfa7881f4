import { type Bytes, equal, type HashName, isCertificateRejected, type Work } from '@tlsmith/types';
import { spend } from '../budget.ts';
import { unknownCritical } from '../extension-list.ts';
import { oidName } from '../oid.ts';
import { exhausted } from '../report.ts';
import { currencyOf } from '../revocation/currency.ts';
import type { RevocationState, SourcedResponse } from '../revocation/state.ts';
import {
  type CertificateStatus,
  problem,
  type StatusProblem,
  type StatusQuestion,
  type StatusSource,
} from '../revocation/status.ts';
import { type SearchAsk, stop } from '../search.ts';
import { formatTime } from '../time.ts';
import type { BasicOcspResponse, SingleResponse } from './basic-response.ts';
import { hashOf, identifies, type IssuerHashes, issuerHashes } from './certificate-id.ts';
import { nonceValue } from './request.ts';
import { responderFault } from './responder.ts';
import { type OcspResponse, parseOcspResponse } from './response.ts';

/** The status of a certificate according to one OCSP response (RFC 6960 §3.2); the signature is looked at last. */
export function* ocspStatus(
  state: RevocationState,
  question: StatusQuestion,
  response: SourcedResponse,
): Work<CertificateStatus, SearchAsk> {
  const { source } = response;
  const basic = answerOf(state, response);
  if ('problem' in basic) return unknown(basic);
  const about = yield* singlesAbout(basic, question);
  if (about.length === 0) return unknown(problem(source, 'about-another-certificate'));
  const fault = nonceFault(state, basic, response) ?? formFault(basic, about, source);
  if (fault !== undefined) return unknown(fault);
  const current = about.filter((single) => currencyOf(single, state.leeway) === 'current');
  const [single] = current.sort(mostTelling);
  const isFromTheFuture = basic.producedAt > state.leeway.at + state.leeway.tolerance;
  if (single === undefined || isFromTheFuture) return unknown(outOfTime(about, state, source));
  const unauthorized = yield* responderFault(state, basic, question, source);
  return unauthorized === undefined ? verdict(single, source) : unknown(unauthorized);
}

function unknown(of: StatusProblem): CertificateStatus {
  return { status: 'unknown', problems: [of] };
}

function answerOf(state: RevocationState, response: SourcedResponse): BasicOcspResponse | StatusProblem {
  const parsed = parse(state, response);
  if (parsed === undefined) return problem(response.source, 'malformed');
  const { responseStatus, basic } = parsed;
  return basic ?? problem(response.source, 'no-answer', { responseStatus });
}

// What a peer staples is as much its choice as its chain, and is paid for from the same purse.
function parse(
  { parsed, search }: RevocationState,
  { der, source }: SourcedResponse,
): OcspResponse | undefined {
  if (parsed.has(der)) return parsed.get(der);
  const { purse } = search;
  if (source === 'stapled' && !spend(purse, 'bytes', der.length)) {
    throw stop(search, exhausted('bytes', purse.budget));
  }
  const response = tryToParse(der);
  parsed.set(der, response);
  return response;
}

function tryToParse(der: Bytes): OcspResponse | undefined {
  try {
    return parseOcspResponse(der);
  } catch (error) {
    if (isCertificateRejected(error)) return undefined;
    throw error;
  }
}

// Each identifier may use a hash of its own.
function* singlesAbout(
  { responses }: BasicOcspResponse,
  { certificate, issuer }: StatusQuestion,
): Work<SingleResponse[], SearchAsk> {
  const found: SingleResponse[] = [];
  const known = new Map<HashName, IssuerHashes>();
  for (const single of responses) {
    // The serial number is there to be compared for nothing: only its owner's issuer is worth hashing.
    if (!equal(single.certificateId.serialNumber, certificate.serialNumber)) continue;
    const name = hashOf(single.certificateId);
    if (name === undefined) continue;
    const hashes = known.get(name) ?? (yield* issuerHashes(name, certificate, issuer));
    known.set(name, hashes);
    if (identifies(single.certificateId, certificate, hashes)) found.push(single);
  }
  return found;
}

// RFC 5019 §4: a nonce that nobody asked for is passed over; one that somebody did must be the same if it is there.
function nonceFault(
  { nonce: demand }: RevocationState,
  { nonce: present }: BasicOcspResponse,
  { nonce: sent, source }: SourcedResponse,
): StatusProblem | undefined {
  if (sent === undefined) return undefined;
  const isRight = present === undefined ? demand !== 'required' : equal(present, nonceValue(sent));
  return isRight ? undefined : problem(source, 'wrong-nonce');
}

function formFault(
  { extensions }: BasicOcspResponse,
  singles: readonly SingleResponse[],
  source: StatusSource,
): StatusProblem | undefined {
  const critical = unknownCritical([...extensions, ...singles.flatMap((single) => single.extensions)]);
  return critical === undefined
    ? undefined
    : problem(source, 'unknown-critical-extension', { extension: oidName(critical) });
}

// Of several about one certificate, a revocation counts most, then the newest.
function mostTelling(a: SingleResponse, b: SingleResponse): number {
  const weight = ({ status }: SingleResponse) => (status.is === 'revoked' ? 1 : 0);
  return weight(b) - weight(a) || b.thisUpdate - a.thisUpdate;
}

function outOfTime(
  singles: readonly SingleResponse[],
  { leeway }: RevocationState,
  source: StatusSource,
): StatusProblem {
  const isStale = singles.every((single) => currencyOf(single, leeway) === 'stale');
  const ends = singles.flatMap(({ nextUpdate }) =>
    nextUpdate === undefined ? [] : [formatTime(nextUpdate)],
  );
  return problem(source, isStale ? 'stale' : 'not-yet-valid', { nextUpdate: ends });
}

function verdict(
  { status, thisUpdate, nextUpdate }: SingleResponse,
  source: StatusSource,
): CertificateStatus {
  if (status.is === 'revoked') {
    const { revocationTime, revocationReason } = status;
    return { status: 'revoked', source, revokedAt: revocationTime, reason: revocationReason };
  }
  return status.is === 'good'
    ? { status: 'good', source, thisUpdate, nextUpdate }
    : unknown(problem(source, 'says-unknown'));
}
