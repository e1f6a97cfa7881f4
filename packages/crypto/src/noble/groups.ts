import { x25519 } from '@noble/curves/ed25519.js';
import { x448 } from '@noble/curves/ed448.js';
import { p256, p384, p521 } from '@noble/curves/nist.js';
import type { Bytes } from '@tlsmith/types';
import { keyExchange } from '../key-exchange.ts';
import { type CurveKeyType, hasPublicKeyForm } from '../key-type.ts';
import type { GroupName, SynchronousKeyExchange } from '../synchronous.ts';

interface Curve {
  /** Set for the curves whose shares are points in the form of SEC 1. */
  readonly point?: CurveKeyType;
  readonly curve: {
    readonly utils: { randomSecretKey(): Bytes };
    getPublicKey(privateKey: Bytes, compressed?: boolean): Bytes;
    getSharedSecret(privateKey: Bytes, peer: Bytes, compressed?: boolean): Bytes;
  };
}

const curves: Readonly<Record<GroupName, Curve>> = {
  x25519: { curve: x25519 },
  secp256r1: { curve: p256, point: 'p256' },
  secp384r1: { curve: p384, point: 'p384' },
  secp521r1: { curve: p521, point: 'p521' },
  x448: { curve: x448 },
};

/** The groups of noble (RFC 9846 §4.3.8.2, RFC 8422 §5.1.1). */
export const groups: Readonly<Record<GroupName, SynchronousKeyExchange>> = {
  x25519: portable('x25519'),
  secp256r1: portable('secp256r1'),
  secp384r1: portable('secp384r1'),
  secp521r1: portable('secp521r1'),
  x448: portable('x448'),
};

/**
 * The shared secret of a group; undefined for a share of another form or length, off the curve, or one that makes the
 * secret of X25519 or X448 all zero (RFC 9846 §7.4.2).
 */
function agree(group: GroupName, privateKey: Bytes, peerShare: Bytes): Bytes | undefined {
  const found = curves[group];
  // noble would take compressed points too, which TLS forbids (RFC 9846 §4.3.8.2).
  if (found.point !== undefined && !hasPublicKeyForm(found.point, peerShare)) return undefined;
  try {
    // The x-coordinate stands behind the 02 or 03 of a compressed point, in full length.
    return found.point === undefined
      ? found.curve.getSharedSecret(privateKey, peerShare)
      : found.curve.getSharedSecret(privateKey, peerShare, true).slice(1);
  } catch {
    return undefined;
  }
}

function portable(group: GroupName): SynchronousKeyExchange {
  const { point, curve } = curves[group];
  return keyExchange<Bytes>(group, {
    generate() {
      const privateKey = curve.utils.randomSecretKey();
      const share =
        point === undefined ? curve.getPublicKey(privateKey) : curve.getPublicKey(privateKey, false);
      return { share, privateKey };
    },
    agree: (privateKey, peerShare) => agree(group, privateKey, peerShare),
  });
}
