import type { SynchronousKeyExchange, SynchronousProvider, SynchronousSigningKey } from '@tlsmith/crypto';
import { type Bytes, equal } from '@tlsmith/types';

/** How many values went through a provider, and how many of them began with a zero byte. */
export interface Counts {
  secrets: number;
  zeroSecrets: number;
  signatures: number;
  zeroSignatures: number;
}

/**
 * A provider that does what another does, and counts. Of the signatures it counts those that it makes, and those by
 * `serverKey` (a SubjectPublicKeyInfo) that it finds good: a chain's own signatures are the same in every handshake.
 */
export function tapped(
  provider: SynchronousProvider,
  serverKey: Bytes,
): { readonly provider: SynchronousProvider; readonly counts: Counts } {
  const counts: Counts = { secrets: 0, zeroSecrets: 0, signatures: 0, zeroSignatures: 0 };
  const seeSignature = (algorithm: string, signature: Bytes): void => {
    counts.signatures++;
    const zero = algorithm.startsWith('ecdsa-')
      ? integersOf(signature).some((integer) => integer.length < coordinateLength)
      : signature[0] === 0;
    if (zero) counts.zeroSignatures++;
  };
  const seeSecret = (secret: Bytes): void => {
    counts.secrets++;
    if (secret[0] === 0) counts.zeroSecrets++;
  };
  const groups = Object.entries(provider.groups).map(([name, group]) => [name, tapGroup(group, seeSecret)]);
  const tap: SynchronousProvider = {
    ...provider,
    groups: Object.fromEntries(groups) as SynchronousProvider['groups'],
    verify: (algorithm, key, content, signature) => {
      const good = provider.verify(algorithm, key, content, signature);
      if (good && equal(key.spki, serverKey)) seeSignature(algorithm, signature);
      return good;
    },
    importSigningKey: (pkcs8) => tapKey(provider.importSigningKey(pkcs8), seeSignature),
  };
  return { provider: tap, counts };
}

function tapGroup(group: SynchronousKeyExchange, see: (secret: Bytes) => void): SynchronousKeyExchange {
  return {
    ...group,
    respond: (share) => {
      const answer = group.respond(share);
      if (answer !== undefined) see(answer.secret);
      return answer;
    },
    finish: (key, share) => {
      const secret = group.finish(key, share);
      if (secret !== undefined) see(secret);
      return secret;
    },
  };
}

function tapKey(
  key: SynchronousSigningKey,
  see: (algorithm: string, signature: Bytes) => void,
): SynchronousSigningKey {
  const { type, bits, spki } = key;
  return {
    type,
    bits,
    spki,
    sign: (algorithm, content) => {
      const signature = key.sign(algorithm, content);
      see(algorithm, signature);
      return signature;
    },
  };
}

/** The magnitudes of r and s in `SEQUENCE { INTEGER r, INTEGER s }` (RFC 3279 §2.2.3), for curves up to 384 bits. */
export function integersOf(signature: Bytes): readonly [Bytes, Bytes] {
  const first = 4;
  const second = first + (signature[3] as number) + 2;
  return [magnitude(signature.subarray(first, second - 2)), magnitude(signature.subarray(second))];
}

/** DER puts a zero byte before a high bit (X.690 §8.3.2), and takes all others away. */
const magnitude = (integer: Bytes): Bytes => (integer[0] === 0 ? integer.subarray(1) : integer);

/** Bytes of r and of s: the series sign with P-256. */
const coordinateLength = 32;
