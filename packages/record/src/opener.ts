import { type Bytes, type CipherSuite12, TlsMisuse, violation, violations } from '@tlsmith/types';
import { AdditionalData12 } from './aad.ts';
import { type ContentType, contentType, contentTypeName } from './content-type.ts';
import { announcedLength, headerLength } from './frame.ts';
import { maxContent, maxInnerPlaintext, maxSequence } from './limits.ts';
import { RecordNonce } from './nonce.ts';
import type { Protection } from './protection.ts';

/** What a protected record held. */
export interface Opened {
  readonly type: ContentType;
  /** Fresh: nobody else holds these bytes. */
  readonly content: Bytes;
  /** Zero bytes behind the inner content type; 0 in TLS 1.2. */
  readonly padding: number;
}

/** Opens the records of one direction under one key, in their order (RFC 9846 §5.2, RFC 5246 §6.2.3.3). */
export class Opener {
  readonly #protection: Protection;
  readonly #nonce: RecordNonce;
  readonly #additional: AdditionalData12 = new AdditionalData12();
  #sequence: number;

  /** `sequence` is the number of the first record: other than 0 where a capture begins later than its key. */
  constructor(protection: Protection, sequence = 0) {
    this.#protection = protection;
    this.#nonce = new RecordNonce(protection);
    this.#sequence = sequence;
  }

  /** Sequence number of the next record; only a record that opened advances it. */
  get sequence(): number {
    return this.#sequence;
  }

  /** The version whose records these are. */
  get version(): 'tls12' | 'tls13' {
    return this.#protection.suite.version;
  }

  /**
   * Opens one record, given with its header as `deframe` found it.
   *
   * @throws {TlsViolation} `bad-record-mac` (bad_record_mac) for whatever does not authenticate, too short records
   * among them (RFC 9846 §6.2); `plaintext-record`, `no-content-type`, `unknown-content-type`,
   * `empty-handshake-record`, `empty-alert-record`, `unexpected-change-cipher-spec` (unexpected_message);
   * `record-overflow` (record_overflow); `sequence-number-overflow` (internal_error) after 2^48 records.
   * @throws {TlsMisuse} `not-a-record` when `record` is not exactly one record.
   */
  open(record: Bytes): Opened {
    const opened = this.tryOpen(record);
    if (opened === undefined) throw violation(violations.badRecordMac, { sequence: this.#sequence });
    return opened;
  }

  /**
   * As {@link open}, but undefined for a record that does not authenticate: what skipping early data needs
   * (RFC 9846 §4.3.10). The sequence number then stays.
   */
  tryOpen(record: Bytes): Opened | undefined {
    if (record.length < headerLength || record.length !== announcedLength(record, 0)) {
      throw new TlsMisuse(
        'not-a-record',
        'give exactly one record, with its header: deframe() finds its ends',
      );
    }
    if (this.#sequence >= maxSequence) throw violation(violations.sequenceNumberOverflow);
    const { suite } = this.#protection;
    const opened = suite.version === 'tls13' ? this.#open13(record) : this.#open12(suite, record);
    if (opened?.content.length === 0) refuseEmpty(opened.type);
    return opened;
  }

  /** Forgets the key as far as the platform allows; opening then throws. */
  destroy(): void {
    this.#protection.key.destroy();
  }

  #open13(record: Bytes): Opened | undefined {
    if (record[0] !== contentType.application_data) {
      throw violation(violations.plaintextRecord, { type: record[0] });
    }
    const { suite, key } = this.#protection;
    if (record.length < headerLength + suite.aead.tagLength) return undefined;
    const nonce = this.#nonce.of(this.#sequence);
    const header = record.subarray(0, headerLength);
    const inner = key.open(nonce, header, record.subarray(headerLength));
    if (inner === undefined) return undefined;
    this.#sequence += 1;
    return readInner(inner);
  }

  #open12(suite: CipherSuite12, record: Bytes): Opened | undefined {
    const type = knownType(record[0] as number);
    const ciphertext = headerLength + suite.recordIvLength;
    const contentLength = record.length - ciphertext - suite.aead.tagLength;
    if (contentLength < 0) return undefined;
    const nonce =
      suite.recordIvLength === 0
        ? this.#nonce.of(this.#sequence)
        : this.#nonce.explicit(record.subarray(headerLength, ciphertext));
    const additional = this.#additional.of(this.#sequence, record, contentLength);
    const content = this.#protection.key.open(nonce, additional, record.subarray(ciphertext));
    if (content === undefined) return undefined;
    this.#sequence += 1;
    if (content.length > maxContent) {
      throw violation(violations.recordOverflow, { length: content.length, limit: maxContent });
    }
    return { type, content, padding: 0 };
  }
}

/** TLSInnerPlaintext: content, type, zeros (RFC 9846 §5.4). */
function readInner(inner: Bytes): Opened {
  if (inner.length > maxInnerPlaintext) {
    throw violation(violations.recordOverflow, { length: inner.length, limit: maxInnerPlaintext });
  }
  let at = inner.length - 1;
  while (at >= 0 && inner[at] === 0) at -= 1;
  if (at < 0) throw violation(violations.noContentType, { length: inner.length });
  const type = knownType(inner[at] as number);
  // RFC 9846 §5: the dummy record of middlebox compatibility is never protected.
  if (type === 'change_cipher_spec') throw violation(violations.unexpectedChangeCipherSpec);
  return { type, content: inner.subarray(0, at), padding: inner.length - 1 - at };
}

function knownType(code: number): ContentType {
  const type = contentTypeName(code);
  if (type === undefined) throw violation(violations.unknownContentType, { type: code });
  return type;
}

/** RFC 9846 §5.4 and RFC 5246 §6.2.1: only application data may be empty. */
export function refuseEmpty(type: ContentType): void {
  if (type === 'handshake') throw violation(violations.emptyHandshakeRecord);
  if (type === 'alert') throw violation(violations.emptyAlertRecord);
  if (type === 'change_cipher_spec') throw violation(violations.badChangeCipherSpec, { length: 0 });
}
