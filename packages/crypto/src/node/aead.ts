import {
  type CipherChaCha20Poly1305Types,
  type CipherGCMTypes,
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type KeyObject,
} from 'node:crypto';
import type { AeadAlgorithm, Bytes } from '@tlsmith/types';
import { aead, type KeyedAead } from '../aead-frame.ts';
import type { AeadName } from '../synchronous.ts';
import { plain } from './bytes.ts';
import { SmallGcm } from './small-gcm.ts';

/** The AEADs of OpenSSL: AES-GCM (RFC 5288) and ChaCha20-Poly1305 (RFC 7905). */
export const aeads: Readonly<Record<AeadName, AeadAlgorithm>> = {
  'aes-128-gcm': aead('aes-128-gcm', (key) => new Gcm('aes-128-gcm', key)),
  'aes-256-gcm': aead('aes-256-gcm', (key) => new Gcm('aes-256-gcm', key)),
  'chacha20-poly1305': aead('chacha20-poly1305', (key) => new Native('chacha20-poly1305', key)),
};

/** One cipher object per operation, which is all that Node has. */
class Native implements KeyedAead {
  // Not the bytes: Node 24.21 takes 20 µs per cipher object to find out that they are no key object.
  protected readonly key: KeyObject;
  readonly #cipher: CipherGCMTypes & CipherChaCha20Poly1305Types;

  constructor(name: AeadName, key: Bytes) {
    this.key = createSecretKey(key);
    // Node's types have an overload per mode; at run time all take the same arguments.
    this.#cipher = name as CipherGCMTypes & CipherChaCha20Poly1305Types;
  }

  encrypt(nonce: Bytes, additional: Bytes, output: Bytes): void {
    const end = output.length - tagLength;
    const sealing = createCipheriv(this.#cipher, this.key, nonce, options);
    sealing.setAAD(additional, options);
    output.set(sealing.update(output.subarray(0, end)));
    sealing.final();
    output.set(sealing.getAuthTag(), end);
  }

  decrypt(nonce: Bytes, additional: Bytes, ciphertext: Bytes): Bytes | undefined {
    const end = ciphertext.length - tagLength;
    const opening = createDecipheriv(this.#cipher, this.key, nonce, options);
    opening.setAAD(additional, options);
    opening.setAuthTag(ciphertext.subarray(end));
    const content = plain(opening.update(ciphertext.subarray(0, end)));
    return authentic(opening) ? content : undefined;
  }
}

/**
 * AES-GCM, of which short records get a way of their own (docs/decisions/0032) once there have been some: what protects
 * a handshake, or a connection that says little, never pays for it.
 */
class Gcm extends Native {
  #small: SmallGcm | undefined;
  #shortOnes = 0;

  override encrypt(nonce: Bytes, additional: Bytes, output: Bytes): void {
    const small = this.#smallFor(additional, output.length - tagLength);
    if (small === undefined) super.encrypt(nonce, additional, output);
    else small.encrypt(nonce, additional, output);
  }

  override decrypt(nonce: Bytes, additional: Bytes, ciphertext: Bytes): Bytes | undefined {
    const small = this.#smallFor(additional, ciphertext.length - tagLength);
    return small === undefined
      ? super.decrypt(nonce, additional, ciphertext)
      : small.decrypt(nonce, additional, ciphertext);
  }

  destroy(): void {
    this.#small?.destroy();
    this.#small = undefined;
  }

  #smallFor(additional: Bytes, length: number): SmallGcm | undefined {
    if (!SmallGcm.takes(additional, length)) return undefined;
    if (this.#small === undefined && ++this.#shortOnes > shortOnesBefore)
      this.#small = new SmallGcm(this.key);
    return this.#small;
  }
}

/** Whether the tag fits; Node says no by throwing. */
function authentic(opening: { final(): Bytes }): boolean {
  try {
    opening.final();
    return true;
  } catch {
    return false;
  }
}

const tagLength = 16;
const shortOnesBefore = 8;
// Without it Node would take shorter tags in `setAuthTag`.
const options = { authTagLength: tagLength, plaintextLength: 0 };
