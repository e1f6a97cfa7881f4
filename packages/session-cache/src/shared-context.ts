import { type Bytes, type CryptoProvider, concat, type ServerSession, uint, utf8 } from '@tlsmith/types';
import { after } from './awaitable.ts';
import { sealedStore } from './sealed-store.ts';
import { type SessionKind, type SessionStore, type StoreKey, storeKey } from './store.ts';
import type { TicketKeys } from './ticket.ts';

/** What a store outside the process is protected with. */
export interface StoreProtection {
  /** Hashes session IDs and tickets with SHA-256. */
  readonly provider: Pick<CryptoProvider, 'hash'>;
  /** Seals sessions; common to all processes that share the store. */
  readonly keys: TicketKeys;
  /** Names the server's configuration: two contexts in one store never find each other's sessions. */
  readonly context: Bytes;
}

/**
 * A store of sessions over a store of bytes that others can read or write. Whoever reads it learns neither session nor
 * session ID; whoever writes it can forge nothing. He can delete, which costs full handshakes, and put an old value back
 * under its own key until it expires: a single-use ticket can then be used again.
 *
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { protectedStore, sharedMemoryStore, sharedMemoryTicketKeys } from '@tlsmith/session-cache';
 * const memory = new SharedArrayBuffer(2 ** 20);
 * const { random, aeads } = node;
 * const keys = sharedMemoryTicketKeys({ memory, aead: aeads['aes-256-gcm'], random, lifetime: 3600 });
 * const context = new TextEncoder().encode('shop');
 * protectedStore(sharedMemoryStore(memory, node), { provider: node, keys, context });
 * ```
 */
export function protectedStore(
  store: SessionStore,
  protection: StoreProtection,
): SessionStore<ServerSession> {
  return contextStore(sealedStore(store, protection.keys), protection);
}

/** The same store under keys that tell nothing of ID or ticket, and are others in every context. */
export function contextStore<S>(
  store: SessionStore<S>,
  { provider, context }: Pick<StoreProtection, 'provider' | 'context'>,
): SessionStore<S> {
  const prefix = concat(label, uint(context.length, 4), context);
  const hashed = <T>(key: StoreKey, use: (key: StoreKey) => T | PromiseLike<T>): T | PromiseLike<T> => {
    const kind = key.slice(0, key.indexOf(':')) as SessionKind;
    return after(provider.hash('sha256', concat(prefix, utf8(key))), (hash) => use(storeKey(kind, hash)));
  };
  return {
    get: (key, now) => hashed(key, (own) => store.get(own, now)),
    take: (key, now) => hashed(key, (own) => store.take(own, now)),
    put: (key, value, times) => hashed(key, (own) => store.put(own, value, times)),
  };
}

const label = utf8('tlsmith store key');
