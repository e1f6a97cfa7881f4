import { type Bytes, fromHex, isSecret, type Secret, TlsMisuse, toHex } from '@tlsmith/types';

/** Labels of a key log (RFC 9850 §2). `CLIENT_RANDOM` is the TLS 1.2 master secret. */
export type KeyLogLabel =
  | 'CLIENT_RANDOM'
  | 'CLIENT_EARLY_TRAFFIC_SECRET'
  | 'CLIENT_HANDSHAKE_TRAFFIC_SECRET'
  | 'SERVER_HANDSHAKE_TRAFFIC_SECRET'
  | 'CLIENT_TRAFFIC_SECRET_0'
  | 'SERVER_TRAFFIC_SECRET_0'
  | 'EXPORTER_SECRET'
  | 'EARLY_EXPORTER_SECRET';

/** One line: a secret, and the connection that it belongs to. */
export interface KeyLogEntry {
  /** A {@link KeyLogLabel} or any other that the file holds. */
  readonly label: KeyLogLabel | (string & {});
  /** The random of the ClientHello (of the first one, after a HelloRetryRequest), 32 bytes. */
  readonly clientRandom: Bytes;
  readonly secret: Bytes;
}

/** A key log file as read. */
export interface KeyLog {
  readonly entries: readonly KeyLogEntry[];
  /** Lines that are neither entry nor comment; `line` counts from 1. The reason quotes nothing of them. */
  readonly rejected: readonly { readonly line: number; readonly reason: string }[];
}

/**
 * One line of a key log in NSS's format (RFC 9850 §2), without its line ending. It is the key to the connection:
 * write it only where somebody asked for it.
 *
 * @throws {TlsMisuse} `key-log-label` unless the label is of capitals, digits and underscores; `random-length` unless
 * `clientRandom` has 32 bytes; `key-log-secret` for an empty secret.
 *
 * @example
 * ```ts
 * import { keyLogLine } from '@tlsmith/key-schedule';
 * keyLogLine('EXPORTER_SECRET', new Uint8Array(32), new Uint8Array(48).fill(1)); // 'EXPORTER_SECRET 0000... 0101...'
 * ```
 */
export function keyLogLine(
  label: KeyLogLabel | (string & {}),
  clientRandom: Bytes,
  secret: Secret | Bytes,
): string {
  if (!labelForm.test(label)) {
    throw new TlsMisuse('key-log-label', 'a key log label is of capitals, digits and underscores');
  }
  if (clientRandom.length !== randomLength) {
    throw new TlsMisuse('random-length', `the client random has 32 bytes, not ${clientRandom.length}`);
  }
  if (secret.length === 0) throw new TlsMisuse('key-log-secret', 'a key log line needs a secret');
  const digits = isSecret(secret) ? secret.use(toHex) : toHex(secret);
  return `${label} ${toHex(clientRandom)} ${digits}`;
}

/**
 * Reads a key log (RFC 9850 §2): lines end in LF, CR or CRLF, empty ones and those that start with `#` say nothing,
 * labels that we do not know survive. Never throws: bad lines are listed.
 *
 * @example
 * ```ts
 * import { parseKeyLog } from '@tlsmith/key-schedule';
 * parseKeyLog('# made by hand\nEXPORTER_SECRET 00 01\n').rejected; // [{ line: 2, reason: '...' }]
 * ```
 */
export function parseKeyLog(text: string): KeyLog {
  const entries: KeyLogEntry[] = [];
  const rejected: { line: number; reason: string }[] = [];
  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
    if (line === '' || line.startsWith('#')) continue;
    const entry = parseLine(line);
    if (typeof entry === 'string') rejected.push({ line: index + 1, reason: entry });
    else entries.push(entry);
  }
  return { entries, rejected };
}

/** The entry, or why there is none. */
function parseLine(line: string): KeyLogEntry | string {
  const [label = '', clientRandom = '', secret = '', ...rest] = line.split(' ');
  if (secret === '' || rest.length > 0) return 'not three fields with one space between them';
  if (!labelForm.test(label)) return 'the label is not of capitals, digits and underscores';
  if (!hexForm.test(clientRandom) || clientRandom.length !== 2 * randomLength) {
    return 'the second field is not a client random of 64 hexadecimal digits';
  }
  if (!hexForm.test(secret)) return 'the secret is not an even number of hexadecimal digits';
  return { label, clientRandom: fromHex(clientRandom), secret: fromHex(secret) };
}

const randomLength = 32;
const labelForm = /^[A-Z0-9_]+$/;
const hexForm = /^(?:[0-9a-fA-F]{2})+$/;
