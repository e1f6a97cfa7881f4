import { encodeServerSession } from '@tlsmith/codec';
import { type Bytes, type ServerSession, utf8 } from '@tlsmith/types';
import { after } from './awaitable.ts';
import type { SessionStore, StoreKey } from './store.ts';
import { sessionOf, type TicketKeys } from './ticket.ts';

/**
 * Sessions in a store outside the process: what reaches `store` is sealed under `keys` and bound to its key, so whoever
 * runs the store can read none, and cannot pass one off as another. Values that do not open count as missing.
 * Processes that share the store share the keys (`sharedTicketKeys`).
 *
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { memoryStore, sealedStore, sharedTicketKeys } from '@tlsmith/session-cache';
 * const { random, aeads } = node;
 * const keys = sharedTicketKeys({
 *   aead: aeads['aes-256-gcm'], random, keys: [{ name: random(16), key: random(32) }],
 * });
 * sealedStore(memoryStore<Uint8Array>({ capacity: 1000 }), keys);
 * ```
 */
export function sealedStore(store: SessionStore<Bytes>, keys: TicketKeys): SessionStore<ServerSession> {
  const opened =
    (key: StoreKey, now: number) =>
    (sealed: Bytes | undefined): ServerSession | undefined => {
      const content = sealed === undefined ? undefined : keys.unprotect(sealed, utf8(key), now);
      return content === undefined ? undefined : sessionOf(content);
    };
  return {
    get: (key, now) => after(store.get(key, now), opened(key, now)),
    take: (key, now) => after(store.take(key, now), opened(key, now)),
    put: (key, session, times) => {
      const content = encodeServerSession(session);
      const sealed = keys.protect(content, utf8(key), times.now);
      content.fill(0);
      return sealed === undefined ? undefined : store.put(key, sealed, times);
    },
  };
}
