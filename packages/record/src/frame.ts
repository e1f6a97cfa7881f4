import { type Bytes, protocolVersion, violation, violations } from '@tlsmith/types';
import { type ContentType, contentTypeName } from './content-type.ts';
import { maxContent } from './limits.ts';

/** Where a record stands in a buffer. */
export interface Frame {
  /** The outer content type: `application_data` for everything that TLS 1.3 protects. */
  readonly type: ContentType;
  /** legacy_record_version as received. */
  readonly legacyVersion: number;
  /** Offset of the header; the fragment starts {@link headerLength} bytes later. */
  readonly start: number;
  /** Offset of the first byte behind the fragment. */
  readonly end: number;
}

/** What a header may say. */
export interface FrameLimits {
  /** Largest fragment in bytes. */
  readonly fragment: number;
  /** The only version to accept; without it, any whose major part is 3. */
  readonly version?: number;
}

/** Length of a record's header in bytes: type, legacy version, length of the fragment. */
export const headerLength = 5;

/**
 * Limits by protection. Before keys the version is whatever an old peer likes to write (RFC 9846 §5.1 ignores it
 * there); with keys it is fixed (RFC 9846 §5.2, RFC 5246 §6.2.1).
 */
export const frameLimits: Readonly<Record<'plaintext' | 'tls13' | 'tls12' | 'skipping', FrameLimits>> = {
  /** TLSPlaintext: 2^14 bytes. */
  plaintext: { fragment: maxContent },
  /** TLSCiphertext of TLS 1.3: 2^14 + 256 bytes (RFC 9846 §5.2). */
  tls13: { fragment: maxContent + 256, version: protocolVersion.tls12 },
  /** TLSCiphertext of TLS 1.2: 2^14 + 2048 bytes (RFC 5246 §6.2.3). */
  tls12: { fragment: maxContent + 2048, version: protocolVersion.tls12 },
  /** No keys, and TLSCiphertext of rejected early data on the way (RFC 9846 §4.3.10). */
  skipping: { fragment: maxContent + 256 },
};

/**
 * Finds the record whose header stands at `at`: pure, so it serves captures as well as connections. The header is
 * judged as soon as it is there, before the fragment has arrived.
 *
 * @throws {TlsViolation} `record-version` (protocol_version), `unknown-content-type` (unexpected_message),
 * `record-overflow` (record_overflow).
 *
 * @example
 * ```ts
 * import { deframe, frameLimits } from '@tlsmith/record';
 * import { fromHex } from '@tlsmith/types';
 * deframe(fromHex('1503030002 0100'), 0, frameLimits.plaintext); // { type: 'alert', start: 0, end: 7, ... }
 * deframe(fromHex('1503030002 01'), 0, frameLimits.plaintext); // 'incomplete'
 * ```
 */
export function deframe(buffer: Bytes, at: number, limits: FrameLimits): Frame | 'incomplete' {
  if (buffer.length - at < headerLength) return 'incomplete';
  // The version comes first: bytes of some other protocol are better called that than a strange content type.
  const legacyVersion = uint16(buffer, at + 1);
  if (legacyVersion >> 8 !== 3 || legacyVersion !== (limits.version ?? legacyVersion)) {
    throw violation(violations.recordVersion, { version: legacyVersion });
  }
  const type = contentTypeName(buffer[at] as number);
  if (type === undefined) throw violation(violations.unknownContentType, { type: buffer[at] });
  const length = uint16(buffer, at + 3);
  if (length > limits.fragment) {
    throw violation(violations.recordOverflow, { length, limit: limits.fragment });
  }
  const end = at + headerLength + length;
  return end > buffer.length ? 'incomplete' : { type, legacyVersion, start: at, end };
}

/** Bytes that the record starting at `at` takes altogether, as far as its header says; the header must be there. */
export function announcedLength(buffer: Bytes, at: number): number {
  return headerLength + uint16(buffer, at + 3);
}

/** Writes a record header to the start of `output`. */
export function writeHeader(output: Bytes, type: number, version: number, length: number): void {
  output[0] = type;
  output[1] = version >> 8;
  output[2] = version;
  output[3] = length >> 8;
  output[4] = length;
}

function uint16(bytes: Bytes, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}
