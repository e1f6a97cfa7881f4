import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { type Bytes, type KeyType, type PublicKey, type SignatureAlgorithm, TlsMisuse } from '@tlsmith/types';
import { readPrivateKey } from '../private-key.ts';
import { publicKeyFromSpki, rsaPublicKey } from '../public-key.ts';
import type { SynchronousSigningKey } from '../synchronous.ts';
import { decryptPremaster } from './premaster.ts';
import { signContent } from './signature.ts';

/**
 * Imports a private key: PKCS #8 as PEM or DER, or the PEM of the forms before it.
 *
 * @throws {TlsMisuse} `private-key-malformed`, `private-key-missing`, `private-key-encrypted`.
 */
export function importSigningKey(pkcs8: string | Bytes): SynchronousSigningKey {
  const { type, pkcs8: der } = readPrivateKey(pkcs8);
  const key = importPkcs8(der);
  const publicKey = publicKeyOf(key);
  if (publicKey.type !== type) throw malformed();
  return type === 'rsa' ? new RsaKey(key, publicKey) : new NodeKey(key, publicKey);
}

function publicKeyOf(key: KeyObject): PublicKey {
  try {
    return publicKeyFromSpki(new Uint8Array(createPublicKey(key).export({ type: 'spki', format: 'der' })));
  } catch {
    // OpenSSL takes a private key of zero; the public key is then no point that can be written.
    throw malformed();
  }
}

function importPkcs8(der: Bytes): KeyObject {
  try {
    return createPrivateKey({
      key: Buffer.from(der.buffer, der.byteOffset, der.length),
      format: 'der',
      type: 'pkcs8',
    });
  } catch {
    // The reason stays out of the message: OpenSSL's errors may quote what they read.
    throw malformed();
  } finally {
    der.fill(0);
  }
}

function malformed(): TlsMisuse {
  return new TlsMisuse('private-key-malformed', 'OpenSSL does not take this private key');
}

class NodeKey implements SynchronousSigningKey {
  readonly type: KeyType;
  readonly bits: number;
  readonly spki: Bytes;
  readonly #key: KeyObject;

  constructor(key: KeyObject, { type, bits, spki }: PublicKey) {
    this.type = type;
    this.bits = bits;
    this.spki = spki;
    this.#key = key;
  }

  // Of the prototype: who spreads this key to answer otherwise may answer later.
  get synchronous(): true {
    return true;
  }

  sign(algorithm: SignatureAlgorithm, content: Bytes): Bytes {
    return signContent(this.#key, this.type, algorithm, content);
  }
}

class RsaKey extends NodeKey {
  readonly #key: KeyObject;
  readonly #modulus: Bytes;

  constructor(key: KeyObject, publicKey: PublicKey) {
    super(key, publicKey);
    this.#key = key;
    this.#modulus = rsaPublicKey(publicKey.key).modulus;
  }

  decryptPremaster(ciphertext: Bytes, clientVersion: number, substitute: Bytes): Bytes {
    const key = { key: this.#key, modulus: this.#modulus };
    return decryptPremaster(key, ciphertext, clientVersion, substitute);
  }
}
