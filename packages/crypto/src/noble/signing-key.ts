import { type Bytes, type SignatureAlgorithm, TlsMisuse } from '@tlsmith/types';
import { type CurveKeyType, curveKeys } from '../key-type.ts';
import { curvePrivateBytes, readPrivateKey } from '../private-key.ts';
import { encodeSpki } from '../public-key.ts';
import { signingParts } from '../signature.ts';
import type { SynchronousSigningKey } from '../synchronous.ts';
import { curves } from './curves.ts';

/**
 * Imports a private key on a curve: PKCS #8 as PEM or DER, or an `EC PRIVATE KEY` in PEM.
 *
 * @throws {TlsMisuse} `private-key-malformed`, `private-key-missing`, `private-key-encrypted`, and
 * `private-key-unsupported` for RSA keys: JavaScript's integers cannot keep an RSA private key from showing in time.
 */
export function importSigningKey(pkcs8: string | Bytes): SynchronousSigningKey {
  const frame = readPrivateKey(pkcs8);
  try {
    const { type } = frame;
    if (type === 'rsa' || type === 'rsa-pss') {
      throw new TlsMisuse(
        'private-key-unsupported',
        'the noble provider has no RSA private keys: import this one with `node` of @tlsmith/crypto/node',
      );
    }
    return new CurveKey(type, curvePrivateBytes(type, frame.content).slice());
  } finally {
    frame.pkcs8.fill(0);
  }
}

class CurveKey implements SynchronousSigningKey {
  readonly type: CurveKeyType;
  readonly bits: number;
  readonly spki: Bytes;
  readonly #privateKey: Bytes;

  constructor(type: CurveKeyType, privateKey: Bytes) {
    this.type = type;
    this.bits = curveKeys[type].bits;
    this.spki = encodeSpki(type, publicKeyOf(type, privateKey));
    this.#privateKey = privateKey;
  }

  // Of the prototype: who spreads this key to answer otherwise may answer later.
  get synchronous(): true {
    return true;
  }

  sign(algorithm: SignatureAlgorithm, content: Bytes): Bytes {
    const parts = signingParts(algorithm, this.type);
    return curves[this.type].sign(parts, content, this.#privateKey);
  }
}

function publicKeyOf(type: CurveKeyType, privateKey: Bytes): Bytes {
  try {
    return curves[type].publicKey(privateKey);
  } catch {
    // Zero, or not below the group's order.
    throw new TlsMisuse('private-key-malformed', `this is not a private key of ${type}`);
  }
}
