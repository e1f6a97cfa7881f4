import { type ClientSessionStore, clientSessionCache } from '@tlsmith/session-cache';
import { fileSessionStore } from '@tlsmith/session-cache/node';
import { type ClientSession, isTlsMisuse } from '@tlsmith/types';
import type { Settings } from './flags.ts';
import { originOf } from './options.ts';
import { UsageError } from '@tlsmith/app-terminal';

/** Where the sessions of a run come from and go to. */
export interface Sessions {
  /** A session for a connection; the first one takes it from `--sess-in` alone. */
  take(attempt: number): Promise<ClientSession | undefined>;
  put(session: ClientSession): Promise<void>;
}

/** Sessions in the files of `--sess-in` and `--sess-out`; without the latter, those made are kept for `--reconnect`. */
export function sessionsOf(settings: Settings): Sessions {
  const { sessionsFrom, sessionsTo } = settings;
  const origin = originOf(settings);
  const made: ClientSessionStore =
    sessionsTo === undefined ? clientSessionCache() : fileSessionStore(sessionsTo);
  const given = sessionsFrom === undefined ? undefined : fileSessionStore(sessionsFrom);
  return {
    take: (attempt) =>
      telling(async () => {
        const own = attempt === 0 ? undefined : await made.take(origin, Date.now());
        return own ?? given?.take(origin, Date.now());
      }),
    put: (session) => telling(async () => made.put(origin, session, Date.now())),
  };
}

/** A file that is no session file, or may not be read or written, is the user's to mend. */
async function telling<T>(use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    if (!isTlsMisuse(error) && !(error instanceof Error && 'syscall' in error)) throw error;
    throw new UsageError(`session file: ${error.message}`);
  }
}
