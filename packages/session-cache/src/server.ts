import {
  type Awaitable,
  type Bytes,
  type CryptoProvider,
  isTlsMisuse,
  type ServerSession,
  TlsMisuse,
} from '@tlsmith/types';
import { after, recovered } from './awaitable.ts';
import type { MissReason } from './decisions.ts';
import { cappedLifetime, expiryOf, isLive } from './policy.ts';
import { copyServerSession, wipeSession } from './session.ts';
import { type SessionKind, type SessionStore, type StoreKey, storeKey } from './store.ts';
import type { OpenedTicket, TicketSealer } from './ticket.ts';

/** A session as a client offers it: by ID or ticket. */
export interface SessionIdentity {
  readonly kind: SessionKind;
  readonly id: Bytes;
}

/** A session that was found, and the place of its identity in the list. */
export interface FoundSession extends OpenedTicket {
  readonly index: number;
}

/** What goes to the client: an ID (32 bytes) or ticket, and the seconds for which it will be accepted. */
export interface IssuedSession {
  readonly id: Bytes;
  readonly lifetime: number;
}

/**
 * What tickets are:
 * - `sealed`: they hold the session (RFC 5077); the server keeps nothing and cannot count their uses;
 * - `stored`: random keys into the store, for TLS 1.3 only (1.2 has session IDs for that). With `singleUse` the session
 *   is deleted as it is found, which gives 0-RTT its replay protection and resumption forward secrecy
 *   (RFC 9846 §8.1). Who sees a ticket on the wire and is faster than its client can use it up, not more;
 * - `none`.
 */
export type TicketPlan =
  | { readonly kind: 'sealed'; readonly keys: TicketSealer }
  | { readonly kind: 'stored'; readonly singleUse: boolean }
  | { readonly kind: 'none' };

/** How a server resumes. */
export interface ServerSessionCacheOptions {
  /** Makes session IDs. */
  readonly provider: Pick<CryptoProvider, 'random'>;
  /** Sessions by ID, and stored tickets; without it the server gives no session IDs. */
  readonly store?: SessionStore<ServerSession>;
  readonly tickets: TicketPlan;
  /** Seconds for which a session can be resumed at most; a session's own lifetime may be shorter. At most 604,800 count. */
  readonly lifetime: number;
  /** Identities of one ClientHello that are looked at; default 8. The others are ignored, for each costs a decryption. */
  readonly identityLimit?: number;
  /** Told when the store or sealer fails, which then counts as finding or issuing nothing. */
  readonly onError?: (error: unknown) => void;
}

/** Answers the questions of a server's handshake. Results come at once where store and sealer answer at once. */
export interface ServerSessionCache {
  /** What {@link issue} and {@link remember} can do at all, for the server's policy. */
  readonly gives: {
    readonly sessionIds: boolean;
    /** Tickets of each version: stored ones are for TLS 1.3 only. */
    readonly tickets: { readonly tls12: boolean; readonly tls13: boolean };
  };
  /** The session behind an identity; its secret is the caller's to wipe. When there is none, `missed` is told why. */
  find(
    identity: SessionIdentity,
    now: number,
    missed?: (reason: MissReason) => void,
  ): Awaitable<ServerSession | undefined>;
  /** The first of the offered identities that has a session; `missed` is told of every other. Only tickets ask for renewal. */
  findFirst(
    identities: readonly SessionIdentity[],
    now: number,
    missed?: (reason: MissReason) => void,
  ): Awaitable<FoundSession | undefined>;
  /** Keeps or seals a copy of the session and names it; undefined when there is nothing to send. */
  issue(session: ServerSession, kind: SessionKind, now: number): Awaitable<IssuedSession | undefined>;
  /**
   * Keeps a copy of a TLS 1.2 session under an ID that its ServerHello named before the session existed
   * (RFC 5246 §7.4.1.3); fresh random bytes, 1 to 32. Without a store, and for what is over, it does nothing.
   */
  remember(id: Bytes, session: ServerSession, now: number): Awaitable<void>;
  /**
   * Deletes a stored session, as TLS 1.2 asks when its connection ends with a fatal alert (RFC 5246 §7.2.2).
   * Does nothing to sealed tickets.
   */
  forget(identity: SessionIdentity, now: number): Awaitable<void>;
}

/**
 * A server's side of resumption over any store and sealer. Whether a found session fits the new handshake (version,
 * hash, server name, configuration) is the handshake's to check.
 *
 * @throws {TlsMisuse} `store-missing` for stored tickets without a store.
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { serverSessionCache, serverSessionStore, ticketKeys } from '@tlsmith/session-cache';
 * const keys = ticketKeys({
 *   aead: node.aeads['aes-256-gcm'], random: node.random, lifetime: 7200, rotateEvery: 3600,
 * });
 * const cache = serverSessionCache({
 *   provider: node,
 *   store: serverSessionStore({ capacity: 10_000 }),
 *   tickets: { kind: 'sealed', keys },
 *   lifetime: 7200,
 * });
 * cache.find({ kind: 'session-id', id: node.random(32) }, Date.now()); // undefined
 * ```
 */
export function serverSessionCache(options: ServerSessionCacheOptions): ServerSessionCache {
  if (options.tickets.kind === 'stored' && options.store === undefined) {
    throw new TlsMisuse('store-missing', 'stored tickets need a store');
  }
  return new Cache(options);
}

class Cache implements ServerSessionCache {
  readonly gives: ServerSessionCache['gives'];
  readonly #options: ServerSessionCacheOptions;

  constructor(options: ServerSessionCacheOptions) {
    const { kind } = options.tickets;
    const tickets = { tls12: kind === 'sealed', tls13: kind !== 'none' };
    this.gives = { sessionIds: options.store !== undefined, tickets };
    this.#options = options;
  }

  find(identity: SessionIdentity, now: number, missed?: Missed): Awaitable<ServerSession | undefined> {
    return after(this.#found(identity, now, missed), (found) => found?.session);
  }

  findFirst(
    identities: readonly SessionIdentity[],
    now: number,
    missed?: Missed,
  ): Awaitable<FoundSession | undefined> {
    const limit = Math.min(identities.length, this.#options.identityLimit ?? 8);
    const from = (index: number): ReturnType<ServerSessionCache['findFirst']> =>
      index >= limit
        ? undefined
        : after(this.#found(identities[index] as SessionIdentity, now, missed), (found) =>
            found === undefined ? from(index + 1) : { index, ...found },
          );
    return from(0);
  }

  issue(session: ServerSession, kind: SessionKind, now: number): Awaitable<IssuedSession | undefined> {
    const capped = this.#capped(session);
    // From now on, because a ticket may be renewed for a session made earlier (RFC 5077 §3.3).
    const lifetime = Math.min(capped.lifetime, Math.floor((expiryOf(capped) - now) / 1000));
    if (lifetime <= 0 || !this.#mayIssue(capped, kind, now)) return undefined;
    return after(
      this.#attempt(() => this.#named(capped, kind, now)),
      (id) => (id === undefined ? undefined : { id, lifetime }),
    );
  }

  remember(id: Bytes, session: ServerSession, now: number): Awaitable<void> {
    const capped = this.#capped(session);
    if (!this.#mayIssue(capped, 'session-id', now)) return undefined;
    return this.#attempt(() => this.#keep(storeKey('session-id', id), capped, now));
  }

  forget({ kind, id }: SessionIdentity, now: number): Awaitable<void> {
    return after(
      this.#attempt(() => this.#options.store?.take(storeKey(kind, id), now)),
      (session) => (session === undefined ? undefined : wipeSession(session)),
    );
  }

  #found(identity: SessionIdentity, now: number, missed?: Missed): Awaitable<OpenedTicket | undefined> {
    let reason: MissReason = 'unknown';
    const because: Missed = (told) => {
      reason = told;
    };
    const known = this.#attempt(
      () => this.#lookUp(identity, now, because),
      () => because('store-failed'),
    );
    return after(known, (found) => {
      if (found !== undefined && isLive(found.session, now)) return found;
      if (found !== undefined) wipeSession(found.session);
      missed?.(found === undefined ? reason : 'expired');
      return undefined;
    });
  }

  #lookUp({ kind, id }: SessionIdentity, now: number, because: Missed): Awaitable<OpenedTicket | undefined> {
    const { store, tickets } = this.#options;
    if (kind === 'ticket') {
      if (tickets.kind === 'sealed') return tickets.keys.open(id, now, because);
      if (tickets.kind === 'none') return undefined;
      if (tickets.singleUse) return after(store?.take(storeKey(kind, id), now), stored);
    }
    // Stores hold sessions for everyone: a caller that wipes its secret must not wipe theirs.
    return after(store?.get(storeKey(kind, id), now), (session) =>
      stored(session && copyServerSession(session)),
    );
  }

  #mayIssue(session: ServerSession, kind: SessionKind, now: number): boolean {
    if (!isLive(session, now)) return false;
    if (kind === 'ticket') return this.gives.tickets[session.version];
    return this.gives.sessionIds && session.version === 'tls12';
  }

  #named(session: ServerSession, kind: SessionKind, now: number): Awaitable<Bytes | undefined> {
    const { tickets, provider } = this.#options;
    if (kind === 'ticket' && tickets.kind === 'sealed') return tickets.keys.seal(session, now);
    const id = provider.random(idLength);
    return after(this.#keep(storeKey(kind, id), session, now), () => id);
  }

  #keep(key: StoreKey, session: ServerSession, now: number): Awaitable<undefined> {
    const times = { now, expiresAt: expiryOf(session) };
    return after(this.#options.store?.put(key, copyServerSession(session), times), () => undefined);
  }

  #capped(session: ServerSession): ServerSession {
    const limit = cappedLifetime(this.#options.lifetime);
    return { ...session, lifetime: Math.min(cappedLifetime(session.lifetime), limit) };
  }

  #attempt<T>(step: () => Awaitable<T | undefined>, failed?: () => void): Awaitable<T | undefined> {
    return recovered(step, (error) => {
      // A mistake of our caller, not a failing store.
      if (isTlsMisuse(error)) throw error;
      failed?.();
      this.#options.onError?.(error);
      return undefined;
    });
  }
}

type Missed = (reason: MissReason) => void;

const stored = (session: ServerSession | undefined): OpenedTicket | undefined =>
  session && { session, renew: false };

// The longest that a TLS 1.2 SessionID can be (RFC 5246 §7.4.1.2).
const idLength = 32;
