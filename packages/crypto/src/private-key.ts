import {
  type Bytes,
  DecodeError,
  fromHex,
  fromUtf8,
  isDecodeError,
  type KeyType,
  noBytes,
  TlsMisuse,
} from '@tlsmith/types';
import { contentOf, der, derContent, derUnsigned, derValues, Tag } from './der.ts';
import { encodeAlgorithm, readAlgorithm } from './key-type.ts';

/** A private key as PKCS #8 frames it. The bytes are secret: who reads them overwrites them. */
export interface PrivateKeyFrame {
  readonly type: KeyType;
  /** The PrivateKeyInfo, DER (RFC 5958 §2). */
  readonly pkcs8: Bytes;
  /** A view of its `privateKey`: RSAPrivateKey, ECPrivateKey (RFC 5915) or CurvePrivateKey (RFC 8410 §7). */
  readonly content: Bytes;
}

/**
 * Reads an unencrypted private key: PKCS #8 as DER or PEM, and the PEM of the older forms `EC PRIVATE KEY`
 * (RFC 5915 §4) and `RSA PRIVATE KEY` (RFC 8017 §A.1.2). Certificates and parameters around it are skipped. The
 * result is a copy.
 *
 * @throws {TlsMisuse} `private-key-encrypted`, `private-key-missing` or `private-key-malformed`.
 */
export function readPrivateKey(input: string | Bytes): PrivateKeyFrame {
  return malformedIsMisuse(() => {
    const pem = typeof input === 'string' || (input[0] === dash && input[1] === dash);
    return frame(pem ? fromPem(input) : new Uint8Array(input));
  });
}

/**
 * The private scalar or seed inside a key on a curve, a view of the frame.
 *
 * @throws {TlsMisuse} `private-key-malformed`.
 */
export function curvePrivateBytes({ type, content }: PrivateKeyFrame): Bytes {
  return malformedIsMisuse(() => {
    if (type === 'ed25519' || type === 'ed448') return derContent(content, Tag.octetString);
    const [version, privateKey] = derValues(derContent(content, Tag.sequence));
    if (contentOf(version, Tag.integer)[0] !== 1)
      throw new DecodeError(0, [], 'an ECPrivateKey of version 1');
    return contentOf(privateKey, Tag.octetString);
  });
}

/** Who brings a private key answers for its form: it never comes from the peer. */
function malformedIsMisuse<T>(read: () => T): T {
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
  // Version 1 adds the public key in the clear (RFC 5958 §2); what follows is not needed for signing.
  if (number.length !== 1 || (number[0] as number) > 1)
    throw new DecodeError(0, ['version'], 'version 0 or 1');
  return { type: readAlgorithm(algorithm), pkcs8, content: contentOf(privateKey, Tag.octetString) };
}

function fromPem(input: string | Bytes): Bytes {
  const text = typeof input === 'string' ? input : fromUtf8(input);
  const [, label = '', body = ''] = pemPrivateKey.exec(text) ?? [];
  if (label === '') {
    throw new TlsMisuse('private-key-missing', 'this text has no PEM block whose label ends in PRIVATE KEY');
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

const dash = 0x2d;
const pemPrivateKey: RegExp = /-----BEGIN ((?:[A-Z]+ )?PRIVATE KEY)-----([\s\S]*?)-----END \1-----/;
