import { type Message12, message12 } from '@tlsmith/codec';
import { type Bytes, noBytes, type ServerSession } from '@tlsmith/types';
import { issueTicket, now, type Work } from '../ask.ts';
import type { ServerPolicy } from '../policy.ts';

/** What a full handshake promised in ServerHello; an empty ticket when there is none to be had (RFC 5077 §3.3). */
export function* promisedTicket(session: ServerSession, policy: ServerPolicy): Work<Message12> {
  const issued = session.extendedMasterSecret ? yield* issueTicket('ticket', session) : undefined;
  return newSessionTicket(issued?.id ?? noBytes, Math.min(issued?.lifetime ?? 0, policy.sessionLifetime));
}

/**
 * A ticket that takes the place of the one that was resumed by (RFC 5077 §3.3); none when there is none to be had, and
 * then none is promised. The session keeps the moment of its full handshake and ends when it would have ended: renewing
 * does not prolong it, however often it happens.
 */
export function* renewedTicket(session: ServerSession, policy: ServerPolicy): Work<readonly Message12[]> {
  const lifetime = Math.min(session.lifetime, policy.sessionLifetime);
  const left = Math.floor((session.createdAt + 1000 * lifetime - (yield* now())) / 1000);
  // A hint of 0 would say that the lifetime is unspecified.
  if (left < 1) return [];
  const issued = yield* issueTicket('ticket', { ...session, lifetime });
  return issued === undefined ? [] : [newSessionTicket(issued.id, Math.min(issued.lifetime, left))];
}

const newSessionTicket = (ticket: Bytes, ticketLifetimeHint: number): Message12 =>
  message12('new_session_ticket', { ticketLifetimeHint, ticket });
