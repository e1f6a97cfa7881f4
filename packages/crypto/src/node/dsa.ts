import { createPublicKey, verify } from 'node:crypto';
import type { Bytes, PublicKey } from '@tlsmith/types';

/** DSA with a hash (RFC 3279 §2.2.2, RFC 5758 §3.1). */
export type DsaAlgorithm = 'dsa-sha1' | 'dsa-sha256';

/** What of DSA there is: verification, for certificates of a time when it was in use. */
export const dsaAlgorithms: readonly DsaAlgorithm[] = ['dsa-sha1', 'dsa-sha256'];

/** Whether an algorithm is DSA. */
export function isDsa(algorithm: string): algorithm is DsaAlgorithm {
  return algorithm === 'dsa-sha1' || algorithm === 'dsa-sha256';
}

/**
 * Whether a DSA signature, a DER Dss-Sig-Value (RFC 3279 §2.2.2), is good; malformed ones, and keys without domain
 * parameters, are answered with false.
 */
export function verifyDsa(
  algorithm: DsaAlgorithm,
  key: PublicKey,
  content: Bytes,
  signature: Bytes,
): boolean {
  if (key.type !== 'dsa') return false;
  try {
    const imported = createPublicKey({ key: Buffer.from(key.spki), format: 'der', type: 'spki' });
    const isWhole = imported.export({ format: 'der', type: 'spki' }).equals(key.spki);
    // OpenSSL ignores bytes behind the structure; this does not.
    if (imported.asymmetricKeyType !== 'dsa' || !isWhole) return false;
    const hash = algorithm === 'dsa-sha1' ? 'sha1' : 'sha256';
    return verify(hash, content, { key: imported, dsaEncoding: 'der' }, signature);
  } catch {
    return false;
  }
}
