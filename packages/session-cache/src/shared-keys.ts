import type { AeadAlgorithm, Bytes } from '@tlsmith/types';
import { equal, TlsMisuse } from '@tlsmith/types';
import { type NamedKey, nameLength, type Ring, suitable } from './key-ring.ts';
import { cappedLifetime, clockTolerance, maximumLifetime } from './policy.ts';
import { agreed, generationAt, keySlotsAt, keySlotWords, sharedLayout } from './shared-layout.ts';
import { keysOver, sealLimit, type TicketKeys, type TicketKeysCommon } from './ticket.ts';

/**
 * Ticket keys that live in shared memory and change by themselves, as nginx (1.23.2 and later) has them in a shared
 * cache: one key seals, the one before it opens, and when nothing that the older sealed is of use any more, a fresh one
 * takes over and the older is overwritten. Under traffic that makes a key per lifetime. All threads that opened the
 * memory agree at any moment, without locks: a thread that dies in between has done a part of the others' work.
 *
 * @param options.memory May be that of a `sharedMemoryStore`.
 * @param options.lifetime Seconds for which a session can be resumed at most; at most 604,800 count.
 * @throws {TlsMisuse} `aead-unsuitable` unless the AEAD has 12-byte nonces and keys of 32 bytes at most; as
 *   `sharedMemoryStore`.
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { sharedMemoryTicketKeys } from '@tlsmith/session-cache';
 * const memory = new SharedArrayBuffer(32_768);
 * const { random, aeads } = node;
 * const open = () => sharedMemoryTicketKeys({ memory, aead: aeads['aes-256-gcm'], random, lifetime: 300 });
 * const sealed = open().protect(Uint8Array.of(1), new Uint8Array(0), Date.now());
 * open().unprotect(sealed, new Uint8Array(0), Date.now()); // Uint8Array [1]
 * ```
 */
export function sharedMemoryTicketKeys(
  options: TicketKeysCommon & { readonly memory: SharedArrayBuffer; readonly lifetime: number },
): TicketKeys {
  const aead = suitable(options.aead);
  if (aead.keyLength > 4 * keyWords) {
    throw new TlsMisuse('aead-unsuitable', `shared memory holds keys of 32 bytes, ${aead.name} takes more`);
  }
  const { words } = sharedLayout(options.memory, options.random);
  const lifetime = cappedLifetime(options.lifetime);
  return keysOver(
    new SharedRing({ words, aead, random: options.random, lifetime, limit: sealLimit(options) }),
    options,
  );
}

interface Shared {
  readonly words: Int32Array;
  readonly aead: AeadAlgorithm;
  random(length: number): Bytes;
  readonly lifetime: number;
  readonly limit: number;
}

/** A key as this thread has bound it. */
interface BoundKey extends NamedKey {
  readonly generation: number;
  seals: number;
}

/**
 * Generations count up; that of number g lives in slot g modulo 3, so that the one before and the one before that have
 * other slots. A slot is retired for its next generation when the one in it is dead. All steps are compare-and-swap on
 * words that never hold the same value twice, so a thread may fall asleep before any of them and do no harm.
 */
class SharedRing implements Ring {
  readonly #shared: Shared;
  readonly #bound: (BoundKey | undefined)[] = [];

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  sealing(now: number): BoundKey | undefined {
    const second = Math.floor(now / 1000);
    const generation = this.#current(second);
    const key = this.#key(generation);
    if (key === undefined || key.seals >= this.#shared.limit) return undefined;
    key.seals++;
    this.#extend(generation, second + this.#shared.lifetime + 1);
    return key;
  }

  opening(name: Bytes, now: number): BoundKey | undefined {
    const generation = Atomics.load(this.#shared.words, generationAt);
    for (const one of [generation, generation - 1]) {
      if (this.#expiry(one) <= Math.floor(now / 1000)) continue;
      const key = this.#key(one);
      if (key !== undefined && equal(key.name, name)) return key;
    }
    return undefined;
  }

  sealsNoMore(key: NamedKey, now: number): boolean {
    const generation = Atomics.load(this.#shared.words, generationAt);
    return this.#bound[generation % slots] !== key || this.#isDue(generation, Math.floor(now / 1000));
  }

  /** Forgets this thread's copies; the memory goes on for the others. */
  destroy(): void {
    for (const bound of this.#bound) bound?.key.destroy();
    this.#bound.length = 0;
  }

  /** The generation that seals; a new one when the one before the present has outlived what it sealed. */
  #current(second: number): number {
    const generation = Atomics.load(this.#shared.words, generationAt);
    if (!this.#isDue(generation, second)) return generation;
    this.#advance(generation);
    return Atomics.load(this.#shared.words, generationAt);
  }

  /** Whether the generation, the present one, gives way to the next. */
  #isDue(generation: number, second: number): boolean {
    const isUsed = this.#expiry(generation) > 0;
    const previous = this.#expiry(generation - 1);
    // One that lasts longer than any lifetime was made before the clock was set back.
    const isNeeded = previous > second && previous <= second + maximumLifetime + clockTolerance / 1000;
    return isUsed && !isNeeded;
  }

  #advance(generation: number): void {
    const { words } = this.#shared;
    this.#retire(generation + 1);
    Atomics.compareExchange(words, generationAt, generation, generation + 1);
    // What opened until now is dead: its secret goes at once, and its slot is ready for the generation after the next.
    this.#retire(generation + 2);
  }

  /** Overwrites the dead key in the slot of this generation and gives the slot to it. */
  #retire(generation: number): void {
    const { words } = this.#shared;
    const at = slotOf(generation);
    const owner = Atomics.load(words, at);
    if (owner >= generation + 1) return;
    const seen = Array.from({ length: 1 + materialWords }, (_, index) => Atomics.load(words, at + 1 + index));
    if (Atomics.load(words, at) !== owner) return;
    for (const [index, word] of seen.entries()) Atomics.compareExchange(words, at + 1 + index, word, 0);
    Atomics.compareExchange(words, at, owner, generation + 1);
  }

  /** The key of a generation whose slot it still is, made now if nobody did. */
  #key(generation: number): BoundKey | undefined {
    if (generation < 0) return undefined;
    const { words, aead, random } = this.#shared;
    const at = slotOf(generation);
    const held = this.#bound[generation % slots];
    if (generation === 0) Atomics.compareExchange(words, at, 0, 1);
    if (Atomics.load(words, at) !== generation + 1) return undefined;
    if (held?.generation === generation) return held;
    const material = bytesOf(agreed(words, at + 2, materialWords, random));
    if (Atomics.load(words, at) !== generation + 1) return undefined;
    held?.key.destroy();
    const name = material.slice(0, nameLength);
    const key = aead.bind(material.subarray(nameLength, nameLength + aead.keyLength));
    material.fill(0);
    const bound = { generation, name, key, seals: 0 };
    this.#bound[generation % slots] = bound;
    return bound;
  }

  /** The second from which on nothing that the generation sealed is of use; 0 when it sealed nothing. */
  #expiry(generation: number): number {
    const { words } = this.#shared;
    if (generation < 0 || Atomics.load(words, slotOf(generation)) !== generation + 1) return 0;
    return Atomics.load(words, slotOf(generation) + 1) >>> 0;
  }

  #extend(generation: number, second: number): void {
    const { words } = this.#shared;
    const at = slotOf(generation) + 1;
    for (;;) {
      const held = Atomics.load(words, at);
      if (held >>> 0 >= second || Atomics.compareExchange(words, at, held, second | 0) === held) return;
    }
  }
}

const slotOf = (generation: number): number => keySlotsAt + keySlotWords * (generation % slots);

function bytesOf(words: readonly number[]): Bytes {
  const bytes = new Uint8Array(4 * words.length);
  const view = new DataView(bytes.buffer);
  for (const [index, word] of words.entries()) view.setInt32(4 * index, word);
  return bytes;
}

// Of a slot: whose it is (generation + 1), until when it opens, then name and key.
const slots = 3;
const keyWords = 8;
const materialWords = nameLength / 4 + keyWords;
