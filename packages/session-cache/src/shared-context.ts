import { encodeServerSession } from '@tlsmith/codec';
import type { ServerSession } from '@tlsmith/types';
import { after } from './awaitable.ts';
import { type Form, named, Names, ProtectedStore, type StoreProtection } from './protected-store.ts';
import type { SessionStore, StoreKey } from './store.ts';
import { sessionOf } from './ticket.ts';

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
  return new ProtectedStore(store, protection, sessions);
}

/** The same store under keys that tell nothing of ID or ticket, and are others in every context. */
export function contextStore<S>(
  store: SessionStore<S>,
  protection: Pick<StoreProtection, 'provider' | 'context'>,
): SessionStore<S> {
  const names = new Names(protection);
  const own = <T>(key: StoreKey, use: (key: StoreKey) => T | PromiseLike<T>): T | PromiseLike<T> =>
    after(names.hash(key), (hash) => use(named(key, hash)));
  return {
    get: (key, now) => own(key, (name) => store.get(name, now)),
    take: (key, now) => own(key, (name) => store.take(name, now)),
    put: (key, value, times) => own(key, (name) => store.put(name, value, times)),
  };
}

const sessions: Form<ServerSession> = {
  sealed: (session, seal) => {
    const content = encodeServerSession(session);
    const sealed = seal(content);
    content.fill(0);
    return sealed;
  },
  opened: sessionOf,
};
