import { constants, type KeyObject, sign, verify as verifySignature } from 'node:crypto';
import { type Bytes, type KeyType, type PublicKey, type SignatureAlgorithm, TlsMisuse } from '@tlsmith/types';
import { type SignatureParts, signatureParts, signingParts } from '../signature.ts';
import { plain } from './bytes.ts';
import { isDsa, verifyDsa } from './dsa.ts';
import { isMlDsa, verifyMlDsa } from './ml-dsa.ts';
import { importPublicKey } from './public-key.ts';

/** Whether a signature is good; malformed keys and signatures are answered with false. */
export function verify(
  algorithm: SignatureAlgorithm,
  key: PublicKey,
  content: Bytes,
  signature: Bytes,
): boolean {
  if (isDsa(algorithm)) return verifyDsa(algorithm, key, content, signature);
  if (isMlDsa(algorithm)) return verifyMlDsa(algorithm, key, content, signature);
  // MD5 is here to look at what is long past, and nobody else has it.
  const isMd5 = algorithm === 'rsa-pkcs1-md5';
  const parts = signatureParts(isMd5 ? 'rsa-pkcs1-sha1' : algorithm);
  if (!parts.keys.includes(key.type)) return false;
  const imported = importPublicKey(key);
  if (imported === undefined) return false;
  try {
    const hash = isMd5 ? 'md5' : hashOf(parts);
    return verifySignature(hash, content, withPadding(imported, parts), signature);
  } catch {
    return false;
  }
}

/** Signs the whole content. */
export function signContent(
  key: KeyObject,
  type: KeyType,
  algorithm: SignatureAlgorithm,
  content: Bytes,
): Bytes {
  const parts = signingParts(algorithm, type);
  try {
    return plain(sign(hashOf(parts), content, withPadding(key, parts)));
  } catch {
    // OpenSSL refuses a modulus too short for the padding and hashes that the key's own parameters exclude.
    throw new TlsMisuse('signature-algorithm-mismatch', `this key of type ${type} cannot sign ${algorithm}`);
  }
}

function hashOf(parts: SignatureParts): string | null {
  return parts.family === 'eddsa' ? null : parts.hash;
}

/** What Node's functions take: DER and PKCS #1 are what they do unless told otherwise, and a bare key costs them less. */
function withPadding(key: KeyObject, { family }: SignatureParts): KeyObject | PssInput {
  if (family !== 'rsa-pss') return key;
  // RFC 9846 §4.3.3: the salt is as long as the hash; MGF1 uses the same hash unless told otherwise.
  return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
}

interface PssInput {
  readonly key: KeyObject;
  readonly padding: number;
  readonly saltLength: number;
}
