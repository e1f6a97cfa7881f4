import type { Bytes } from '@tlsmith/types';
import { ghashModule } from './ghash.gen.ts';

/** The most bytes that {@link Ghash.of} takes: additional data and ciphertext, each filled up to whole blocks. */
export const longestHashed = 1024;

/** GHASH under one key, in constant time (NIST SP 800-38D §6.4). */
export class Ghash {
  readonly #key: Bytes;
  readonly #module: GhashModule;

  /**
   * @param key H, 16 bytes; taken over.
   */
  constructor(key: Bytes) {
    this.#key = key;
    this.#module = shared ??= new GhashModule();
  }

  /** 16 bytes, which the next call overwrites. */
  of(additional: Bytes, ciphertext: Bytes): Bytes {
    return this.#module.hash(this.#key, additional, ciphertext);
  }

  /** Overwrites the key. */
  destroy(): void {
    this.#key.fill(0);
  }
}

/** The one module of all keys. It keeps no key from one call to the next. */
class GhashModule {
  readonly #memory: Bytes;
  readonly #view: DataView;
  readonly #result: Bytes;
  readonly #hash: (end: number) => void;

  constructor() {
    const { exports } = new WebAssembly.Instance(
      new WebAssembly.Module(Buffer.from(ghashModule, 'base64')),
    ) as unknown as { readonly exports: Exports };
    this.#memory = new Uint8Array(exports.memory.buffer, 0, blocksAt + longestHashed + blockLength);
    this.#view = new DataView(exports.memory.buffer);
    this.#result = this.#memory.subarray(resultAt, blocksAt);
    this.#hash = exports.ghash;
  }

  hash(key: Bytes, additional: Bytes, ciphertext: Bytes): Bytes {
    const memory = this.#memory;
    const ciphertextAt = blocksAt + wholeBlocks(additional.length);
    const lengthsAt = ciphertextAt + wholeBlocks(ciphertext.length);
    memory.set(key);
    memory.set(additional, blocksAt);
    memory.fill(0, blocksAt + additional.length, ciphertextAt);
    memory.set(ciphertext, ciphertextAt);
    memory.fill(0, ciphertextAt + ciphertext.length, lengthsAt + blockLength);
    this.#view.setUint32(lengthsAt + 4, 8 * additional.length);
    this.#view.setUint32(lengthsAt + 12, 8 * ciphertext.length);
    this.#hash(lengthsAt + blockLength);
    memory.fill(0, 0, resultAt);
    return this.#result;
  }
}

interface Exports {
  readonly memory: WebAssembly.Memory;
  ghash(end: number): void;
}

/** Bytes that so many take in whole blocks. */
export function wholeBlocks(length: number): number {
  return (length + blockLength - 1) & -blockLength;
}

const blockLength = 16;
const resultAt = 16;
const blocksAt = 32;
let shared: GhashModule | undefined;
