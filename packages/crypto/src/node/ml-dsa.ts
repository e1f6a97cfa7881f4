import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { type Bytes, concat, fromHex, type MlDsa, type PublicKey, TlsMisuse } from '@tlsmith/types';

/** Whether an algorithm is ML-DSA. */
export function isMlDsa(algorithm: string): algorithm is MlDsa {
  return Object.hasOwn(parameterSets, algorithm);
}

/**
 * What of ML-DSA there is: verification, where node:crypto has it (Node 24.6 and later over OpenSSL 3.5). Asked of the
 * platform itself, since neither version says it alone.
 */
export function mlDsaAlgorithms(): readonly MlDsa[] {
  available ??= (Object.keys(parameterSets) as MlDsa[]).filter(
    (type) => importKey(type, new Uint8Array(parameterSets[type].length)) !== undefined,
  );
  return available;
}

let available: readonly MlDsa[] | undefined;

/**
 * Whether a signature with an empty context (RFC 9881 §3) is good; what is malformed is answered with false.
 *
 * @throws {TlsMisuse} `unsupported-signature-algorithm` where the platform has none of it.
 */
export function verifyMlDsa(
  algorithm: MlDsa,
  { type, key }: PublicKey,
  content: Bytes,
  signature: Bytes,
): boolean {
  if (!mlDsaAlgorithms().includes(algorithm)) {
    throw new TlsMisuse('unsupported-signature-algorithm', `this version of node:crypto lacks ${algorithm}`);
  }
  if (type !== algorithm) return false;
  const imported = importKey(type, key);
  try {
    return imported !== undefined && verify(null, content, imported, signature);
  } catch {
    return false;
  }
}

// SubjectPublicKeyInfo around the raw key (RFC 9881 §4): two sequences, the identifier without parameters, a BIT STRING.
function importKey(type: MlDsa, key: Bytes): KeyObject | undefined {
  const { spki, length } = parameterSets[type];
  if (key.length !== length) return undefined;
  try {
    const der = Buffer.from(concat(fromHex(spki), key));
    return createPublicKey({ key: der, format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}

/** What goes before a key of each parameter set, and the length of the key (FIPS 204 §4). */
const parameterSets: Readonly<Record<MlDsa, { readonly spki: string; readonly length: number }>> = {
  'ml-dsa-44': { spki: '30820532300b06096086480165030403110382052100', length: 1312 },
  'ml-dsa-65': { spki: '308207b2300b0609608648016503040312038207a100', length: 1952 },
  'ml-dsa-87': { spki: '30820a32300b060960864801650304031303820a2100', length: 2592 },
};
