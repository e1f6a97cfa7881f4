import { copyBytes, type Bytes } from '@tlsmith/types';
import {
  announcedLength,
  deframe,
  type Frame,
  type FrameLimits,
  frameLimits,
  headerLength,
} from './frame.ts';

/** A record found in the input. */
export interface Found {
  readonly frame: Frame;
  /** Header and fragment: a view of what was fed, or of an array that the next search overwrites. */
  readonly record: Bytes;
  /** Whether `record` is a view of what was fed. */
  readonly borrowed: boolean;
}

/**
 * Received bytes on their way to becoming records. What is fed is kept as it is; only a record that two feeds share is
 * put together in an array of our own, so each byte is copied at most once (twice after {@link detach}).
 */
export class RecordInput {
  #chunks: Bytes[] = [];
  #head = 0;
  #at = 0;
  /** Chunks from this index on belong to whoever fed them. */
  #borrowedFrom = 0;
  #pending = 0;
  /** Start of a record that continues in the chunks. */
  #carry: Bytes | undefined;
  #carried = 0;

  /** Bytes fed and not yet returned in a record. */
  get pending(): number {
    return this.#pending;
  }

  feed(bytes: Bytes): void {
    if (bytes.length === 0) return;
    this.#chunks.push(bytes);
    this.#pending += bytes.length;
  }

  /** The next whole record; undefined when more bytes are needed. Throws what `deframe` throws. */
  next(limits: FrameLimits): Found | undefined {
    if (this.#carried > 0) return this.#assembled(limits);
    const chunk = this.#chunks[this.#head];
    if (chunk === undefined) {
      // Nothing is pending, so nothing is held.
      this.#carry = undefined;
      return undefined;
    }
    const frame = deframe(chunk, this.#at, limits);
    if (frame !== 'incomplete') {
      const borrowed = this.#head >= this.#borrowedFrom;
      this.#consume(frame.end - frame.start);
      this.#pending -= frame.end - frame.start;
      return { frame, record: chunk.subarray(frame.start, frame.end), borrowed };
    }
    // An incomplete record stays where it is until the next feed comes.
    return this.#head + 1 === this.#chunks.length ? undefined : this.#assembled(limits);
  }

  /** Copies what is pending, so that the arrays that were fed may be reused. */
  detach(): void {
    for (let i = Math.max(this.#head, this.#borrowedFrom); i < this.#chunks.length; i++) {
      const from = i === this.#head ? this.#at : 0;
      this.#chunks[i] = copyBytes((this.#chunks[i] as Bytes).subarray(from));
      if (i === this.#head) this.#at = 0;
    }
    this.#borrowedFrom = this.#chunks.length;
  }

  /** Forgets everything. */
  clear(): void {
    this.#chunks = [];
    this.#head = this.#at = this.#borrowedFrom = this.#pending = this.#carried = 0;
    this.#carry = undefined;
  }

  /** The record that starts in the carry, once its header and then its fragment are there. */
  #assembled(limits: FrameLimits): Found | undefined {
    if (!this.#carryUpTo(headerLength)) return undefined;
    const header = this.#carry as Bytes;
    deframe(header.subarray(0, headerLength), 0, limits);
    const length = announcedLength(header, 0);
    if (!this.#carryUpTo(length)) return undefined;
    const record = (this.#carry as Bytes).subarray(0, length);
    const frame = deframe(record, 0, limits) as Frame;
    this.#carried = 0;
    this.#pending -= length;
    return { frame, record, borrowed: false };
  }

  /** Moves bytes from the chunks until `length` are carried; false when they run out. */
  #carryUpTo(length: number): boolean {
    while (this.#carried < length) {
      const chunk = this.#chunks[this.#head];
      if (chunk === undefined) return false;
      const taken = Math.min(length - this.#carried, chunk.length - this.#at);
      const carry = this.#room(this.#carried + taken);
      carry.set(chunk.subarray(this.#at, this.#at + taken), this.#carried);
      this.#carried += taken;
      this.#consume(taken);
    }
    return true;
  }

  /** The carry with at least this much capacity; it doubles, so a peer that dribbles costs no quadratic copying. */
  #room(capacity: number): Bytes {
    const old = this.#carry;
    if (old !== undefined && old.length >= capacity) return old;
    const doubled = Math.min(2 * (old?.length ?? 0), largestRecord);
    const grown = new Uint8Array(Math.max(capacity, doubled));
    if (old !== undefined) grown.set(old.subarray(0, this.#carried));
    this.#carry = grown;
    return grown;
  }

  #consume(length: number): void {
    this.#at += length;
    if (this.#at < (this.#chunks[this.#head] as Bytes).length) return;
    this.#chunks[this.#head] = empty;
    this.#head += 1;
    this.#at = 0;
    const drained = this.#head === this.#chunks.length;
    if (!drained && (this.#head < 64 || 2 * this.#head < this.#chunks.length)) return;
    this.#chunks = drained ? [] : this.#chunks.slice(this.#head);
    this.#borrowedFrom = Math.max(0, this.#borrowedFrom - this.#head);
    this.#head = 0;
  }
}

const largestRecord = headerLength + frameLimits.tls12.fragment;
const empty = new Uint8Array(0);
