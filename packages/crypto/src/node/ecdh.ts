import { createECDH, type ECDH } from 'node:crypto';
import type { Bytes } from '@tlsmith/types';
import { keyExchange } from '../key-exchange.ts';
import { type CurveKeyType, hasPublicKeyForm } from '../key-type.ts';
import type { SynchronousKeyExchange } from '../synchronous.ts';
import { plain } from './bytes.ts';

/** Names of the NIST curves in TLS. */
export type NistGroup = 'secp256r1' | 'secp384r1' | 'secp521r1';

/** ECDH on a NIST curve; shares are uncompressed points, secrets the x-coordinate in full length. */
export function ecdh(group: NistGroup): SynchronousKeyExchange {
  return keyExchange<ECDH>(group, {
    generate() {
      const privateKey = createECDH(curves[group].name);
      return { share: plain(privateKey.generateKeys()), privateKey };
    },
    agree: (privateKey, peerShare) => agreeEcdh(group, privateKey, peerShare),
  });
}

/** The shared secret; undefined for a share that is compressed, of another length or off the curve. */
function agreeEcdh(group: NistGroup, privateKey: ECDH, peerShare: Bytes): Bytes | undefined {
  // OpenSSL would take the compressed and hybrid forms too, which TLS forbids (RFC 9846 §4.3.8.2).
  if (!hasPublicKeyForm(curves[group].type, peerShare)) return undefined;
  try {
    return plain(privateKey.computeSecret(peerShare));
  } catch {
    return undefined;
  }
}

const curves: Readonly<Record<NistGroup, { readonly name: string; readonly type: CurveKeyType }>> = {
  secp256r1: { name: 'prime256v1', type: 'p256' },
  secp384r1: { name: 'secp384r1', type: 'p384' },
  secp521r1: { name: 'secp521r1', type: 'p521' },
};
