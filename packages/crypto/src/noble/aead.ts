import { gcm } from '@noble/ciphers/aes.js';
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import type { AeadAlgorithm, Bytes } from '@tlsmith/types';
import { aead } from '../aead-frame.ts';
import type { AeadName } from '../synchronous.ts';

/** The AEADs of noble: AES-GCM (RFC 5288) and ChaCha20-Poly1305 (RFC 7905), the faster of the two in JavaScript. */
export const aeads: Readonly<Record<AeadName, AeadAlgorithm>> = {
  'aes-128-gcm': portable('aes-128-gcm', gcm),
  'aes-256-gcm': portable('aes-256-gcm', gcm),
  'chacha20-poly1305': portable('chacha20-poly1305', chacha20poly1305),
};

function portable(name: AeadName, cipher: Cipher): AeadAlgorithm {
  return aead(name, (key) => ({
    encrypt(nonce, additional, output) {
      const content = output.subarray(0, output.length - 16);
      output.set(cipher(key, nonce, additional).encrypt(content));
    },
    decrypt(nonce, additional, ciphertext) {
      try {
        return cipher(key, nonce, additional).decrypt(ciphertext);
      } catch {
        return undefined;
      }
    },
  }));
}

type Cipher = (
  key: Bytes,
  nonce: Bytes,
  additional: Bytes,
) => { encrypt(content: Bytes): Bytes; decrypt(ciphertext: Bytes): Bytes };
