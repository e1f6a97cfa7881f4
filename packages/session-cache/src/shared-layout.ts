import { type Bytes, TlsMisuse } from '@tlsmith/types';

/**
 * How shared memory is laid out, in 32-bit words: a head, an index, a log. Everything follows from the size, and all
 * zeros is the empty state, so any thread may be the first to open it and none has to wait for another.
 */
export interface SharedLayout {
  readonly words: Int32Array;
  /** First word of the index: `buckets` times {@link bucketSlots} references and as many tags. */
  readonly index: number;
  readonly buckets: number;
  /** First word of the log, which has `units` units of two words. */
  readonly log: number;
  readonly units: number;
  /** Positions in the log count modulo this: a multiple of `units`, so that a position tells its unit. */
  readonly cycle: number;
  /** Four words that keep anybody from choosing keys that collide. */
  readonly seed: readonly number[];
}

/**
 * Opens shared memory, fresh (all zeros) or in use.
 *
 * @throws {TlsMisuse} `shared-memory-size` for less than 32 KiB or 8 GiB and more, `shared-memory-foreign` for memory
 *   that something else wrote to.
 */
export function sharedLayout(memory: SharedArrayBuffer, random: (length: number) => Bytes): SharedLayout {
  const { byteLength } = memory;
  if (byteLength < minimumBytes || byteLength >= 2 ** 33) {
    throw new TlsMisuse('shared-memory-size', `${byteLength} bytes: shared memory has 32 KiB to 8 GiB`);
  }
  const words = new Int32Array(memory, 0, Math.floor(byteLength / 4));
  const found = Atomics.compareExchange(words, 0, 0, format);
  if (found !== 0 && found !== format) {
    throw new TlsMisuse(
      'shared-memory-foreign',
      'this shared memory holds something else: give it to no other use',
    );
  }
  const buckets = Math.floor(byteLength / (bucketSlots * bytesPerSlot));
  const log = headWords + buckets * 2 * bucketSlots;
  const units = Math.floor((words.length - log) / 2);
  const cycle = units * Math.floor((2 ** 31 - 2) / units);
  return { words, index: headWords, buckets, log, units, cycle, seed: agreed(words, seedAt, 4, random) };
}

/**
 * Words that all threads agree on, made by whoever came first to each of them: a thread that dies in between has done
 * a part of the others' work.
 */
export function agreed(
  words: Int32Array,
  from: number,
  count: number,
  random: (length: number) => Bytes,
): readonly number[] {
  const drawn = random(4 * count);
  const view = new DataView(drawn.buffer, drawn.byteOffset, drawn.length);
  const result = Array.from({ length: count }, (_, index) => {
    // Zero stands for a word that nobody has made yet; it costs each word 2^-32 of its randomness.
    const own = view.getInt32(4 * index) || 1;
    return Atomics.compareExchange(words, from + index, 0, own) || own;
  });
  drawn.fill(0);
  return result;
}

/** References of a bucket, which their tags follow: 64 bytes in all, what a processor fetches at once. */
export const bucketSlots = 8;

/** nginx asks for eight pages. */
const minimumBytes = 32_768;

/** Word of the log's head: the next position. */
export const headAt = 1;

/** Words of the key ring: the generation, then three slots of sixteen words. */
export const generationAt = 8;
export const keySlotsAt = 16;
export const keySlotWords = 16;

const seedAt = 4;
const headWords = 64;
// A record of a session without certificates takes about twice this: buckets are half full, and one in 50 overflows.
const bytesPerSlot = 96;
// Changes with the layout.
const format = 0x7453_0002;
