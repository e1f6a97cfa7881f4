import { type Bytes, type PublicKey, TlsMisuse } from '@tlsmith/types';
import { padPremaster } from '../premaster.ts';
import { random } from './hash.ts';
import { publicOperation, type RsaKey, rsaKey } from './rsa.ts';

/** RSAES-PKCS1-v1_5 (RFC 8017 §7.2.1) of a 48-byte premaster secret; as long as the modulus. */
export function encryptPremaster(key: PublicKey, premaster: Bytes): Bytes {
  const rsa = key.type === 'rsa' ? wellFormed(key) : undefined;
  if (rsa === undefined) {
    throw new TlsMisuse('premaster-key', 'RSA key exchange needs a well-formed rsaEncryption key');
  }
  // The block begins with a zero byte and the modulus does not, so that the operation has a result.
  return publicOperation(rsa, padPremaster(premaster, rsa.length, random)) as Bytes;
}

function wellFormed(key: PublicKey): RsaKey | undefined {
  try {
    return rsaKey(key);
  } catch {
    return undefined;
  }
}
