import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync, renameSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { type Bytes, concat, equal, TlsMisuse, utf8 } from '@tlsmith/types';
import type { FleetTicketKeys, KeyRingSource } from '../key-ring-fleet.ts';

/** A ring in a file, whose answers come at once. */
export interface KeyRingFile extends KeyRingSource {
  read(): Bytes | undefined;
  replace(previous: Bytes | undefined, next: Bytes): boolean;
}

/**
 * A place for the ticket keys of all processes that see one file system. The file holds the keys in the clear unless
 * they are sealed (`under` of `fleetTicketKeys`), so it is made with mode 0600: put it where only the servers' user can
 * read, in memory if possible, such as below `/run`.
 *
 * The file is only ever replaced by renaming, so nobody reads half a ring, and a lock file beside it lets one process
 * write at a time. A lock that a dead process left is broken after ten seconds.
 *
 * @throws {TlsMisuse} `not-a-key-ring`, from both methods, when the path holds something else: it is left alone.
 *   Errors of the file system, such as missing rights, pass through.
 * @example
 * ```ts
 * import { keyRingFile } from '@tlsmith/session-cache/node';
 * keyRingFile('/run/tls/ticket-keys').read(); // undefined: no ring yet
 * ```
 */
export function keyRingFile(path: string): KeyRingFile {
  return {
    read: () => content(path),
    replace: (previous, next) => locked(`${path}.lock`, () => replaced(path, previous, next)) ?? false,
  };
}

/** Stops following. */
export interface Following {
  close(): void;
}

/**
 * Refreshes keys now and every so many milliseconds, 2,000 by default; does not keep the process alive.
 *
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { fleetTicketKeys } from '@tlsmith/session-cache';
 * import { followKeyRing, keyRingFile } from '@tlsmith/session-cache/node';
 * const source = keyRingFile('/run/tls/ticket-keys');
 * const { random, aeads } = node;
 * const aead = aeads['aes-256-gcm'];
 * followKeyRing(fleetTicketKeys({ aead, random, source, lifetime: 86_400, rotateEvery: 43_200 }));
 * ```
 */
export function followKeyRing(keys: Pick<FleetTicketKeys, 'refresh'>, every: number = 2000): Following {
  const refresh = (): void => void keys.refresh(Date.now());
  refresh();
  const timer = setInterval(refresh, every).unref();
  return { close: () => clearInterval(timer) };
}

function content(path: string): Bytes | undefined {
  const bytes = orMissing(() => new Uint8Array(readFileSync(path)));
  if (bytes === undefined) return undefined;
  if (equal(bytes.subarray(0, firstLine.length), firstLine)) return bytes.slice(firstLine.length);
  throw new TlsMisuse('not-a-key-ring', `${path} holds no ticket keys: give another path`);
}

function replaced(path: string, previous: Bytes | undefined, next: Bytes): boolean {
  const present = content(path);
  const isPrevious =
    present === undefined || previous === undefined ? present === previous : equal(present, previous);
  if (!isPrevious) return false;
  const fresh = `${path}.${randomBytes(8).toString('hex')}`;
  writeFileSync(fresh, concat(firstLine, next), { mode: 0o600, flag: 'wx' });
  renameSync(fresh, path);
  return true;
}

/** Runs with the lock file in place; undefined when another process has it. */
function locked<T>(lock: string, run: () => T): T | undefined {
  try {
    closeSync(openSync(lock, 'wx', 0o600));
  } catch (error) {
    if ((error as { readonly code?: unknown }).code !== 'EEXIST') throw error;
    breakIfStale(lock);
    return undefined;
  }
  try {
    return run();
  } finally {
    orMissing(() => unlinkSync(lock));
  }
}

/**
 * Two processes that break a lock at once may let two write at once. One ring then wins whole, and a key of the other's
 * that was introduced in it is gone before it sealed anything.
 */
function breakIfStale(lock: string): void {
  const changed = orMissing(() => statSync(lock).mtimeMs);
  if (changed !== undefined && Date.now() - changed > staleAfter) orMissing(() => unlinkSync(lock));
}

function orMissing<T>(attempt: () => T): T | undefined {
  try {
    return attempt();
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === 'ENOENT') return undefined;
    throw error;
  }
}

// Milliseconds; the work under the lock takes two or three.
const staleAfter = 10_000;
const firstLine: Bytes = utf8('tlsmith ticket keys 1\n');
