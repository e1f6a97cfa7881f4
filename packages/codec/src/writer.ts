import { type Bytes, noBytes, TlsMisuse } from '@tlsmith/types';

/** Builds bytes front to back; lengths are patched in when their content is known. Good for one structure. */
export class Writer {
  #buffer: Bytes;
  #at = 0;

  constructor() {
    // An array this long lies outside the heap, and making one takes longer than most structures do.
    this.#buffer = spare ?? new Uint8Array(capacity);
    spare = undefined;
  }

  /** An unsigned integer of `width` bytes (1 to 6), network order. */
  uint(value: number, width: number): void {
    if (!Number.isInteger(value) || value < 0 || value >= 256 ** width) {
      throw new TlsMisuse(
        'integer-out-of-range',
        `${value} does not fit an unsigned integer of ${width} bytes`,
      );
    }
    this.#reserve(width);
    this.#put(this.#at, value, width);
    this.#at += width;
  }

  /** Bytes as they are. */
  bytes(bytes: Bytes): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** A length of `width` bytes before whatever `f` writes, which must be `min` to `max` bytes. */
  sized(width: number, range: { readonly min: number; readonly max: number }, f: () => void): void {
    const lengthAt = this.#at;
    this.uint(0, width);
    f();
    const length = this.#at - lengthAt - width;
    if (length < range.min || length > range.max) {
      throw new TlsMisuse(
        'length-out-of-range',
        `${length} bytes where ${range.min} to ${range.max} are allowed`,
      );
    }
    this.#put(lengthAt, length, width);
  }

  /** An owned copy of what was written; the writer is of no use afterwards. */
  finish(): Bytes {
    const written = this.#buffer.slice(0, this.#at);
    this.wipe();
    return written;
  }

  /** Overwrites what was written, which may be secret; the writer is of no use afterwards. */
  wipe(): void {
    this.#buffer.fill(0, 0, this.#at);
    if (this.#buffer.length === capacity) spare = this.#buffer;
    this.#buffer = noBytes;
    this.#at = 0;
  }

  #put(at: number, value: number, width: number): void {
    let rest = value;
    for (let i = width - 1; i >= 0; i--) {
      this.#buffer[at + i] = rest % 256;
      rest = Math.floor(rest / 256);
    }
  }

  #reserve(length: number): void {
    const needed = this.#at + length;
    if (needed <= this.#buffer.length) return;
    const grown = new Uint8Array(Math.max(needed, 2 * this.#buffer.length));
    grown.set(this.#buffer);
    // What is written may be a secret (session.ts): no copy stays behind.
    this.#buffer.fill(0, 0, this.#at);
    this.#buffer = grown;
  }
}

const capacity = 1024;
/** All zeros, and nobody's. */
let spare: Bytes | undefined;
