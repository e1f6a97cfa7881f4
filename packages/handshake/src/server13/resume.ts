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
): Work<Resumption | undefined> {
  const { psks } = offer;
  if (psks === undefined) return undefined;
  if (psks.identities.length !== psks.binders.length) throw violation(violations.binderCountMismatch);
  if (!candidates.mayResume || policy.tickets === 0) return undefined;
  const identities = psks.identities
    .slice(0, policy.limits.identities)
    .map(({ identity }) => ({ kind: 'ticket' as const, id: identity }));
  const found = yield* findSession(identities);
  if (found === undefined) return undefined;
  const suite = resumableSuite(found.session, offer, candidates, policy);
  const age = psks.identities[found.index]?.obfuscatedTicketAge ?? 0;
  if (suite === undefined || !(yield* fresh(found.session, age))) return undefined;
  const early = yield* earlySecret(suite.hash, found.session.secret as Secret<'psk'>);
  const truncated = truncatedClientHello(hello.raw, bindersLength(psks.binders));
  const covered = yield* hash(suite.hash.name, concat(transcriptBytes(hello.log), truncated));
  const binder = yield* pskBinder(suite.hash, early, 'resumption', covered);
  if (!equal(binder, psks.binders[found.index] as Bytes)) throw violation(violations.binderMismatch);
  return { index: found.index, session: found.session, suite, early };
}

/** A common suite with the session's hash, if everything else that binds a session agrees (RFC 9846 §4.7.1). */
function resumableSuite(
  session: ServerSession,
  offer: ClientOffer,
  { suites }: Candidates,
  policy: ServerPolicy,
): CipherSuite13 | undefined {
  const anonymous = session.peerChain.length === 0;
  const allowed =
    session.version === 'tls13' &&
    session.serverName === offer.serverName &&
    equal(session.context, policy.context) &&
    !(policy.clientAuthentication === 'require' && anonymous) &&
    !(policy.clientAuthentication === 'none' && !anonymous);
  if (!allowed) return undefined;
  const original = policy.suites.find(({ code }) => code === session.cipherSuite);
  return suites.find((suite) => suite.hash.name === original?.hash.name);
}

// A hello that sat in the network for longer than this is not what the client thinks it is (RFC 9846 §8.3).
const ageTolerance = 600_000;

/** Not expired, and as old as the client believes, give or take a slow network and a drifting clock. */
function* fresh(session: ServerSession, obfuscatedAge: number): Work<boolean> {
  const age = (yield* now()) - session.createdAt;
  if (age < 0 || age >= 1000 * session.lifetime) return false;
  const claimed = (obfuscatedAge - session.ticketAgeAdd + 2 ** 32) % 2 ** 32;
  return Math.abs(age - claimed) <= ageTolerance;
}
