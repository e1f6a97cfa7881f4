import { type AeadAlgorithm, type AeadKey, type Bytes, equal, TlsMisuse } from '@tlsmith/types';
import { clockTolerance } from './policy.ts';

/** An AEAD key and the name by which what it sealed asks for it. */
export interface NamedKey {
  /** 16 bytes. */
  readonly name: Bytes;
  readonly key: AeadKey;
}

/** One key of a ring, from its first use on. */
export interface RingKey extends NamedKey {
  readonly madeAt: number;
  /** From this moment on another key seals. */
  readonly sealUntil: number;
  /** From this moment on nothing that it sealed is of use, and it is destroyed. */
  readonly openUntil: number;
  seals: number;
}

/** Where a ring gets a new key when the present one may seal no more; undefined for none. */
export type NextKey = (now: number) => RingKey | undefined;

/** AEAD keys by name, wherever they come from. */
export interface Ring {
  /** The key to seal one more value under; undefined when there is none that may. */
  sealing(now: number): NamedKey | undefined;
  /** The key of this name, while it is of use. */
  opening(name: Bytes, now: number): NamedKey | undefined;
  /** Whether this key, which opens, has sealed its last value: from now on another does. */
  sealsNoMore(key: NamedKey, now: number): boolean;
  /** Destroys all keys. */
  destroy(): void;
}

/** Keys of this process, newest first: the first seals, all open. */
export class KeyRing implements Ring {
  #keys: readonly RingKey[];
  readonly #next: NextKey;
  readonly #sealsPerKey: number;

  constructor(keys: readonly RingKey[], next: NextKey, sealsPerKey: number) {
    this.#keys = keys;
    this.#next = next;
    this.#sealsPerKey = sealsPerKey;
  }

  /** When the ring's key is used up it asks for the next. */
  sealing(now: number): RingKey | undefined {
    this.#retire(now);
    if (!this.#maySeal(this.#keys[0], now)) {
      const next = this.#next(now);
      if (next === undefined) return undefined;
      this.#keys = [next, ...this.#keys];
    }
    const key = this.#keys[0] as RingKey;
    key.seals++;
    return key;
  }

  /** Looks at every key, in constant time each. */
  opening(name: Bytes, now: number): RingKey | undefined {
    this.#retire(now);
    let found: RingKey | undefined;
    for (const key of this.#keys) if (equal(key.name, name)) found = key;
    return found;
  }

  sealsNoMore(key: NamedKey, now: number): boolean {
    return key !== this.#keys[0] || !this.#maySeal(this.#keys[0], now);
  }

  destroy(): void {
    for (const { key } of this.#keys) key.destroy();
    this.#keys = [];
  }

  /** A key from the future would seal for too long: the clock was set back. */
  #maySeal(key: RingKey | undefined, now: number): boolean {
    if (key === undefined || key.seals >= this.#sealsPerKey) return false;
    return key.madeAt - clockTolerance <= now && now < key.sealUntil;
  }

  #retire(now: number): void {
    if (this.#keys.every((key) => now < key.openUntil)) return;
    for (const key of this.#keys) if (now >= key.openUntil) key.key.destroy();
    this.#keys = this.#keys.filter((key) => now < key.openUntil);
  }
}

/**
 * Seals under random 96-bit nonces: after 2^32 of them the chance that two were equal has reached 2^-32
 * (NIST SP 800-38D §8.3 allows no more), so a key stops there.
 */
export const sealsPerKey: number = 2 ** 32;

/** Lengths of a key's name and of a nonce, in bytes. */
export const nameLength = 16;
export const nonceLength = 12;

/**
 * The AEAD itself.
 *
 * @throws {TlsMisuse} `aead-unsuitable` unless nonces have 12 bytes.
 */
export function suitable(aead: AeadAlgorithm): AeadAlgorithm {
  if (aead.nonceLength === nonceLength) return aead;
  throw new TlsMisuse('aead-unsuitable', `tickets take an AEAD with 12-byte nonces, not ${aead.name}`);
}
