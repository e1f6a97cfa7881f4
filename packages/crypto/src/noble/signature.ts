import type { Bytes, HashName, PublicKey, SignatureAlgorithm } from '@tlsmith/types';
import { type CurveKeyType, hasPublicKeyForm } from '../key-type.ts';
import { type SignatureParts, signatureParts } from '../signature.ts';
import { curves } from './curves.ts';
import { allowsPss } from '../pss-restrictions.ts';
import { rsaKey, verifyPkcs1, verifyPss } from './rsa.ts';

/** Whether a signature is good; malformed keys and signatures are answered with false. */
export function verify(
  algorithm: SignatureAlgorithm,
  key: PublicKey,
  content: Bytes,
  signature: Bytes,
): boolean {
  const parts = signatureParts(algorithm);
  if (!parts.keys.includes(key.type)) return false;
  try {
    return key.type === 'rsa' || key.type === 'rsa-pss'
      ? verifyRsa(parts, key, content, signature)
      : verifyCurve(parts, key, content, signature);
  } catch {
    return false;
  }
}

function verifyCurve(
  parts: SignatureParts,
  { type, key }: PublicKey,
  content: Bytes,
  signature: Bytes,
): boolean {
  const curve = type as CurveKeyType;
  return hasPublicKeyForm(curve, key) && curves[curve].verify(parts, signature, content, key);
}

function verifyRsa(parts: SignatureParts, key: PublicKey, content: Bytes, signature: Bytes): boolean {
  const rsa = rsaKey(key);
  if (rsa === undefined || parts.family === 'eddsa') return false;
  if (parts.family === 'rsa-pkcs1') return verifyPkcs1(parts.hash, rsa, content, signature);
  return mayUse(key, parts.hash) && verifyPss(parts.hash, rsa, content, signature);
}

function mayUse(key: PublicKey, hash: HashName): boolean {
  return key.type !== 'rsa-pss' || allowsPss(key.spki, hash);
}
