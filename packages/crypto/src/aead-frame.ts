import { copyBytes, type AeadAlgorithm, type AeadKey, type Bytes, TlsMisuse } from '@tlsmith/types';
import type { AeadName } from './synchronous.ts';

/** What differs between the AEADs: both functions get a key of the right length and 12-byte nonces. */
export interface AeadFunctions {
  /** Writes the encryption of `output`'s first bytes, all but the last 16, over them, and the tag behind them. */
  readonly encrypt: (key: Bytes, nonce: Bytes, additional: Bytes, output: Bytes) => void;
  /** Fresh plaintext, or undefined when the tag (the last 16 bytes; there are that many) is wrong. */
  readonly decrypt: (key: Bytes, nonce: Bytes, additional: Bytes, ciphertext: Bytes) => Bytes | undefined;
}

/** An AEAD value (RFC 5116 §2) around a provider's two functions: sizes, ownership and the life of the key. */
export function aead(name: AeadName, functions: AeadFunctions): AeadAlgorithm {
  const keyLength = keyLengths[name];
  return {
    name,
    keyLength,
    nonceLength,
    tagLength,
    bind(key) {
      if (key.length !== keyLength) {
        throw new TlsMisuse('aead-key-length', `${name} takes a key of ${keyLength} bytes`);
      }
      return new BoundKey(functions, copyBytes(key));
    },
  };
}

class BoundKey implements AeadKey {
  readonly #functions: AeadFunctions;
  #key: Bytes | undefined;

  constructor(functions: AeadFunctions, key: Bytes) {
    this.#functions = functions;
    this.#key = key;
  }

  // oxlint-disable-next-line eslint/max-params -- the contract's five: an object per record would be garbage
  seal(nonce: Bytes, additional: Bytes, content: Bytes, suffix: Bytes, output: Bytes): void {
    const length = content.length + suffix.length + tagLength;
    if (nonce.length !== nonceLength || output.length < length) {
      throw new TlsMisuse('aead-seal-length', `sealing needs 12 bytes of nonce and ${length} of output`);
    }
    // One pass over joined bytes beats two calls into the cipher, most of all for small records.
    output.set(content);
    output.set(suffix, content.length);
    this.#functions.encrypt(this.#alive(), nonce, additional, output.subarray(0, length));
  }

  open(nonce: Bytes, additional: Bytes, ciphertext: Bytes): Bytes | undefined {
    const key = this.#alive();
    if (nonce.length !== nonceLength || ciphertext.length < tagLength) return undefined;
    return this.#functions.decrypt(key, nonce, additional, ciphertext);
  }

  destroy(): void {
    this.#key?.fill(0);
    this.#key = undefined;
  }

  #alive(): Bytes {
    if (this.#key === undefined)
      throw new TlsMisuse('aead-key-destroyed', 'this key was destroyed: bind it again');
    return this.#key;
  }
}

const nonceLength = 12;
const tagLength = 16;
const keyLengths: Readonly<Record<AeadName, number>> = {
  'aes-128-gcm': 16,
  'aes-256-gcm': 32,
  'chacha20-poly1305': 32,
};
