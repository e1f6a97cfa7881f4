import { type Cipher, createCipheriv, type KeyObject } from 'node:crypto';
import { type Bytes, equal } from '@tlsmith/types';
import { Ghash, longestHashed, wholeBlocks } from './ghash.ts';

/**
 * AES-GCM for short content under one key (NIST SP 800-38D §7). Node makes a cipher object per operation, which for a
 * short record costs several times as much as the AES in it. Here one object for all of them gives the key stream, by
 * AES on counter blocks, and GHASH is our own.
 */
export class SmallGcm {
  readonly #aes: Cipher;
  readonly #ghash: Ghash;

  /** `key` has 16 or 32 bytes. */
  constructor(key: KeyObject) {
    this.#aes = createCipheriv(key.symmetricKeySize === 16 ? 'aes-128-ecb' : 'aes-256-ecb', key, null);
    this.#aes.setAutoPadding(false);
    this.#ghash = new Ghash(new Uint8Array(this.#aes.update(new Uint8Array(blockLength))));
  }

  /** Whether this can serve: a runtime may come without WebAssembly. */
  static takes(additional: Bytes, contentLength: number): boolean {
    return contentLength <= longestContent && additional.length <= longestAdditional && hasWebAssembly;
  }

  /** Encrypts all but the last 16 bytes of `output` where they are, and writes the tag behind them. */
  encrypt(nonce: Bytes, additional: Bytes, output: Bytes): void {
    const length = output.length - tagLength;
    const stream = this.#stream(nonce, length);
    const [content, tag] = [output.subarray(0, length), output.subarray(length)];
    mask(content, stream, blockLength);
    tag.set(this.#ghash.of(additional, content));
    mask(tag, stream);
  }

  /** Fresh plaintext, or undefined when the tag is wrong. */
  decrypt(nonce: Bytes, additional: Bytes, ciphertext: Bytes): Bytes | undefined {
    const length = ciphertext.length - tagLength;
    const stream = this.#stream(nonce, length);
    const tag = this.#ghash.of(additional, ciphertext.subarray(0, length));
    mask(tag, stream);
    if (!equal(tag, ciphertext.subarray(length))) return undefined;
    // The stream is nobody else's: plaintext in its place saves an array.
    stream.fill(0, 0, blockLength);
    const content = new Uint8Array(stream.buffer, stream.byteOffset + blockLength, length);
    mask(content, ciphertext);
    return content;
  }

  /** Forgets the key as far as the platform allows. */
  destroy(): void {
    this.#ghash.destroy();
  }

  /** The block that hides the tag, then those that hide so much content; a fresh array. */
  #stream(nonce: Bytes, length: number): Bytes {
    const end = blockLength + wholeBlocks(length);
    for (let index = 0; index < nonce.length; index++) nonceBytes[index] = nonce[index] as number;
    for (let at = 0; at < end / 4; at += 4) {
      counterWords[at] = nonceWords[0] as number;
      counterWords[at + 1] = nonceWords[1] as number;
      counterWords[at + 2] = nonceWords[2] as number;
    }
    return this.#aes.update(counters.subarray(0, end));
  }
}

/** XORs bytes with as many of another array. */
function mask(bytes: Bytes, other: Bytes, from = 0): void {
  for (let index = 0; index < bytes.length; index++) {
    bytes[index] = (bytes[index] as number) ^ (other[from + index] as number);
  }
}

const hasWebAssembly = typeof WebAssembly === 'object';
const blockLength = 16;
const tagLength = 16;
// Node's own AES-GCM is as fast from about 350 bytes on.
const longestContent = 256;
const longestAdditional = longestHashed - longestContent;

/** Counter blocks: room for the nonce, then 1, 2, 3 and so on (NIST SP 800-38D §7.1). */
const counters = new Uint8Array(blockLength + wholeBlocks(longestContent));
for (let at = 0; at < counters.length; at += blockLength) counters[at + 15] = at / blockLength + 1;
const counterWords = new Uint32Array(counters.buffer);
const nonceBytes = new Uint8Array(12);
const nonceWords = new Uint32Array(nonceBytes.buffer);
