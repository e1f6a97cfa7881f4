import { bindersLength } from '@tlsmith/codec';
import {
  type EarlyStage,
  earlySecret,
  pskBinder,
  type Transcript,
  transcriptBytes,
  truncatedClientHello,
} from '@tlsmith/key-schedule';
import {
  type Bytes,
  type CipherSuite13,
  concat,
  equal,
  hash,
  type Secret,
  type ServerSession,
  violation,
  violations,
} from '@tlsmith/types';
import { findSession, now, type Work } from '../ask.ts';
import type { ServerPolicy } from '../policy.ts';
import { full, type NotResumed, type ResumptionDecision } from '../resumption-decision.ts';
import type { ClientOffer } from '../server/offer.ts';
import type { Candidates } from './narrow.ts';

/** A session that will be resumed. */
export interface Resumption {
  /** Index of the identity in the client's list. */
  readonly index: number;
  readonly session: ServerSession;
  readonly suite: CipherSuite13;
  readonly early: EarlyStage;
}

/** Whether a session will be resumed, and if not, why. */
export type Resumed =
  | (ResumptionDecision & { readonly outcome: 'resumed'; readonly resumption: Resumption })
  | (ResumptionDecision & { readonly outcome: 'full'; readonly resumption?: undefined });

/** The rest of what resumption needs to know of a hello. */
export interface HelloBytes {
  readonly raw: Bytes;
  /** What came before it: message_hash and HelloRetryRequest, or nothing. */
  readonly log: Transcript;
}

/**
 * The first offered session that this connection may resume, its binder checked (RFC 9846 §4.3.11, §4.7.1).
 *
 * @throws {TlsViolation} `binder-count-mismatch`, `binder-mismatch`.
 */
export function* resume(
  offer: ClientOffer,
  candidates: Candidates,
  hello: HelloBytes,
  policy: ServerPolicy,
): Work<Resumed> {
  const { psks, ticket } = offer;
  if (psks === undefined) return full(ticket?.length ? 'other-version' : 'nothing-offered');
  if (psks.identities.length !== psks.binders.length) throw violation(violations.binderCountMismatch);
  if (policy.tickets === 0) return full('resumption-off');
  if (!candidates.mayResume) return full('key-exchange-mode');
  const identities = psks.identities
    .slice(0, policy.limits.identities)
    .map(({ identity }) => ({ kind: 'ticket' as const, id: identity }));
  const found = yield* findSession(identities);
  if (found === undefined) return full('not-found');
  const suite = resumableSuite(found.session, offer, candidates, policy);
  const age = psks.identities[found.index]?.obfuscatedTicketAge ?? 0;
  if (typeof suite === 'string') return full(suite);
  const stale = yield* staleness(found.session, age);
  if (stale !== undefined) return full(stale);
  const early = yield* earlySecret(suite.hash, found.session.secret as Secret<'psk'>);
  const truncated = truncatedClientHello(hello.raw, bindersLength(psks.binders));
  const covered = yield* hash(suite.hash.name, concat(transcriptBytes(hello.log), truncated));
  const binder = yield* pskBinder(suite.hash, early, 'resumption', covered);
  if (!equal(binder, psks.binders[found.index] as Bytes)) throw violation(violations.binderMismatch);
  const resumption = { index: found.index, session: found.session, suite, early };
  return { outcome: 'resumed', by: 'ticket', resumption };
}

/** A common suite with the session's hash, or what else of that which binds a session differs (RFC 9846 §4.7.1). */
function resumableSuite(
  session: ServerSession,
  offer: ClientOffer,
  { suites }: Candidates,
  policy: ServerPolicy,
): CipherSuite13 | NotResumed {
  const anonymous = session.peerChain.length === 0;
  if (session.version !== 'tls13') return 'other-version';
  if (session.serverName !== offer.serverName) return 'other-name';
  if (!equal(session.context, policy.context)) return 'other-context';
  if (policy.clientAuthentication === (anonymous ? 'require' : 'none')) return 'client-authentication';
  const original = policy.suites.find(({ code }) => code === session.cipherSuite);
  return suites.find((suite) => suite.hash.name === original?.hash.name) ?? 'suite-gone';
}

// A hello that sat in the network for longer than this is not what the client thinks it is (RFC 9846 §8.3).
const ageTolerance = 600_000;

/** Whether it expired, or is not as old as the client believes, give or take a slow network and a drifting clock. */
function* staleness(
  session: ServerSession,
  obfuscatedAge: number,
): Work<'expired' | 'ticket-age' | undefined> {
  const age = (yield* now()) - session.createdAt;
  if (age < 0 || age >= 1000 * session.lifetime) return 'expired';
  const claimed = (obfuscatedAge - session.ticketAgeAdd + 2 ** 32) % 2 ** 32;
  return Math.abs(age - claimed) <= ageTolerance ? undefined : 'ticket-age';
}
