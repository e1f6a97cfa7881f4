import { type Bytes, utf8 } from '@tlsmith/types';
import { after } from './awaitable.ts';
import { contextStore, type StoreProtection } from './shared-context.ts';
import type { SessionStore, StoreKey } from './store.ts';

/**
 * As `protectedStore`, for sessions that somebody else has encoded, as node:tls does: what reaches `store` is sealed,
 * bound to its key, and named by a hash.
 *
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { memoryStore, sealedBytesStore, sharedTicketKeys } from '@tlsmith/session-cache';
 * const { random, aeads } = node;
 * const keys = sharedTicketKeys({
 *   aead: aeads['aes-256-gcm'], random, keys: [{ name: random(16), key: random(32) }],
 * });
 * const context = new TextEncoder().encode('shop');
 * sealedBytesStore(memoryStore<Uint8Array>({ capacity: 1000 }), { provider: node, keys, context });
 * ```
 */
export function sealedBytesStore(
  store: SessionStore<Bytes>,
  protection: StoreProtection,
): SessionStore<Bytes> {
  const { keys } = protection;
  const opened = (key: StoreKey, now: number) => (sealed: Bytes | undefined) =>
    sealed === undefined ? undefined : keys.unprotect(sealed, utf8(key), now);
  const sealing: SessionStore<Bytes> = {
    get: (key, now) => after(store.get(key, now), opened(key, now)),
    take: (key, now) => after(store.take(key, now), opened(key, now)),
    put: (key, value, times) => {
      const sealed = keys.protect(value, utf8(key), times.now);
      return sealed === undefined ? undefined : store.put(key, sealed, times);
    },
  };
  return contextStore(sealing, protection);
}
