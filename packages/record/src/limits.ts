import { TlsMisuse } from '@tlsmith/types';

/** Largest content of a record, 2^14 bytes (RFC 9846 §5.1, RFC 5246 §6.2.1). */
export const maxContent: number = 2 ** 14;

/** Largest TLSInnerPlaintext: content, padding and one byte of content type (RFC 9846 §5.4). */
export const maxInnerPlaintext: number = maxContent + 1;

/**
 * Records that one key may protect whatever its suite says. Far below the 2^64 at which sequence numbers would wrap,
 * and exact as a JavaScript number.
 */
export const maxSequence: number = 2 ** 48;

/** What a {@link RecordChannel} puts up with, and how large it makes its own records. */
export interface RecordLimits {
  /** Largest content of the records we send, 1 to 2^14 bytes; padding never makes a record larger than that. */
  readonly maxFragment: number;
  /** Records without content that may follow each other; RFC 5246 §6.2.1 and RFC 9846 §5.1 set no bound. */
  readonly emptyRecords: number;
  /** ChangeCipherSpec records that are dropped in the life of a channel (RFC 9846 §5 sets no bound). */
  readonly changeCipherSpecs: number;
}

/** The defaults. No honest peer comes near them, and none of them costs more than a few cheap records. */
export const recordLimits: RecordLimits = {
  maxFragment: maxContent,
  emptyRecords: 32,
  changeCipherSpecs: 32,
};

/**
 * The defaults with some of them replaced.
 *
 * @throws {TlsMisuse} `record-limits` for a number that is not whole or out of its range.
 */
export function withRecordLimits(some: Partial<RecordLimits> = {}): RecordLimits {
  const limits = { ...recordLimits, ...some };
  if (!within(limits.maxFragment, 1, maxContent)) {
    throw new TlsMisuse('record-limits', `maxFragment is a whole number of bytes from 1 to ${maxContent}`);
  }
  if (!within(limits.emptyRecords, 0, maxSequence) || !within(limits.changeCipherSpecs, 0, maxSequence)) {
    throw new TlsMisuse('record-limits', 'emptyRecords and changeCipherSpecs are whole numbers from 0 on');
  }
  return limits;
}

function within(value: number, low: number, high: number): boolean {
  return Number.isInteger(value) && value >= low && value <= high;
}
