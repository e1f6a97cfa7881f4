import { createPublicKey, type KeyObject } from 'node:crypto';
import { type Bytes, type PublicKey } from '@tlsmith/types';
import { type CurveKeyType, hasPublicKeyForm } from '../key-type.ts';
import { toBase64Url } from './bytes.ts';

/**
 * Imports a public key, or finds it among those that were imported lately: an import costs as much as a verification.
 * undefined for a key that OpenSSL refuses or that is not of its declared type.
 */
export function importPublicKey(key: PublicKey): KeyObject | undefined {
  const rsa = key.type === 'rsa' || key.type === 'rsa-pss';
  // The name of an entry holds exactly what the import reads: a PublicKey whose fields disagree cannot poison it.
  const name = `${key.type}:${Buffer.from(rsa ? key.spki : key.key).toString('latin1')}`;
  const known = recent.get(name) ?? older.get(name);
  const imported = known ?? (rsa ? importRsa(key) : importCurve(key.type as CurveKeyType, key.key));
  if (imported !== undefined) remember(name, imported);
  return imported;
}

function importRsa({ type, spki }: PublicKey): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
    return key.asymmetricKeyType === type ? key : undefined;
  } catch {
    return undefined;
  }
}

function importCurve(type: CurveKeyType, key: Bytes): KeyObject | undefined {
  if (!hasPublicKeyForm(type, key)) return undefined;
  try {
    return createPublicKey({ key: curveJwk(type, key), format: 'jwk' });
  } catch {
    return undefined;
  }
}

/** The point's two coordinates, or an Edwards curve's encoded point (RFC 7518 §6.2.1, RFC 8037 §2). */
function curveJwk(type: CurveKeyType, key: Bytes): { kty: string; crv: string; x: string; y?: string } {
  const crv = names[type];
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

/** Two generations make a bounded cache that keeps what is in use, without a list to reorder. */
function remember(name: string, key: KeyObject): void {
  if (recent.size >= generation) {
    older = recent;
    recent = new Map();
  }
  recent.set(name, key);
}

const generation = 128;
let recent: Map<string, KeyObject> = new Map();
let older: Map<string, KeyObject> = new Map();
