import {
  type CipherChaCha20Poly1305Types,
  type CipherGCMTypes,
  createCipheriv,
  createDecipheriv,
} from 'node:crypto';
import type { AeadAlgorithm, Bytes } from '@tlsmith/types';
import { aead } from '../aead-frame.ts';
import type { AeadName } from '../synchronous.ts';
import { plain } from './bytes.ts';

/** The AEADs of OpenSSL: AES-GCM (RFC 5288) and ChaCha20-Poly1305 (RFC 7905). */
export const aeads: Readonly<Record<AeadName, AeadAlgorithm>> = {
  'aes-128-gcm': native('aes-128-gcm'),
  'aes-256-gcm': native('aes-256-gcm'),
  'chacha20-poly1305': native('chacha20-poly1305'),
};

function native(name: AeadName): AeadAlgorithm {
  // Node's types have an overload per mode; at run time both take the same arguments.
  const cipher = name as CipherGCMTypes & CipherChaCha20Poly1305Types;
  return aead(name, {
    encrypt(key, nonce, additional, output) {
      const end = output.length - tagLength;
      const sealing = createCipheriv(cipher, key, nonce, options);
      sealing.setAAD(additional, options);
      output.set(sealing.update(output.subarray(0, end)));
      sealing.final();
      output.set(sealing.getAuthTag(), end);
    },
    decrypt(key, nonce, additional, ciphertext) {
      const end = ciphertext.length - tagLength;
      const opening = createDecipheriv(cipher, key, nonce, options);
      opening.setAAD(additional, options);
      opening.setAuthTag(ciphertext.subarray(end));
      const content = plain(opening.update(ciphertext.subarray(0, end)));
      return authentic(opening) ? content : undefined;
    },
  });
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
// Without it Node would take shorter tags in `setAuthTag`.
const options = { authTagLength: tagLength, plaintextLength: 0 };
