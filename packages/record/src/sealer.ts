import { type Bytes, ConnectionFailed, noBytes, protocolVersion, TlsMisuse } from '@tlsmith/types';
import { AdditionalData12 } from './aad.ts';
import { type ContentType, contentType } from './content-type.ts';
import { headerLength, writeHeader } from './frame.ts';
import { maxContent, maxSequence } from './limits.ts';
import { RecordNonce } from './nonce.ts';
import { expansion, explicitNonceLength, type Protection } from './protection.ts';

/**
 * Protects the records of one direction under one key (RFC 9846 §5.2, RFC 5246 §6.2.3.3). It owns the sequence number,
 * which never wraps and of which no value is used twice, not even when the AEAD throws.
 */
export class Sealer {
  readonly #protection: Protection;
  readonly #nonce: RecordNonce;
  readonly #additional: AdditionalData12 = new AdditionalData12();
  #sequence: number;

  /**
   * Takes `protection` over. `sequence` is the number of the first record, other than 0 only where a sealer goes on
   * from where another stood.
   *
   * @throws {TlsMisuse} `protection-in-use` when this protection already has a sealer: a second one would repeat
   * nonces.
   */
  constructor(protection: Protection, sequence = 0) {
    if (sealing.has(protection)) {
      throw new TlsMisuse(
        'protection-in-use',
        'a protection has one sealer: keep that one, or derive new keys',
      );
    }
    sealing.add(protection);
    this.#protection = protection;
    this.#nonce = new RecordNonce(protection);
    this.#sequence = sequence;
  }

  /** Sequence number of the next record. */
  get sequence(): number {
    return this.#sequence;
  }

  /**
   * Whether the key should be replaced (RFC 9846 §5.5): true from 15/16 of the AEAD's record limit on, so that what is
   * under way still fits. TLS 1.2 and early data cannot update keys: close the connection then.
   */
  get needsKeyUpdate(): boolean {
    const { recordLimit } = this.#protection.suite.aead;
    return this.#sequence >= recordLimit - Math.floor(recordLimit / 16);
  }

  /** Bytes on the wire, header included, of a record with this much content and padding. */
  sealedLength(contentLength: number, paddingLength = 0): number {
    return headerLength + contentLength + paddingLength + expansion(this.#protection.suite);
  }

  /**
   * Writes one record to the start of `output`, which must not overlap `content`, and returns its length:
   * {@link sealedLength} bytes. Zero padding exists in TLS 1.3 only (RFC 9846 §5.4).
   *
   * @throws {TlsMisuse} `record-content` for content that may not be sent like this, `record-output` when `output` is
   * too short.
   * @throws {ConnectionFailed} `limit` when the key has protected all the records it may: in TLS 1.3 application data
   * up to the AEAD's limit, everything else (KeyUpdate and alerts are how one stops) up to 2^48.
   */
  seal(type: ContentType, content: Bytes, output: Bytes, paddingLength = 0): number {
    this.#check(type, content.length, paddingLength);
    const length = this.sealedLength(content.length, paddingLength);
    if (output.length < length) {
      throw new TlsMisuse('record-output', `sealing this record takes ${length} bytes of output`);
    }
    const sequence = this.#take(type);
    if (this.#protection.suite.version === 'tls13') {
      writeHeader(output, contentType.application_data, protocolVersion.tls12, length - headerLength);
      this.#seal13(sequence, content, innerSuffix(type, paddingLength), output.subarray(0, length));
    } else {
      writeHeader(output, contentType[type], protocolVersion.tls12, length - headerLength);
      this.#seal12(sequence, content, output.subarray(0, length));
    }
    return length;
  }

  /** Forgets the key as far as the platform allows; sealing then throws. */
  destroy(): void {
    this.#protection.key.destroy();
  }

  /** The next sequence number, spent from here on whatever happens to the record. */
  #take(type: ContentType): number {
    const { suite } = this.#protection;
    const limited = suite.version === 'tls13' && type === 'application_data';
    const limit = limited ? Math.min(suite.aead.recordLimit, maxSequence) : maxSequence;
    if (this.#sequence >= limit) {
      throw new ConnectionFailed('limit', `this key has protected ${limit} records and may protect no more`);
    }
    return this.#sequence++;
  }

  #seal13(sequence: number, content: Bytes, suffix: Bytes, record: Bytes): void {
    const header = record.subarray(0, headerLength);
    const output = record.subarray(headerLength);
    this.#protection.key.seal(this.#nonce.of(sequence), header, content, suffix, output);
  }

  #seal12(sequence: number, content: Bytes, record: Bytes): void {
    const { suite, key } = this.#protection;
    const nonce = this.#nonce.of(sequence);
    const explicit = explicitNonceLength(suite);
    for (let i = 0; i < explicit; i++) {
      record[headerLength + i] = nonce[nonce.length - explicit + i] as number;
    }
    const additional = this.#additional.of(sequence, record, content.length);
    key.seal(nonce, additional, content, noBytes, record.subarray(headerLength + explicit));
  }

  #check(type: ContentType, contentLength: number, paddingLength: number): void {
    const { version } = this.#protection.suite;
    if (contentLength === 0 && type !== 'application_data') {
      throw new TlsMisuse(
        'record-content',
        `only application data may be empty (RFC 9846 §5.1), not ${type}`,
      );
    }
    if (version === 'tls13' && type === 'change_cipher_spec') {
      throw new TlsMisuse(
        'record-content',
        'TLS 1.3 never protects change_cipher_spec: send it in the clear',
      );
    }
    if (!Number.isInteger(paddingLength) || paddingLength < 0 || (version === 'tls12' && paddingLength > 0)) {
      throw new TlsMisuse('record-content', 'padding is a whole number of bytes, and 0 in TLS 1.2');
    }
    if (contentLength + paddingLength > maxContent) {
      throw new TlsMisuse(
        'record-content',
        `content and padding have at most ${maxContent} bytes: fragment them`,
      );
    }
  }
}

/** What follows the content in a TLSInnerPlaintext: the type, then zeros (RFC 9846 §5.2). */
function innerSuffix(type: ContentType, paddingLength: number): Bytes {
  if (paddingLength === 0) return unpadded[type];
  const suffix = new Uint8Array(1 + paddingLength);
  suffix[0] = contentType[type];
  return suffix;
}

const unpadded: Readonly<Record<ContentType, Bytes>> = {
  change_cipher_spec: Uint8Array.of(contentType.change_cipher_spec),
  alert: Uint8Array.of(contentType.alert),
  handshake: Uint8Array.of(contentType.handshake),
  application_data: Uint8Array.of(contentType.application_data),
};

const sealing: WeakSet<Protection> = new WeakSet();
