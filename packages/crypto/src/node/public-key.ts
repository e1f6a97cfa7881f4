import { createPublicKey, type KeyObject } from 'node:crypto';
import { type Bytes, DecodeError, type PublicKey, RecentlyUsed } from '@tlsmith/types';
import { type CurveKeyType, hasPublicKeyForm, isPortable } from '../key-type.ts';
import { publicKeyFromSpki, rsaPublicKey } from '../public-key.ts';
import { toBase64Url } from './bytes.ts';

/**
 * Imports a public key, or finds it among those that were imported lately: an import costs as much as a verification.
 * undefined for a key that OpenSSL refuses or that is not of its declared type.
 */
export function importPublicKey(key: PublicKey): KeyObject | undefined {
  // The name of an entry holds exactly what the import reads: a PublicKey whose fields disagree cannot poison it.
  const source = key.type === 'rsa-pss' ? key.spki : key.key;
  const name = `${key.type}:${Buffer.from(source.buffer, source.byteOffset, source.length).toString('latin1')}`;
  const known = recent.get(name);
  if (known !== undefined) return known;
  const imported = importFresh(key);
  if (imported !== undefined) recent.set(name, imported);
  return imported;
}

function importFresh({ type, spki, key }: PublicKey): KeyObject | undefined {
  try {
    if (type === 'rsa-pss') return importRestricted(spki);
    if (!isPortable(type)) return undefined;
    return createPublicKey({ key: type === 'rsa' ? rsaJwk(key) : curveJwk(type, key), format: 'jwk' });
  } catch {
    return undefined;
  }
}

/** An RSASSA-PSS key's parameters stand outside of its bytes, so that it needs the whole SubjectPublicKeyInfo. */
function importRestricted(spki: Bytes): KeyObject | undefined {
  // OpenSSL ignores bytes behind the structure; this does not.
  if (publicKeyFromSpki(spki).type !== 'rsa-pss') return undefined;
  return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
}

/** Modulus and exponent (RFC 7518 §6.3.1). */
function rsaJwk(key: Bytes): { kty: string; n: string; e: string } {
  const { modulus, exponent } = rsaPublicKey(key);
  return { kty: 'RSA', n: toBase64Url(modulus), e: toBase64Url(exponent) };
}

/** The point's two coordinates, or an Edwards curve's encoded point (RFC 7518 §6.2.1, RFC 8037 §2). */
function curveJwk(type: CurveKeyType, key: Bytes): { kty: string; crv: string; x: string; y?: string } {
  const crv = names[type];
  if (!hasPublicKeyForm(type, key)) throw new DecodeError(0, ['subjectPublicKey'], `a public key of ${type}`);
  if (type === 'ed25519' || type === 'ed448') return { kty: 'OKP', crv, x: toBase64Url(key) };
  const half = (key.length + 1) / 2;
  return { kty: 'EC', crv, x: toBase64Url(key.subarray(1, half)), y: toBase64Url(key.subarray(half)) };
}

const names: Readonly<Record<CurveKeyType, string>> = {
  p256: 'P-256',
  p384: 'P-384',
  p521: 'P-521',
  ed25519: 'Ed25519',
  ed448: 'Ed448',
};

const recent = new RecentlyUsed<KeyObject>(256);
