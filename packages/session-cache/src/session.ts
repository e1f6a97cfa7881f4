import { type ClientSession, type ServerSession, secret } from '@tlsmith/types';
import { type MemoryStore, memoryStore } from './memory.ts';

/**
 * A store in memory for a server's sessions, in the clear as this process has them anyway. Dropped sessions are wiped;
 * `serverSessionCache` hands out copies, so that nobody loses a secret in use.
 *
 * @param options.capacity Sessions.
 * @param options.bytes Bytes of sessions, by {@link sessionBytes}; the clients' certificates make up most.
 */
export function serverSessionStore(options: {
  readonly capacity: number;
  readonly bytes?: number;
}): MemoryStore<ServerSession> {
  return memoryStore<ServerSession>({
    capacity: options.capacity,
    ...(options.bytes === undefined ? {} : { bytes: { limit: options.bytes, of: sessionBytes } }),
    onDrop: wipeSession,
  });
}

/** About how many bytes of memory a session takes. */
export function sessionBytes(session: ServerSession | ClientSession): number {
  const chain = session.peerChain.reduce((sum, certificate) => sum + certificate.length + bytesPerObject, 0);
  return bytesPerSession + chain + 2 * (session.serverName ?? '').length;
}

/** The session with a copy of its secret, which lives and dies on its own. */
export function copyServerSession(session: ServerSession): ServerSession {
  const kind = session.version === 'tls13' ? 'psk' : 'master';
  return { ...session, secret: session.secret.use((bytes) => secret(kind, bytes)) };
}

/** The session with a copy of its secret, which lives and dies on its own. */
export function copyClientSession(session: ClientSession): ClientSession {
  return session.version === 'tls13'
    ? { ...session, psk: session.psk.use((bytes) => secret('psk', bytes)) }
    : { ...session, master: session.master.use((bytes) => secret('master', bytes)) };
}

/** Wipes a session's secret. */
export function wipeSession(session: ServerSession | ClientSession): void {
  if ('secret' in session) return session.secret.wipe();
  return session.version === 'tls13' ? session.psk.wipe() : session.master.wipe();
}

// Measured with Node 20: the entry, its key, the session, its secret and small arrays; then a certificate's array.
const bytesPerSession = 1000;
const bytesPerObject = 200;
