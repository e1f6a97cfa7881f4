import { type Awaitable, type ClientSession, equal, TlsMisuse } from '@tlsmith/types';
import { cappedLifetime, isLive } from './policy.ts';
import { RecencyMap } from './recency-map.ts';
import { copyClientSession, wipeSession } from './session.ts';

/**
 * A client's sessions by origin: whatever string tells servers apart, such as `example.com:443`. One store serves one
 * client configuration: a session made under laxer trust or with another client certificate must not be found under
 * another. Connections that must not be linked to each other need different stores or origins too (RFC 9846 §C.4).
 */
export interface ClientSessionStore {
  /** Keeps a copy of a session; an expired one and a ticket that is already there are not kept. */
  put(origin: string, session: ClientSession, now: number): Awaitable<void>;
  /**
   * The newest session that has not expired; its secret is the caller's to wipe. A TLS 1.3 ticket leaves the store:
   * who reuses one lets observers link connections (RFC 9846 §C.4). A TLS 1.2 session stays.
   */
  take(origin: string, now: number): Awaitable<ClientSession | undefined>;
  /** Drops all sessions of an origin, as after a fatal alert (RFC 5246 §7.2.2). */
  forget(origin: string): Awaitable<void>;
}

/** A client's sessions in this process, whose answers come at once. */
export interface ClientSessionCache extends ClientSessionStore {
  put(origin: string, session: ClientSession, now: number): void;
  take(origin: string, now: number): ClientSession | undefined;
  forget(origin: string): void;
  /** Every session with its origin, the next to be dropped first. The cache still owns them. */
  entries(): Generator<readonly [origin: string, session: ClientSession]>;
  /** Drops everything. */
  clear(): void;
}

/** How much a client keeps. */
export interface ClientSessionCacheOptions {
  /** Sessions of one origin; default 4. */
  readonly perOrigin?: number;
  /** Origins; default 256. When there are more, the one used longest ago goes. */
  readonly origins?: number;
}

/**
 * A client's sessions in memory: several TLS 1.3 tickets per origin, each handed out once, or the newest TLS 1.2
 * session, handed out as copies. What the cache drops it wipes.
 *
 * @throws {TlsMisuse} `capacity-out-of-range` unless both numbers are positive integers.
 * @example
 * ```ts
 * import { clientSessionCache } from '@tlsmith/session-cache';
 * const cache = clientSessionCache({ perOrigin: 2 });
 * cache.take('example.com:443', Date.now()); // undefined
 * ```
 */
export function clientSessionCache(options: ClientSessionCacheOptions = {}): ClientSessionCache {
  const { perOrigin = 4, origins = 256 } = options;
  for (const count of [perOrigin, origins]) {
    if (Number.isSafeInteger(count) && count >= 1) continue;
    throw new TlsMisuse('capacity-out-of-range', 'perOrigin and origins are positive numbers');
  }
  return new Cache(perOrigin, origins);
}

class Cache implements ClientSessionCache {
  /** Sessions of an origin, newest last; never empty. */
  readonly #origins = new RecencyMap<string, ClientSession[]>();
  readonly #perOrigin: number;
  readonly #limit: number;

  constructor(perOrigin: number, limit: number) {
    this.#perOrigin = perOrigin;
    this.#limit = limit;
  }

  put(origin: string, session: ClientSession, now: number): void {
    const held = this.#live(origin, now);
    if (!isLive(session, now) || held.some((one) => isSameTicket(one, session))) return;
    const [kept, superseded] = partition(
      held,
      (one) => one.version === 'tls13' || session.version === 'tls13',
    );
    const lifetime = cappedLifetime(session.lifetime);
    const sessions = [...kept, copyClientSession({ ...session, lifetime })];
    wipeAll([...superseded, ...sessions.splice(0, sessions.length - this.#perOrigin)]);
    this.#keep(origin, sessions);
  }

  take(origin: string, now: number): ClientSession | undefined {
    const held = this.#live(origin, now);
    const newest = held.at(-1);
    if (newest?.version !== 'tls13') return newest === undefined ? undefined : copyClientSession(newest);
    this.#keep(origin, held.slice(0, -1));
    return newest;
  }

  forget(origin: string): void {
    wipeAll(this.#origins.remove(origin) ?? []);
  }

  *entries(): Generator<readonly [string, ClientSession]> {
    for (const [origin, sessions] of this.#origins.entries()) {
      for (const session of sessions) yield [origin, session];
    }
  }

  clear(): void {
    for (const [origin] of this.#origins.entries()) this.forget(origin);
  }

  /** What is still of use at an origin, which becomes the one used last. */
  #live(origin: string, now: number): readonly ClientSession[] {
    const held = this.#origins.use(origin);
    if (held === undefined) return [];
    const [live, expired] = partition(held, (session) => isLive(session, now));
    wipeAll(expired);
    if (expired.length > 0) this.#keep(origin, live);
    return live;
  }

  #keep(origin: string, sessions: readonly ClientSession[]): void {
    this.#origins.remove(origin);
    if (sessions.length === 0) return;
    while (this.#origins.size >= this.#limit) this.forget(this.#origins.oldest() as string);
    this.#origins.add(origin, [...sessions]);
  }
}

/** The same TLS 1.3 ticket; a TLS 1.2 session that comes again just takes its own place. */
function isSameTicket(a: ClientSession, b: ClientSession): boolean {
  return a.version === 'tls13' && b.version === 'tls13' && equal(a.ticket, b.ticket);
}

function partition<T>(items: readonly T[], wanted: (item: T) => boolean): readonly [T[], T[]] {
  return [items.filter(wanted), items.filter((item) => !wanted(item))];
}

function wipeAll(sessions: readonly ClientSession[]): void {
  for (const session of sessions) wipeSession(session);
}
