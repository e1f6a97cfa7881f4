import { createPublicKey, diffieHellman, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type Bytes, equal } from '@tlsmith/types';
import { keyExchange } from '../key-exchange.ts';
import type { SynchronousKeyExchange } from '../synchronous.ts';
import { fromBase64Url, plain, toBase64Url } from './bytes.ts';

/** X25519 or X448 (RFC 7748 §5); shares and secrets are 32 or 56 bytes. */
export function xdh(group: XdhGroup): SynchronousKeyExchange {
  return keyExchange<KeyObject>(group, {
    generate() {
      const { publicKey, privateKey } = curves[group].generate();
      return { share: fromBase64Url(publicKey.x), privateKey };
    },
    agree: (privateKey, peerShare) => agreeXdh(group, privateKey, peerShare),
  });
}

/** The shared secret; undefined for a share of another length and for one that makes the secret all zero. */
function agreeXdh(group: XdhGroup, privateKey: KeyObject, peerShare: Bytes): Bytes | undefined {
  const { crv, length } = curves[group];
  if (peerShare.length !== length) return undefined;
  try {
    // A JSON Web Key gets raw bytes in with a third of what DER costs.
    const jwk = { kty: 'OKP', crv, x: toBase64Url(peerShare) };
    const secret = plain(
      diffieHellman({ privateKey, publicKey: createPublicKey({ key: jwk, format: 'jwk' }) }),
    );
    // RFC 9846 §7.4.2: abort on the all-zero value. OpenSSL fails by itself, other runtimes need not.
    return equal(secret, new Uint8Array(length)) ? undefined : secret;
  } catch {
    return undefined;
  }
}

type XdhGroup = 'x25519' | 'x448';

interface GeneratedPair {
  readonly publicKey: { readonly x: string };
  readonly privateKey: KeyObject;
}

// The public key is encoded while it is generated, and never exported afterwards: in Node 20 the export locks the key and
// allocates; if that sets off a garbage collection which finds the job that generated the key, the job waits for the same
// lock, on the same thread, for ever. The types know no JSON Web Key here, Node does.
const asJwk = { publicKeyEncoding: { format: 'jwk' } };

const curves = {
  x25519: {
    crv: 'X25519',
    length: 32,
    generate: () => generateKeyPairSync('x25519', asJwk as never) as unknown as GeneratedPair,
  },
  x448: {
    crv: 'X448',
    length: 56,
    generate: () => generateKeyPairSync('x448', asJwk as never) as unknown as GeneratedPair,
  },
} as const;
