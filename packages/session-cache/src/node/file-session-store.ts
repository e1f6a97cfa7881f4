import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import {
  type Codec,
  decode,
  decodeClientSession,
  encode,
  encodeClientSession,
  opaque,
  struct,
  vector,
} from '@tlsmith/codec';
import {
  type Bytes,
  type ClientSession,
  concat,
  equal,
  fromUtf8,
  isDecodeError,
  TlsMisuse,
  utf8,
} from '@tlsmith/types';
import {
  type ClientSessionCache,
  type ClientSessionCacheOptions,
  type ClientSessionStore,
  clientSessionCache,
} from '../client.ts';

/** A client's sessions in a file, whose answers come at once. */
export interface FileSessionStore extends ClientSessionStore {
  put(origin: string, session: ClientSession, now: number): void;
  take(origin: string, now: number): ClientSession | undefined;
  forget(origin: string): void;
}

/**
 * A client's sessions in one file, for command-line clients that resume from run to run. The file holds the secrets in
 * the clear, so it is made with mode 0600; whoever reads it can decrypt the TLS 1.2 connections of these sessions and
 * 0-RTT data under these tickets.
 *
 * Every change claims the file by renaming it and puts a new one into its place by renaming too: nobody sees half a
 * file, and of two processes at most one takes a ticket. A process that dies or collides in between loses sessions,
 * never duplicates them. A missing file and one that does not decode hold no sessions.
 *
 * @throws {TlsMisuse} `not-a-session-file`, from each method, when the path holds something else: it is left alone.
 *   Errors of the file system, such as missing rights, pass through.
 * @example
 * ```ts
 * import { fileSessionStore } from '@tlsmith/session-cache/node';
 * fileSessionStore('/home/me/.cache/tls-sessions').take('example.com:443', Date.now());
 * ```
 */
export function fileSessionStore(path: string, options: ClientSessionCacheOptions = {}): FileSessionStore {
  const update = <T>(now: number | undefined, change: (cache: ClientSessionCache) => T): T => {
    const cache = clientSessionCache(options);
    const content = claim(path);
    if (content !== undefined) restore(cache, content, now);
    const result = change(cache);
    if (content !== undefined || cache.entries().next().done !== true) replace(path, cache);
    cache.clear();
    return result;
  };
  return {
    put: (origin, session, now) => update(now, (cache) => cache.put(origin, session, now)),
    take: (origin, now) => update(now, (cache) => cache.take(origin, now)),
    forget: (origin) => update(undefined, (cache) => cache.forget(origin)),
  };
}

interface Entry {
  readonly origin: Bytes;
  readonly session: Bytes;
}

/** The file's content without its first line; after it the file is gone and no other process can read the same. */
function claim(path: string): Bytes | undefined {
  const claimed = `${path}.${randomBytes(8).toString('hex')}`;
  try {
    if (!startsAsSessionFile(path)) {
      throw new TlsMisuse('not-a-session-file', `${path} is not a session file: give another path`);
    }
    renameSync(path, claimed);
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === 'ENOENT') return undefined;
    throw error;
  }
  // Plain bytes: a Buffer's slice is a view, and would make sessions views of the file.
  const content = new Uint8Array(readFileSync(claimed));
  unlinkSync(claimed);
  return content.subarray(firstLine.length);
}

/** An empty file does too: somebody may have made one to set its rights. */
function startsAsSessionFile(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const start = new Uint8Array(firstLine.length);
    const length = readSync(file, start);
    return length === 0 || equal(start.subarray(0, length), firstLine);
  } finally {
    closeSync(file);
  }
}

/** Without a time, sessions are taken as they are: `receivedAt` is a moment at which each was good. */
function restore(cache: ClientSessionCache, content: Bytes, now: number | undefined): void {
  for (const entry of orNothing(() => decode(file, content)) ?? []) {
    const session = orNothing(() => decodeClientSession(entry.session));
    if (session !== undefined) cache.put(fromUtf8(entry.origin), session, now ?? session.receivedAt);
  }
}

function replace(path: string, cache: ClientSessionCache): void {
  const entries: Entry[] = [];
  for (const [origin, session] of cache.entries()) {
    entries.push({ origin: utf8(origin), session: encodeClientSession(session) });
  }
  const next = `${path}.${randomBytes(8).toString('hex')}`;
  writeFileSync(next, concat(firstLine, encode(file, entries)), { mode: 0o600, flag: 'wx' });
  renameSync(next, path);
}

function orNothing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isDecodeError(error)) return undefined;
    throw error;
  }
}

const entry: Codec<Entry> = struct<Entry>('Entry', { origin: opaque(2), session: opaque(4) });
const file: Codec<readonly Entry[]> = vector(4, entry);
const firstLine: Bytes = utf8('tlsmith client sessions 1\n');
