import type { ClientSession, ServerSession } from '@tlsmith/types';

/** Seconds that no session may be resumed beyond: seven days (RFC 9846 §4.7.1). TLS 1.2 sessions are held to it too. */
export const maximumLifetime = 604_800;

/** Milliseconds that a session may seem to come from the future, because clocks are set and machines disagree. */
export const clockTolerance = 60_000;

/** Milliseconds by which a client's view of a ticket's age may be off for 0-RTT (RFC 9846 §8.3). */
export const ageWindow = 10_000;

/** A lifetime in whole seconds, 0 to {@link maximumLifetime}. */
export function cappedLifetime(seconds: number): number {
  return Math.max(0, Math.min(Math.floor(seconds), maximumLifetime));
}

/**
 * Whether a session may still be used: up to, and not at, the millisecond at which its lifetime ends, so that a
 * lifetime of 0 is over at once (RFC 9846 §4.7.1). One that starts more than {@link clockTolerance} after `now`
 * is not: the clock was set back, and its age cannot be told.
 */
export function isLive(session: ServerSession | ClientSession, now: number): boolean {
  return startOf(session) - clockTolerance <= now && now < expiryOf(session);
}

/** Milliseconds since the epoch at which a session must no longer be used. */
export function expiryOf(session: ServerSession | ClientSession): number {
  return startOf(session) + 1000 * cappedLifetime(session.lifetime);
}

/** The ticket's age that a client states, in milliseconds (RFC 9846 §4.3.11.1). */
export function statedAge(obfuscatedTicketAge: number, ticketAgeAdd: number): number {
  return (obfuscatedTicketAge - ticketAgeAdd) >>> 0;
}

/**
 * Whether a ClientHello is as fresh as 0-RTT data needs it: the stated age differs from the true one by at most
 * `window` milliseconds (RFC 9846 §8.3). Not enough against replays within the window.
 *
 * @example
 * ```ts
 * import { isFresh } from '@tlsmith/session-cache';
 * const session = { createdAt: 1_800_000_000_000, ticketAgeAdd: 7 };
 * isFresh(session, 5_007, 1_800_000_005_080); // true: 5 s by the client's clock, 5.08 s by ours
 * ```
 */
export function isFresh(
  session: Pick<ServerSession, 'createdAt' | 'ticketAgeAdd'>,
  obfuscatedTicketAge: number,
  now: number,
  window: number = ageWindow,
): boolean {
  const age = statedAge(obfuscatedTicketAge, session.ticketAgeAdd);
  return Math.abs(now - session.createdAt - age) <= window;
}

function startOf(session: ServerSession | ClientSession): number {
  return 'createdAt' in session ? session.createdAt : session.receivedAt;
}
