import {
  type Awaitable,
  type Bytes,
  type CryptoProvider,
  concat,
  noBytes,
  type ServerSession,
  utf8,
} from '@tlsmith/types';
import { after, recovered } from './awaitable.ts';
import { ageWindow, expiryOf, isFresh, isLive } from './policy.ts';
import { type SessionStore, type StoreKey, storeKey } from './store.ts';
import type { TicketKeys } from './ticket.ts';

/** Lets 0-RTT data through once per ticket (RFC 9846 §8.1) and only while the ClientHello is fresh (§8.3). */
export interface ReplayGuard {
  /** Notes a ticket that was issued with leave for early data; until then, and without, it has none. */
  admit(ticket: Bytes, session: ServerSession, now: number): Awaitable<void>;
  /**
   * Whether the early data that came with this ticket may be taken: true once at most, wherever the ticket shows up.
   * A stale hello does not use the ticket up. When the answer is no the handshake goes on without early data.
   */
  accept(ticket: Bytes, hello: EarlyHello, now: number): Awaitable<boolean>;
}

/** What a ClientHello says of its ticket. */
export interface EarlyHello {
  readonly session: ServerSession;
  readonly obfuscatedTicketAge: number;
}

/** What a {@link replayGuard} works with. */
export interface ReplayGuardOptions {
  /** Common to all servers that accept the same tickets. */
  readonly store: SessionStore;
  readonly provider: Pick<CryptoProvider, 'hash'>;
  /** Where others can write to the store: seals the notes, so that nobody else can make one. */
  readonly keys?: TicketKeys;
  /** Milliseconds by which the client's view of the ticket's age may be off; default 10,000. */
  readonly window?: number;
  /** Told when the store fails, which refuses the early data. */
  readonly onError?: (error: unknown) => void;
}

/**
 * Protection of early data against replay, over any store. Issuing leaves a note, and accepting takes it away: `take`
 * has one winner, among threads, processes or machines. A store that forgets a note makes early data be refused, never
 * be taken twice; a list of hellos already seen would fail the other way round.
 *
 * Who controls the store itself can put a note back: then the window alone protects.
 *
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { memoryStore, replayGuard } from '@tlsmith/session-cache';
 * const guard = replayGuard({ store: memoryStore<Uint8Array>({ capacity: 100_000 }), provider: node });
 * ```
 */
export function replayGuard(options: ReplayGuardOptions): ReplayGuard {
  const { store, keys, provider, window = ageWindow } = options;
  const noteKey = (ticket: Bytes): Awaitable<StoreKey> =>
    after(provider.hash('sha256', concat(label, ticket)), (hash) => storeKey('ticket', hash));
  const safely = <T>(attempt: () => Awaitable<T>, otherwise: T): Awaitable<T> =>
    recovered(attempt, (error) => {
      options.onError?.(error);
      return otherwise;
    });
  return {
    admit: (ticket, session, now) =>
      safely(
        () =>
          after(noteKey(ticket), (key) => {
            const note = keys === undefined ? noBytes : keys.protect(noBytes, utf8(key), now);
            return note && store.put(key, note, { now, expiresAt: expiryOf(session) });
          }),
        undefined,
      ),
    accept: (ticket, { session, obfuscatedTicketAge }, now) => {
      if (!isLive(session, now) || !isFresh(session, obfuscatedTicketAge, now, window)) return false;
      const isNote = (key: StoreKey, note: Bytes | undefined): boolean =>
        note !== undefined && (keys === undefined || keys.unprotect(note, utf8(key), now) !== undefined);
      const taken = (key: StoreKey): Awaitable<boolean> =>
        after(store.take(key, now), (note) => isNote(key, note));
      return safely(() => after(noteKey(ticket), taken), false);
    },
  };
}

const label = utf8('tlsmith early data');
