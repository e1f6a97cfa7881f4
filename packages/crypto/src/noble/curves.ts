import { type ECDSA, ecdsa as bindHash } from '@noble/curves/abstract/weierstrass.js';
import { ed25519 } from '@noble/curves/ed25519.js';
import { ed448 } from '@noble/curves/ed448.js';
import { p256, p384, p521 } from '@noble/curves/nist.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import type { Bytes } from '@tlsmith/types';
import type { CurveKeyType } from '../key-type.ts';
import type { SignatureParts } from '../signature.ts';

/** Signatures of one curve. Throws whatever noble throws for malformed keys and signatures. */
export interface CurveSignatures {
  publicKey(privateKey: Bytes): Bytes;
  sign(parts: SignatureParts, content: Bytes, privateKey: Bytes): Bytes;
  verify(parts: SignatureParts, signature: Bytes, content: Bytes, publicKey: Bytes): boolean;
}

/** Signatures by the type of key. */
export const curves: Readonly<Record<CurveKeyType, CurveSignatures>> = {
  p256: ecdsa(p256),
  p384: ecdsa(p384),
  p521: ecdsa(p521),
  ed25519: eddsa(ed25519),
  ed448: eddsa(ed448),
};

/** ECDSA with DER signatures, deterministic when signing (RFC 6979 §3). */
function ecdsa({ Point }: ECDSA): CurveSignatures {
  // noble binds a curve to one hash; TLS 1.2 and certificates combine them freely.
  const sha256s = bindHash(Point, sha256);
  const byHash = {
    sha1: bindHash(Point, sha1),
    sha256: sha256s,
    sha384: bindHash(Point, sha384),
    sha512: bindHash(Point, sha512),
  };
  const forHash = (parts: SignatureParts): ECDSA => (parts.family === 'eddsa' ? sha256s : byHash[parts.hash]);
  // TLS has no rule about the half in which s lies; both are valid signatures.
  const options = { lowS: false, format: 'der' } as const;
  return {
    publicKey: (privateKey) => sha256s.getPublicKey(privateKey, false),
    sign: (parts, content, privateKey) => forHash(parts).sign(content, privateKey, options),
    verify: (parts, signature, content, publicKey) =>
      forHash(parts).verify(signature, content, publicKey, options),
  };
}

/** Ed25519 and Ed448 (RFC 8032 §5), without context. */
function eddsa(curve: typeof ed25519): CurveSignatures {
  return {
    publicKey: (privateKey) => curve.getPublicKey(privateKey),
    sign: (_, content, privateKey) => curve.sign(content, privateKey),
    // Without the option noble takes encodings that RFC 8032 §5.1.3 refuses, for the sake of blockchains.
    verify: (_, signature, content, publicKey) =>
      curve.verify(signature, content, publicKey, { zip215: false }),
  };
}
