import type { Bytes } from '@tlsmith/types';
import { headAt, type SharedLayout } from './shared-layout.ts';

/** The two words that stand for a store's key. */
export type KeyHash = readonly [number, number];

/**
 * A ring of records in shared memory that everybody appends to. A writer reserves its place with one atomic step and
 * fills it alone; a record counts when the index refers to it. Whoever dies in between leaves a gap that the next lap
 * fills. A record is believed only when a private copy of it carries its place, its key and its checksum: a writer
 * that was overtaken by a whole lap may still scribble over somebody's record, and then that record is lost.
 */
export class SharedLog {
  /** The longest value that is kept, in bytes: an eighth of the log, or what a ticket may have. */
  readonly longest: number;
  readonly #layout: SharedLayout;
  /** The private copy. */
  readonly #words: Int32Array;
  readonly #bytes: Bytes;
  /** The checksums of what was copied last. */
  #first = 0;
  #second = 0;

  constructor(layout: SharedLayout) {
    this.#layout = layout;
    const words = Math.min(2 * Math.floor(layout.units / 8), (recordHead + 65_536 / 4) & ~1);
    this.longest = 4 * (words - recordHead);
    this.#words = new Int32Array(words);
    this.#bytes = new Uint8Array(this.#words.buffer);
  }

  /** Writes a record that nothing refers to yet, and returns the reference to it. */
  append(key: KeyHash, value: Bytes, expiresAt: number): number {
    const { words, log, units } = this.#layout;
    const used = recordHead + Math.ceil(value.length / 4);
    const position = this.#reserve(Math.ceil(used / 2));
    const copy = this.#words;
    copy[0] = position + 1;
    copy[1] = key[0];
    copy[2] = key[1];
    copy[3] = (expiresAt % 2 ** 32) | 0;
    copy[4] = Math.floor(expiresAt / 2 ** 32);
    copy[lengthAt] = value.length;
    copy[used - 1] = 0;
    this.#bytes.set(value, 4 * recordHead);
    this.#sum(copy, 0, used);
    copy[checksumAt] = this.#first;
    copy[checksumAt + 1] = this.#second;
    const at = log + 2 * (position % units);
    for (let index = 0; index < used; index++) words[at + index] = copy[index] as number;
    return position + 1;
  }

  /** The next position, from which ages count. */
  head(): number {
    return Atomics.load(this.#layout.words, headAt);
  }

  /** Units from the record's first to the head, or Infinity when it is overwritten: a whole lap behind. */
  age(reference: number, head: number): number {
    const { cycle, units } = this.#layout;
    const age = head - (reference - 1);
    const whole = age < 0 ? age + cycle : age;
    return whole <= units ? whole : Number.POSITIVE_INFINITY;
  }

  /** Bytes that the record takes, as far as one can tell from outside. */
  size(reference: number): number {
    const { words, log, units } = this.#layout;
    const length = words[log + 2 * ((reference - 1) % units) + lengthAt] as number;
    return 8 * Math.ceil((recordHead + Math.ceil(length / 4)) / 2);
  }

  /** Whether the record seems to be of this key. Only {@link read} makes sure. */
  mayBe(reference: number, key: KeyHash): boolean {
    const { words, log, units } = this.#layout;
    const at = log + 2 * ((reference - 1) % units);
    return words[at] === reference && words[at + 1] === key[0] && words[at + 2] === key[1];
  }

  /** Copies the record; false when it is not there any more, whole and of this key. */
  read(reference: number, key: KeyHash): boolean {
    const { words, log, units } = this.#layout;
    const unit = (reference - 1) % units;
    const at = log + 2 * unit;
    const length = words[at + lengthAt] as number;
    const used = recordHead + Math.ceil(length / 4);
    if (length < 0 || length > this.longest || used > 2 * (units - unit)) return false;
    const copy = this.#words;
    this.#sum(words, at, used);
    const isKeys = copy[0] === reference && copy[1] === key[0] && copy[2] === key[1];
    const isWhole = copy[checksumAt] === this.#first && copy[checksumAt + 1] === this.#second;
    return isKeys && isWhole && copy[lengthAt] === length;
  }

  /** The reference of the record just read. */
  get reference(): number {
    return this.#words[0] as number;
  }

  /** When the value of the record just read expires. */
  get expiresAt(): number {
    return ((this.#words[3] as number) >>> 0) + (this.#words[4] as number) * 2 ** 32;
  }

  /** The value of the record just read. */
  get value(): Bytes {
    const start = 4 * recordHead;
    return this.#bytes.slice(start, start + (this.#words[lengthAt] as number));
  }

  /**
   * Copies a record and makes sixty-four bits of it, but for the words that hold them. They guard against accidents, not
   * against people.
   */
  #sum(from: Int32Array, at: number, used: number): void {
    const copy = this.#words;
    let first = used;
    let second = 0x2545_f491;
    for (let index = 0; index < checksumAt; index++) {
      const word = from[at + index] as number;
      copy[index] = word;
      first = Math.imul(first ^ word, 0x85eb_ca6b);
      second = Math.imul(second + word, 0x9e37_79b1) ^ (first >>> 15);
    }
    copy[checksumAt] = from[at + checksumAt] as number;
    copy[checksumAt + 1] = from[at + checksumAt + 1] as number;
    for (let index = recordHead; index < used; index++) {
      const word = from[at + index] as number;
      copy[index] = word;
      first = Math.imul(first ^ word, 0x85eb_ca6b);
      second = Math.imul(second + word, 0x9e37_79b1) ^ (first >>> 15);
    }
    this.#first = first;
    this.#second = second;
  }

  /** A place in the ring for so many units in a row, as a position. */
  #reserve(length: number): number {
    const { words, units, cycle } = this.#layout;
    for (;;) {
      const head = Atomics.load(words, headAt);
      const left = units - (head % units);
      const position = left >= length ? head : (head + left) % cycle;
      const next = (position + length) % cycle;
      if (Atomics.compareExchange(words, headAt, head, next) === head) return position;
    }
  }
}

// Words of a record: reference, two of key, two of time, length in bytes, two of checksum, value.
const lengthAt = 5;
const checksumAt = 6;
const recordHead = 8;
