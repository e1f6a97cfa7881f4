import {
  type Bytes,
  DecodeError,
  fromHex,
  fromUtf8,
  isDecodeError,
  noBytes,
  type PublicKey,
  TlsMisuse,
} from '@tlsmith/types';
import { contentOf, der, derContent, derUnsigned, derValues, Tag, unsignedInteger } from './der.ts';
import {
  type CurveKeyType,
  curveKeys,
  encodeAlgorithm,
  isEcdsa,
  type PortableKeyType,
  readAlgorithm,
} from './key-type.ts';
import { publicKeyFromSpki } from './public-key.ts';

/** A private key as PKCS #8 frames it. The bytes are secret: who reads them overwrites them. */
export interface PrivateKeyFrame {
  readonly type: PortableKeyType;
  /** A PrivateKeyInfo of version 0 (RFC 5958 §2) with nothing optional in it, DER. */
  readonly pkcs8: Bytes;
  /** A view of its `privateKey`: RSAPrivateKey, ECPrivateKey (RFC 5915 §3) or CurvePrivateKey (RFC 8410 §7). */
  readonly content: Bytes;
}

/**
 * Reads an unencrypted private key: PKCS #8 as DER or PEM, and the PEM of the older forms `EC PRIVATE KEY`
 * (RFC 5915 §4) and `RSA PRIVATE KEY` (RFC 8017 §A.1.2). Certificates and parameters around it are skipped. The
 * result is a copy without attributes and without the public key, which every provider derives by itself.
 *
 * @throws {TlsMisuse} `private-key-encrypted`, `private-key-missing` or `private-key-malformed`.
 * @example
 * ```ts
 * import { generateKeyPairSync } from 'node:crypto';
 * import { readPrivateKey } from '@tlsmith/crypto';
 * const { privateKey } = generateKeyPairSync('ed25519');
 * readPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }) as string).type; // 'ed25519'
 * ```
 */
export function readPrivateKey(input: string | Bytes): PrivateKeyFrame {
  return malformedIsMisuse(() => {
    const isDer = typeof input !== 'string' && input[0] === Tag.sequence;
    const bytes = isDer ? new Uint8Array(input) : fromPem(input);
    try {
      return frame(bytes);
    } finally {
      bytes.fill(0);
    }
  });
}

/**
 * The private scalar or seed inside a key on a curve, a view of the frame.
 *
 * @throws {TlsMisuse} `private-key-malformed`.
 */
export function curvePrivateBytes(type: CurveKeyType, content: Bytes): Bytes {
  return malformedIsMisuse(() => privateBytes(type, content));
}

/**
 * The public half of an RSA key, from the numbers that RSAPrivateKey holds and the key's own AlgorithmIdentifier.
 *
 * @throws {DecodeError} unless this is an RSAPrivateKey of two primes (RFC 8017 §A.1.2).
 */
export function rsaPublicKeyOf({ pkcs8, content }: PrivateKeyFrame): PublicKey {
  const numbers = derValues(derContent(content, Tag.sequence));
  const [, modulus, exponent] = numbers;
  if (numbers.length !== 9 || numbers.map(unsignedInteger)[0]?.[0] !== 0) {
    throw new DecodeError(0, ['RSAPrivateKey', 'version'], 'version 0 and eight numbers');
  }
  const [, algorithm] = derValues(derContent(pkcs8, Tag.sequence));
  const key = der(Tag.sequence, modulus?.whole ?? noBytes, exponent?.whole ?? noBytes);
  const bits = der(Tag.bitString, new Uint8Array(1), key);
  return publicKeyFromSpki(der(Tag.sequence, algorithm?.whole ?? noBytes, bits));
}

/** PKCS #8 that calls an RSAPrivateKey rsaEncryption, whatever the key is restricted to: all that Web Crypto reads. */
export function frameRsaKey(content: Bytes): Bytes {
  return wrapPrivateKey(encodeAlgorithm('rsa'), content);
}

/** PKCS #8 with the public key in the ECPrivateKey, which some of Web Crypto's platforms ask for. */
export function frameEcKey(type: CurveKeyType, privateBytes: Bytes, publicBytes: Bytes): Bytes {
  const publicKey = der(Tag.context1, der(Tag.bitString, new Uint8Array(1), publicBytes));
  const content = der(
    Tag.sequence,
    derUnsigned(Uint8Array.of(1)),
    der(Tag.octetString, privateBytes),
    publicKey,
  );
  return wrapPrivateKey(encodeAlgorithm(type), content);
}

/** Who brings a private key answers for its form: it never comes from the peer. */
export function malformedIsMisuse<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!isDecodeError(error)) throw error;
    throw new TlsMisuse('private-key-malformed', `this is not a private key: expected ${error.expected}`);
  }
}

function frame(pkcs8: Bytes): PrivateKeyFrame {
  const [version, algorithm, privateKey] = derValues(derContent(pkcs8, Tag.sequence));
  const number = contentOf(version, Tag.integer);
  if (number.length !== 1 || (number[0] as number) > 1) throw new DecodeError(0, [], 'version 0 or 1');
  const type = readAlgorithm(algorithm);
  // Version 1 holds the public key as well (RFC 5958 §2), which not every OpenSSL takes.
  const canonical = canonicalContent(type, contentOf(privateKey, Tag.octetString));
  const framed = wrapPrivateKey(algorithm?.whole ?? noBytes, canonical);
  return { type, pkcs8: framed, content: framed.subarray(framed.length - canonical.length) };
}

/** An ECPrivateKey may hold a public key, and the wrong one; without it OpenSSL computes the right one. */
function canonicalContent(type: PortableKeyType, content: Bytes): Bytes {
  if (type === 'rsa' || type === 'rsa-pss') return content;
  const bytes = privateBytes(type, content);
  if (!isEcdsa(type)) return content;
  return der(Tag.sequence, derUnsigned(Uint8Array.of(1)), der(Tag.octetString, bytes));
}

function privateBytes(type: CurveKeyType, content: Bytes): Bytes {
  const bytes = isEcdsa(type) ? ecPrivateBytes(content) : derContent(content, Tag.octetString);
  const { privateLength } = curveKeys[type];
  if (bytes.length === privateLength) return bytes;
  throw new DecodeError(0, [], `${privateLength} bytes of private key for ${type}`);
}

function ecPrivateBytes(content: Bytes): Bytes {
  const [version, privateKey] = derValues(derContent(content, Tag.sequence));
  if (contentOf(version, Tag.integer)[0] !== 1) throw new DecodeError(0, [], 'an ECPrivateKey of version 1');
  return contentOf(privateKey, Tag.octetString);
}

function fromPem(input: string | Bytes): Bytes {
  const text = typeof input === 'string' ? input : fromUtf8(input);
  const [, label = '', body = ''] = pemPrivateKey.exec(text) ?? [];
  if (label === '') {
    throw new TlsMisuse('private-key-missing', 'neither DER nor PEM with a label that ends in PRIVATE KEY');
  }
  // The old PEM encryption puts header lines before the base64.
  if (label.startsWith('ENCRYPTED') || body.includes('ENCRYPTED')) {
    throw new TlsMisuse('private-key-encrypted', 'decrypt the private key first: openssl pkey -in key.pem');
  }
  const content = base64(body);
  if (label === 'EC PRIVATE KEY') return wrapEcPrivateKey(content);
  if (label === 'RSA PRIVATE KEY') return wrapPrivateKey(encodeAlgorithm('rsa'), content);
  return content;
}

/** The curve moves from ECPrivateKey's own `parameters` to the AlgorithmIdentifier (RFC 5915 §3). */
function wrapEcPrivateKey(content: Bytes): Bytes {
  const parameters = derValues(derContent(content, Tag.sequence)).find(({ tag }) => tag === Tag.context0);
  const algorithm = der(Tag.sequence, ecPublicKey, parameters?.content ?? noBytes);
  return wrapPrivateKey(algorithm, content);
}

function wrapPrivateKey(algorithm: Bytes, content: Bytes): Bytes {
  return der(Tag.sequence, derUnsigned(new Uint8Array(1)), algorithm, der(Tag.octetString, content));
}

function base64(text: string): Bytes {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    throw new DecodeError(0, ['PEM'], 'base64');
  }
}

// id-ecPublicKey (RFC 5480 §2.1.1)
const ecPublicKey = fromHex('06072a8648ce3d0201');

const pemPrivateKey: RegExp = /-----BEGIN ((?:[A-Z]+ )?PRIVATE KEY)-----([\s\S]*?)-----END \1-----/;
