import type { ServerSession } from '@tlsmith/types';
import { after } from './awaitable.ts';
import { expiryOf } from './policy.ts';
import { copyServerSession, wipeSession } from './session.ts';
import type { SessionStore } from './store.ts';

/**
 * Two stores in nginx's order: what is found in the near one is not looked for in the far one, what is found in the far
 * one only is kept in the near one too, and what is put goes to both. The far one alone says who takes a value, for each
 * process has a near one of its own.
 */
export function tieredStore(
  near: SessionStore<ServerSession>,
  far: SessionStore<ServerSession>,
): SessionStore<ServerSession> {
  return {
    get: (key, now) =>
      after(near.get(key, now), (found) => {
        if (found !== undefined) return found;
        return after(far.get(key, now), (remote) => {
          if (remote === undefined) return undefined;
          const times = { now, expiresAt: expiryOf(remote) };
          return after(near.put(key, copyServerSession(remote), times), () => remote);
        });
      }),
    take: (key, now) =>
      after(near.take(key, now), (held) => {
        if (held !== undefined) wipeSession(held);
        return far.take(key, now);
      }),
    put: (key, session, times) =>
      after(near.put(key, copyServerSession(session), times), () => far.put(key, session, times)),
  };
}
