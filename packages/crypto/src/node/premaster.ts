import { constants, type KeyObject, privateDecrypt, publicEncrypt } from 'node:crypto';
import { type Bytes, compare, type PublicKey, TlsMisuse } from '@tlsmith/types';
import { premasterLength, unpadPremaster } from '../premaster.ts';
import { plain } from './bytes.ts';
import { importPublicKey } from './public-key.ts';

/** RSAES-PKCS1-v1_5 (RFC 8017 §7.2.1) of a 48-byte premaster secret; as long as the modulus. */
export function encryptPremaster(key: PublicKey, premaster: Bytes): Bytes {
  if (premaster.length !== premasterLength) {
    throw new TlsMisuse('premaster-length', `a premaster secret has ${premasterLength} bytes`);
  }
  const imported = key.type === 'rsa' ? importPublicKey(key) : undefined;
  try {
    if (imported !== undefined) {
      return plain(publicEncrypt({ key: imported, padding: constants.RSA_PKCS1_PADDING }, premaster));
    }
  } catch {
    // A modulus too short for 48 bytes and their padding.
  }
  throw new TlsMisuse('premaster-key', 'RSA key exchange needs a well-formed rsaEncryption key');
}

/** An RSA private key and its modulus, most significant byte first. */
export interface DecryptionKey {
  readonly key: KeyObject;
  readonly modulus: Bytes;
}

/**
 * RFC 5246 §7.4.7.1: one answer of 48 bytes for every ciphertext, good or bad. The padding is removed here because
 * Node refuses to remove it (CVE-2023-46809) and because the expected length lets it be done in constant time.
 */
export function decryptPremaster(
  { key, modulus }: DecryptionKey,
  ciphertext: Bytes,
  clientVersion: number,
  substitute: Bytes,
): Bytes {
  const possible = ciphertext.length === modulus.length && compare(ciphertext, modulus) < 0;
  // A ciphertext that RSA cannot take is answered with the work that any other one costs.
  const input = possible ? ciphertext : halved(modulus);
  const block = plain(privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, input));
  try {
    return unpadPremaster(block, clientVersion, substitute, possible ? 1 : 0);
  } finally {
    block.fill(0);
  }
}

/** Some number of the modulus' length below it. */
function halved(modulus: Bytes): Bytes {
  const decoy = modulus.slice();
  decoy[0] = (modulus[0] as number) >> 1;
  return decoy;
}
