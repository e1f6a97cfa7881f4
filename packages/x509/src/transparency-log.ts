import { Reader } from '@tlsmith/codec';
import {
  type Bytes,
  hash,
  type HashAsk,
  isDecodeError,
  type PublicKey,
  TlsMisuse,
  type Work,
} from '@tlsmith/types';
import { subjectPublicKeyInfo } from './spki.ts';

/** A log that the caller trusts to publish what it signs, and when its word counts. */
export interface TransparencyLog {
  readonly name: string;
  /** Who runs it: policies want several. */
  readonly operator: string;
  /** SHA-256 of the key, 32 bytes (RFC 6962 §3.2). */
  readonly id: Bytes;
  readonly key: PublicKey;
  readonly windows: LogWindows;
}

/** When a log's word counts, in milliseconds since 1970-01-01T00:00:00Z; what is left out has no bound. */
export interface LogWindows {
  /** Timestamps before this moment do not count. */
  readonly usableFrom?: number;
  /** Timestamps from this moment on do not count: the log was made read-only or was retired. */
  readonly endsAt?: number;
  /** Whether timestamps from before `endsAt` may make up a whole proof; false once the log is retired. */
  readonly isRetired?: boolean;
  /** The log takes certificates whose notAfter lies from the first of these moments up to the second. */
  readonly notAfter?: readonly [from: number, until: number];
}

/**
 * Makes a log of what lists of logs say about it.
 *
 * @param input `key` is a SubjectPublicKeyInfo, DER.
 * @throws {TlsMisuse} `not-a-log-key` for a key that is neither ECDSA on P-256 nor RSA of 2048 bits or more
 *   (RFC 6962 §2.1.4).
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { compute } from '@tlsmith/types';
 * import { transparencyLog } from '@tlsmith/x509';
 * const log = (key: Uint8Array) => compute(node, transparencyLog({ name: 'Log 2026', operator: 'Somebody', key }));
 * ```
 */
export function* transparencyLog(input: {
  readonly name: string;
  readonly operator: string;
  readonly key: Bytes;
  readonly windows?: LogWindows;
}): Work<TransparencyLog, HashAsk> {
  const { name, operator, windows = {} } = input;
  const key = logKey(input.key);
  if (key === undefined)
    throw new TlsMisuse('not-a-log-key', `the key of '${name}' is neither P-256 nor RSA`);
  return { name, operator, windows, key, id: yield* hash('sha256', key.spki) };
}

function logKey(spki: Bytes): PublicKey | undefined {
  try {
    const reader = new Reader(Uint8Array.from(spki));
    const key = subjectPublicKeyInfo.read(reader);
    return reader.at === reader.end && (key.type === 'p256' || key.type === 'rsa') ? key : undefined;
  } catch (error) {
    if (isDecodeError(error)) return undefined;
    throw error;
  }
}
