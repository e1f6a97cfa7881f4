import { copyBytes, type AeadAlgorithm, type AeadKey, type Bytes, TlsMisuse } from '@tlsmith/types';
import type { AeadName } from './synchronous.ts';

/** What differs between the AEADs, under one key: both functions get 12-byte nonces. */
export interface KeyedAead {
  /** Writes the encryption of `output`'s first bytes, all but the last 16, over them, and the tag behind them. */
  encrypt(nonce: Bytes, additional: Bytes, output: Bytes): void;
  /** Fresh plaintext, or undefined when the tag (the last 16 bytes; there are that many) is wrong. */
  decrypt(nonce: Bytes, additional: Bytes, ciphertext: Bytes): Bytes | undefined;
  /** Overwrites what it derived from the key; the key itself is its owner's to overwrite. */
  destroy?(): void;
}

/**
 * An AEAD value (RFC 5116 §2) around a provider's functions: sizes, ownership and the life of the key.
 *
 * @param keyed Gets keys of the right length, which nobody else has and which stay unchanged until `destroy`.
 */
export function aead(name: AeadName, keyed: (key: Bytes) => KeyedAead): AeadAlgorithm {
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
      const own = copyBytes(key);
      return new BoundKey(keyed(own), own);
    },
  };
}

class BoundKey implements AeadKey {
  #keyed: KeyedAead | undefined;
  readonly #key: Bytes;

  constructor(keyed: KeyedAead, key: Bytes) {
    this.#keyed = keyed;
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
    this.#alive().encrypt(nonce, additional, output.length === length ? output : output.subarray(0, length));
  }

  open(nonce: Bytes, additional: Bytes, ciphertext: Bytes): Bytes | undefined {
    const keyed = this.#alive();
    if (nonce.length !== nonceLength || ciphertext.length < tagLength) return undefined;
    return keyed.decrypt(nonce, additional, ciphertext);
  }

  destroy(): void {
    this.#keyed?.destroy?.();
    this.#keyed = undefined;
    this.#key.fill(0);
  }

  #alive(): KeyedAead {
    if (this.#keyed === undefined)
      throw new TlsMisuse('aead-key-destroyed', 'this key was destroyed: bind it again');
    return this.#keyed;
  }
}

const nonceLength = 12;
const tagLength = 16;
const keyLengths: Readonly<Record<AeadName, number>> = {
  'aes-128-gcm': 16,
  'aes-256-gcm': 32,
  'chacha20-poly1305': 32,
};
