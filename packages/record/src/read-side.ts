import {
  copyBytes,
  type Bytes,
  type Epoch,
  type Role,
  type Version,
  violation,
  violations,
} from '@tlsmith/types';
import type { ContentType } from './content-type.ts';
import { type FrameLimits, frameLimits, headerLength } from './frame.ts';
import { type Found, RecordInput } from './input.ts';
import { maxContent, type RecordLimits } from './limits.ts';
import { Opener, refuseEmpty } from './opener.ts';
import type { Protection } from './protection.ts';
import type { OnRecord, RecordInfo } from './record-info.ts';

/** A record as the channel hands it on. */
export interface OpenedRecord {
  readonly type: ContentType;
  readonly content: Bytes;
  /** Whose keys protected it; `initial` for none. */
  readonly epoch: Epoch;
  /** Bytes on the wire, header included. */
  readonly length: number;
  /** Whether `content` is the receiver's alone; if not, it is a view of bytes given to `feed`. */
  readonly fresh: boolean;
  /** legacy_record_version as received. */
  readonly legacyVersion: number;
  /** The content type in the header: `application_data` for all that TLS 1.3 protects. */
  readonly outerType: ContentType;
  /** Zero bytes that padded it (RFC 9846 §5.4). */
  readonly padding: number;
}

/** The reading half of a channel: one record at a time, under the keys installed when it is asked for. */
export class ReadSide {
  readonly input: RecordInput = new RecordInput();
  version: Version | undefined;
  toleratesChangeCipherSpec = false;
  onRecord: OnRecord | undefined;
  readonly #role: Role;
  readonly #limits: RecordLimits;
  #epoch: Epoch = 'initial';
  #opener: Opener | undefined;
  /** Bytes of early data that may still be dropped; undefined when none may. */
  #skippable: number | undefined;
  #emptyRecords = 0;
  #changeCipherSpecs = 0;

  constructor(role: Role, limits: RecordLimits) {
    this.#role = role;
    this.#limits = limits;
  }

  get epoch(): Epoch {
    return this.#epoch;
  }

  install(epoch: Epoch, protection: Protection | undefined): void {
    this.#opener?.destroy();
    this.#opener = protection === undefined ? undefined : new Opener(protection);
    this.#epoch = epoch;
  }

  skipEarlyData(maxBytes: number | undefined): void {
    this.#skippable = maxBytes;
  }

  next(): OpenedRecord | undefined {
    for (;;) {
      const found = this.input.next(this.#frameLimits());
      if (found === undefined) return undefined;
      const record = this.#opener === undefined ? this.#clear(found) : this.#protected(found, this.#opener);
      if (record === undefined) continue;
      // Whatever is accepted is the start of the next flight (RFC 9846 §4.3.10).
      this.#skippable = undefined;
      this.#countEmpty(record.content.length);
      if (this.onRecord !== undefined) this.onRecord(infoOf(record));
      return record;
    }
  }

  close(): void {
    this.install(this.#epoch, undefined);
    this.input.clear();
  }

  #frameLimits(): FrameLimits {
    if (this.#opener !== undefined) return frameLimits[this.#opener.version];
    return this.#skippable === undefined ? frameLimits.plaintext : frameLimits.skipping;
  }

  /** A record before keys. */
  #clear(found: Found): OpenedRecord | undefined {
    const { type } = found.frame;
    if (type === 'application_data') {
      // After HelloRetryRequest early data is known by its outer type alone (RFC 9846 §4.3.10).
      if (this.#drops(found)) return undefined;
      throw violation(violations.unexpectedApplicationData, { protected: false });
    }
    if (type === 'change_cipher_spec') return this.#changeCipherSpec(found);
    return plaintext(found);
  }

  #protected(found: Found, opener: Opener): OpenedRecord | undefined {
    const { frame, record } = found;
    if (opener.version === 'tls13' && frame.type !== 'application_data') {
      return this.#clearUnderKeys(found, opener);
    }
    const opened = opener.tryOpen(record);
    if (opened === undefined) {
      if (this.#drops(found)) return undefined;
      throw violation(violations.badRecordMac, { sequence: opener.sequence });
    }
    // TLS 1.2 protects a ChangeCipherSpec only to renegotiate.
    if (opened.type === 'change_cipher_spec') throw violation(violations.unexpectedChangeCipherSpec);
    return {
      type: opened.type,
      content: opened.content,
      epoch: this.#epoch,
      length: record.length,
      fresh: true,
      legacyVersion: frame.legacyVersion,
      outerType: frame.type,
      padding: opened.padding,
    };
  }

  /** What TLS 1.3 may receive in the clear although keys are installed: hardly anything. */
  #clearUnderKeys(found: Found, opener: Opener): OpenedRecord | undefined {
    const { type } = found.frame;
    if (type === 'change_cipher_spec') return this.#changeCipherSpec(found);
    // A client that cannot use our ServerHello has no keys for the alert that says so. Taking it tells our user why;
    // an attacker who can send it could as well send garbage, and no application data has been accepted yet.
    const early = this.#role === 'server' && this.#epoch === 'handshake' && opener.sequence === 0;
    if (early && type === 'alert' && found.record.length === headerLength + alertLength)
      return plaintext(found);
    throw violation(violations.plaintextRecord, { type });
  }

  /** RFC 9846 §5: a single 1 between the first ClientHello and the peer's Finished is dropped; in TLS 1.2 it counts. */
  #changeCipherSpec(found: Found): OpenedRecord | undefined {
    const { record } = found;
    const counts = this.version === 'tls12';
    if (!counts && !this.toleratesChangeCipherSpec) throw violation(violations.unexpectedChangeCipherSpec);
    if (record.length !== headerLength + 1 || record[headerLength] !== 1) {
      throw violation(violations.badChangeCipherSpec, { length: record.length - headerLength });
    }
    if (counts) return plaintext(found);
    this.#changeCipherSpecs += 1;
    if (this.#changeCipherSpecs > this.#limits.changeCipherSpecs) {
      throw violation(violations.tooManyChangeCipherSpecs, { limit: this.#limits.changeCipherSpecs });
    }
    this.#reportDropped(found, 'change_cipher_spec');
    return undefined;
  }

  /** Whether a record is early data to skip, and still within the limit. */
  #drops(found: Found): boolean {
    if (this.#skippable === undefined) return false;
    // An empty record counts too, or it could be sent for ever.
    const rest = this.#skippable - Math.max(1, found.record.length - headerLength);
    if (rest < 0) return false;
    this.#skippable = rest;
    this.#reportDropped(found, 'early_data');
    return true;
  }

  #countEmpty(contentLength: number): void {
    this.#emptyRecords = contentLength === 0 ? this.#emptyRecords + 1 : 0;
    if (this.#emptyRecords > this.#limits.emptyRecords) {
      throw violation(violations.tooManyEmptyRecords, { limit: this.#limits.emptyRecords });
    }
  }

  #reportDropped({ frame, record }: Found, dropped: 'change_cipher_spec' | 'early_data'): void {
    const { type, legacyVersion } = frame;
    const epoch = dropped === 'early_data' ? 'early' : 'initial';
    this.onRecord?.({ direction: 'read', type, epoch, length: record.length, legacyVersion, dropped });
  }
}

/** A record in the clear, handed on. */
function plaintext({ frame, record, borrowed }: Found): OpenedRecord {
  const { type, legacyVersion } = frame;
  const content = record.subarray(headerLength);
  if (content.length === 0) refuseEmpty(type);
  if (content.length > maxContent) {
    throw violation(violations.recordOverflow, { length: content.length, limit: maxContent });
  }
  return {
    type,
    // What is not borrowed stands in an array that the next record overwrites.
    content: borrowed ? content : copyBytes(content),
    epoch: 'initial',
    length: record.length,
    fresh: !borrowed,
    legacyVersion,
    outerType: type,
    padding: 0,
  };
}

function infoOf({ type, outerType, epoch, length, legacyVersion, padding }: OpenedRecord): RecordInfo {
  const outer: RecordInfo = { direction: 'read', type: outerType, epoch, length, legacyVersion };
  return epoch === 'initial' ? outer : { ...outer, innerType: type, padding };
}

const alertLength = 2;
