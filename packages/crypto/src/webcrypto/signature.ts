import { type Bytes, copyBytes, type PublicKey, type SignatureAlgorithm } from '@tlsmith/types';
import { hasPublicKeyForm, isEcdsa, isPortable } from '../key-type.ts';
import { rsaKey } from '../noble/rsa.ts';
import { verify as verifyPortably } from '../noble/signature.ts';
import { allowsPss } from '../pss-restrictions.ts';
import { encodeSpki } from '../public-key.ts';
import { type SignatureParts, signatureParts } from '../signature.ts';
import { type PlatformKeyType, platformAlgorithm, rawSignature } from './algorithm.ts';
import { isUnsupported, subtle } from './platform.ts';

/** Whether a signature is good; malformed keys and signatures are answered with false. */
export async function verify(
  algorithm: SignatureAlgorithm,
  key: PublicKey,
  content: Bytes,
  signature: Bytes,
): Promise<boolean> {
  const parts = signatureParts(algorithm);
  const platform = subtle();
  const { type } = key;
  if (!parts.keys.includes(type)) return false;
  if (type === 'ed448' || !isPortable(type)) return verifyPortably(algorithm, key, content, signature);
  const facts = [copyBytes(content), copyBytes(signature)] as const;
  try {
    return await verifyWith(platform, parts, { ...key, type }, facts);
  } catch (error) {
    return isUnsupported(error) && verifyPortably(algorithm, key, ...facts);
  }
}

async function verifyWith(
  platform: SubtleCrypto,
  parts: SignatureParts,
  key: PublicKey & { readonly type: PlatformKeyType },
  [content, signature]: readonly [Bytes, Bytes],
): Promise<boolean> {
  const { forKey, forUse } = platformAlgorithm(parts, key.type);
  const form = keyForm(parts, key);
  if (form === undefined) return false;
  const [format, bytes] = form;
  const raw = isEcdsa(key.type) ? rawSignature(key.type, signature) : signature;
  const imported = await platform.importKey(format, bytes as BufferSource, forKey, false, ['verify']);
  return await platform.verify(forUse, imported, raw as BufferSource, content as BufferSource);
}

/** The public key as it is imported; undefined for one that this algorithm must not be verified with. */
function keyForm(
  parts: SignatureParts,
  key: PublicKey & { readonly type: PlatformKeyType },
): readonly ['raw' | 'spki', Bytes] | undefined {
  if (key.type !== 'rsa' && key.type !== 'rsa-pss') {
    return hasPublicKeyForm(key.type, key.key) ? ['raw', key.key] : undefined;
  }
  // Platforms have limits of their own; these keep the answer the same everywhere, and the peer from choosing the time.
  if (rsaKey(key) === undefined) return undefined;
  const restricted = key.type === 'rsa-pss' && parts.family === 'rsa-pss';
  if (restricted && !allowsPss(key.spki, parts.hash)) return undefined;
  // Web Crypto knows RSA keys as rsaEncryption alone, whatever they are for.
  return ['spki', encodeSpki('rsa', key.key)];
}
