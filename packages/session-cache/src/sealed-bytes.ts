import type { Bytes } from '@tlsmith/types';
import { type Form, ProtectedStore, type StoreProtection } from './protected-store.ts';
import type { SessionStore } from './store.ts';

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
  return new ProtectedStore(store, protection, asTheyAre);
}

const asTheyAre: Form<Bytes> = { sealed: (bytes, seal) => seal(bytes), opened: (bytes) => bytes };
