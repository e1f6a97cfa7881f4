import { type Bytes, concat, type HashInfo, hash as digest, TlsMisuse, uint } from '@tlsmith/types';
import type { Derivation } from './derivation.ts';

/** What a message is in the handshake: who sent it, and which one it is where a type occurs twice. */
export type TranscriptLabel =
  | 'client_hello'
  | 'server_hello'
  | 'hello_retry_request'
  | 'encrypted_extensions'
  | 'certificate_request'
  | 'server_certificate'
  | 'server_certificate_verify'
  | 'server_finished'
  | 'end_of_early_data'
  | 'client_certificate'
  | 'client_certificate_verify'
  | 'client_finished'
  | 'message_hash'
  | 'first_client_hello'
  | 'server_key_exchange'
  | 'server_hello_done'
  | 'client_key_exchange'
  | 'new_session_ticket'
  | 'certificate_status';

/** One handshake message with its four-byte header, as it was on the wire. */
export interface TranscriptEntry {
  readonly label: TranscriptLabel;
  readonly raw: Bytes;
}

/**
 * The handshake messages so far. A list and not a running hash: before ServerHello the hash function is unknown, a
 * HelloRetryRequest rewrites history, and a list can be shown and cut (RFC 9846 §4.1).
 */
export type Transcript = readonly TranscriptEntry[];

/** The transcript with one more message; the old one stays as it was. `raw` is kept, not copied. */
export function append(log: Transcript, label: TranscriptLabel, raw: Bytes): Transcript {
  return [...log, { label, raw }];
}

/**
 * The messages one after another, through the last one labelled `upTo` or all of them; a fresh array.
 *
 * @throws {TlsMisuse} `transcript-label` when no message has that label.
 *
 * @example
 * ```ts
 * import { append, transcriptBytes } from '@tlsmith/key-schedule';
 * const log = append(append([], 'client_hello', Uint8Array.of(1, 0, 0, 0)), 'server_hello', Uint8Array.of(2, 0, 0, 0));
 * transcriptBytes(log, 'client_hello'); // 01 00 00 00
 * ```
 */
export function transcriptBytes(log: Transcript, upTo?: TranscriptLabel): Bytes {
  return concat(...through(log, upTo).map((entry) => entry.raw));
}

/**
 * Transcript-Hash (RFC 9846 §4.1; `handshake_messages` of RFC 5246 §7.4.9 and `session_hash` of RFC 7627 §3 are cut
 * from the same log).
 *
 * @throws {TlsMisuse} `transcript-label` when no message has the label `upTo`.
 *
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { append, transcriptHash } from '@tlsmith/key-schedule';
 * import { compute, sha256 } from '@tlsmith/types';
 * const log = append([], 'client_hello', Uint8Array.of(1, 0, 0, 0));
 * compute(node, transcriptHash(sha256, log, 'client_hello')).length; // 32
 * ```
 */
export function* transcriptHash(hash: HashInfo, log: Transcript, upTo?: TranscriptLabel): Derivation<Bytes> {
  return yield* digest(hash.name, transcriptBytes(log, upTo));
}

/**
 * After a HelloRetryRequest: ClientHello1, the first message of the log, gives way to the synthetic `message_hash`
 * that holds its hash (RFC 9846 §4.1). `hash` is that of the suite in the HelloRetryRequest.
 *
 * @throws {TlsMisuse} `transcript-retry` when the log does not start with a ClientHello.
 *
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { append, retryTranscript } from '@tlsmith/key-schedule';
 * import { compute, sha256 } from '@tlsmith/types';
 * const log = append([], 'client_hello', Uint8Array.of(1, 0, 0, 0));
 * compute(node, retryTranscript(sha256, log))[0]?.label; // 'message_hash'
 * ```
 */
export function* retryTranscript(hash: HashInfo, log: Transcript): Derivation<Transcript> {
  const [first, ...rest] = log;
  if (first?.label !== 'client_hello' && first?.label !== 'first_client_hello') {
    throw new TlsMisuse(
      'transcript-retry',
      'the transcript must start with ClientHello1, and be rewritten once',
    );
  }
  const hashed = yield* digest(hash.name, first.raw);
  return [{ label: 'message_hash', raw: concat(messageHashType, uint(hash.length, 3), hashed) }, ...rest];
}

/**
 * Truncate(ClientHello) for the PSK binders (RFC 9846 §4.3.11.2): the message without its binders list, its length
 * fields left as they are. `bindersLength` counts the whole list with its own two length bytes. Returns a view.
 *
 * @throws {TlsMisuse} `transcript-binders` when `raw` does not end with a list of that many bytes.
 */
export function truncatedClientHello(raw: Bytes, bindersLength: number): Bytes {
  const at = raw.length - bindersLength;
  const announced = ((raw[at] ?? 0) << 8) | (raw[at + 1] ?? 0);
  if (bindersLength < smallestBinders || announced !== bindersLength - 2) {
    throw new TlsMisuse(
      'transcript-binders',
      `the ClientHello must end with a binders list of ${bindersLength} bytes, its length field included`,
    );
  }
  return raw.subarray(0, at);
}

function through(log: Transcript, upTo: TranscriptLabel | undefined): Transcript {
  if (upTo === undefined) return log;
  const last = log.findLastIndex((entry) => entry.label === upTo);
  if (last < 0) throw new TlsMisuse('transcript-label', `the transcript holds no ${upTo} yet`);
  return log.slice(0, last + 1);
}

// HandshakeType message_hash (RFC 9846 §4).
const messageHashType: Bytes = Uint8Array.of(254);

// One binder of 32 bytes, its length byte, the list's two (RFC 9846 §4.3.11).
const smallestBinders = 35;
