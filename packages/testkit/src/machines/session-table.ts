import type { SessionIdentity } from '@tlsmith/handshake';
import { type Bytes, secret, type ServerSession, toHex } from '@tlsmith/types';

/** A server's sessions in memory, found by ticket or session ID; each keeps secrets of its own. */
export class SessionTable {
  readonly #sessions = new Map<string, ServerSession>();

  /** How many there are. */
  get size(): number {
    return this.#sessions.size;
  }

  /** Keeps a copy. */
  keep(kind: SessionIdentity['kind'], id: Bytes, session: ServerSession): void {
    this.#sessions.set(keyOf({ kind, id }), owned(session));
  }

  /** The first of these identities that is known, as the ask `find-session` wants it. */
  find(
    identities: readonly SessionIdentity[],
  ): { readonly index: number; readonly session: ServerSession } | undefined {
    const index = identities.findIndex((identity) => this.#sessions.has(keyOf(identity)));
    const session =
      index === -1 ? undefined : this.#sessions.get(keyOf(identities[index] as SessionIdentity));
    return session === undefined ? undefined : { index, session: owned(session) };
  }

  /** Replaces fields of every session, as time or a new configuration would. */
  change(fields: Partial<ServerSession>): void {
    for (const [key, session] of this.#sessions) this.#sessions.set(key, { ...session, ...fields });
  }
}

const keyOf = ({ kind, id }: SessionIdentity): string => `${kind} ${toHex(id)}`;

const owned = (session: ServerSession): ServerSession => ({
  ...session,
  secret: session.secret.use((bytes) => secret(session.version === 'tls13' ? 'psk' : 'master', bytes)),
});
