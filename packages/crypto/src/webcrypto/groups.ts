import { type Awaitable, type Bytes, equal, type KeyExchangeAlgorithm } from '@tlsmith/types';
import { hasPublicKeyForm } from '../key-type.ts';
import { groups as portableGroups } from '../noble/groups.ts';
import { EphemeralKey } from '../opaque.ts';
import type { GroupName } from '../synchronous.ts';
import { isUnsupported, subtle } from './platform.ts';

/** The groups that some platforms have (RFC 9846 §4.3.8.2, RFC 8422 §5.1.1); hardly any has X448, so that is noble's. */
export const groups: Readonly<Record<GroupName, KeyExchangeAlgorithm>> = {
  x25519: keyExchange('x25519'),
  secp256r1: keyExchange('secp256r1'),
  secp384r1: keyExchange('secp384r1'),
  secp521r1: keyExchange('secp521r1'),
  x448: portableGroups.x448,
};

/** An ephemeral key pair: its share, and what its private key makes of the peer's. */
export interface Half {
  readonly share: Bytes;
  readonly agree: (peerShare: Bytes) => Awaitable<Bytes | undefined>;
}

function keyExchange(group: PlatformGroup): KeyExchangeAlgorithm {
  return {
    name: group,
    async begin() {
      const half = await generate(group);
      return { share: half.share, key: new EphemeralKey(group, half) };
    },
    async respond(peerShare) {
      const peer = new Uint8Array(peerShare);
      const { share, agree } = await generate(group);
      const secret = await agree(peer);
      return secret === undefined ? undefined : { share, secret };
    },
    finish: async (key, peerShare) => EphemeralKey.take<Half>(key, group).agree(peerShare),
  };
}

async function generate(group: PlatformGroup): Promise<Half> {
  const platform = subtle();
  const { algorithm } = curves[group];
  try {
    const pair = (await platform.generateKey(algorithm, false, ['deriveBits'])) as CryptoKeyPair;
    return {
      share: new Uint8Array(await platform.exportKey('raw', pair.publicKey)),
      agree: (peerShare) => agree(group, pair.privateKey, peerShare),
    };
  } catch (error) {
    if (isUnsupported(error)) return portable(group);
    throw error;
  }
}

/** For platforms without the group, as older browsers are without X25519. */
function portable(group: PlatformGroup): Half {
  const { begin, finish } = portableGroups[group];
  const { share, key } = begin();
  return { share, agree: (peerShare) => finish(key, peerShare) };
}

/**
 * The shared secret; undefined for a share of another form or length, off the curve, or one that makes the secret of
 * X25519 all zero (RFC 9846 §7.4.2).
 */
export async function agree(
  group: PlatformGroup,
  privateKey: CryptoKey,
  peerShare: Bytes,
): Promise<Bytes | undefined> {
  const { algorithm, point, length } = curves[group];
  // Platforms may take compressed points too, which TLS forbids (RFC 9846 §4.3.8.2).
  if (point === undefined ? peerShare.length !== length : !hasPublicKeyForm(point, peerShare))
    return undefined;
  const platform = subtle();
  try {
    const peer = await platform.importKey('raw', peerShare as BufferSource, algorithm, false, []);
    const derivation = { name: algorithm.name, public: peer };
    const secret = new Uint8Array(await platform.deriveBits(derivation, privateKey, 8 * length));
    const worthless = group === 'x25519' && equal(secret, new Uint8Array(length));
    return worthless ? undefined : secret;
  } catch {
    return undefined;
  }
}

/** The groups that are asked of the platform first. */
export type PlatformGroup = Exclude<GroupName, 'x448'>;

// `length` is that of the secret in bytes: the x-coordinate in full.
const curves = {
  x25519: { algorithm: { name: 'X25519' }, point: undefined, length: 32 },
  secp256r1: { algorithm: { name: 'ECDH', namedCurve: 'P-256' }, point: 'p256', length: 32 },
  secp384r1: { algorithm: { name: 'ECDH', namedCurve: 'P-384' }, point: 'p384', length: 48 },
  secp521r1: { algorithm: { name: 'ECDH', namedCurve: 'P-521' }, point: 'p521', length: 66 },
} as const;
