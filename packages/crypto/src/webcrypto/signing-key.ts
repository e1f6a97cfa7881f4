import {
  type Awaitable,
  type Bytes,
  copyBytes,
  type KeyType,
  type PublicKey,
  type SignatureAlgorithm,
  type SigningKey,
  TlsMisuse,
} from '@tlsmith/types';
import { isEcdsa } from '../key-type.ts';
import { importSigningKey as importPortably } from '../noble/signing-key.ts';
import {
  curvePrivateBytes,
  frameEcKey,
  frameRsaKey,
  malformedIsMisuse,
  readPrivateKey,
  rsaPublicKeyOf,
} from '../private-key.ts';
import { allowsPss } from '../pss-restrictions.ts';
import { publicKeyFromSpki } from '../public-key.ts';
import { signatureParts, signingAlgorithms, signingParts } from '../signature.ts';
import { derSignature, type PlatformKeyType, platformAlgorithm } from './algorithm.ts';
import { isUnsupported, subtle } from './platform.ts';

/**
 * Imports a private key: PKCS #8 as PEM or DER, or the PEM of the forms before it. The platform gets it as keys that
 * cannot be exported, one for each algorithm, and the bytes are overwritten. A key that only the platform can judge (an
 * RSA key whose numbers do not belong together) is refused with the same misuse by `sign`.
 *
 * @throws {TlsMisuse} `private-key-malformed`, `private-key-missing`, `private-key-encrypted`, `webcrypto-missing`.
 */
export function importSigningKey(pkcs8: string | Bytes): SigningKey {
  const platform = subtle();
  const frame = readPrivateKey(pkcs8);
  try {
    const { type, content } = frame;
    if (type === 'rsa' || type === 'rsa-pss') {
      const source = { platform, pkcs8: frameRsaKey(content) };
      return malformedIsMisuse(() => platformKey(rsaPublicKeyOf(frame), source));
    }
    // The platform derives public keys asynchronously, and `spki` has to be there at once.
    const portable = importPortably(frame.pkcs8);
    if (type === 'ed448') return portable;
    const publicKey = publicKeyFromSpki(portable.spki);
    const framed = isEcdsa(type)
      ? frameEcKey(type, curvePrivateBytes(type, content), publicKey.key)
      : copyBytes(frame.pkcs8);
    return platformKey(publicKey, { platform, pkcs8: framed, portable });
  } finally {
    frame.pkcs8.fill(0);
  }
}

type Signer = (content: Bytes) => Awaitable<Bytes>;
type Signers = ReadonlyMap<SignatureAlgorithm, Promise<Signer>>;

class PlatformKey implements SigningKey {
  readonly type: KeyType;
  readonly bits: number;
  readonly spki: Bytes;
  readonly #signers: Signers;

  constructor({ type, bits, spki }: PublicKey, signers: Signers) {
    this.type = type;
    this.bits = bits;
    this.spki = spki;
    this.#signers = signers;
  }

  async sign(algorithm: SignatureAlgorithm, content: Bytes): Promise<Bytes> {
    signingParts(algorithm, this.type);
    const signer = this.#signers.get(algorithm);
    if (signer === undefined) throw mismatch(algorithm, this.type);
    const owned = copyBytes(content);
    return (await signer)(owned);
  }
}

/** What a key is imported from, and what signs in its place where the platform lacks the curve. */
interface Source {
  readonly platform: SubtleCrypto;
  readonly pkcs8: Bytes;
  readonly portable?: SigningKey;
}

/** Imports a key for everything that it may sign; `pkcs8` is overwritten when the platform is done with it. */
function platformKey(publicKey: PublicKey, source: Source): SigningKey {
  const type = publicKey.type as PlatformKeyType;
  const signers = new Map(
    signingAlgorithms()
      .filter((algorithm) => maySign(algorithm, publicKey))
      .map((algorithm) => [algorithm, importFor(algorithm, type, source)]),
  );
  // A rejection is told to those who sign, and to nobody before.
  void Promise.allSettled(signers.values()).then(() => source.pkcs8.fill(0));
  return new PlatformKey(publicKey, signers);
}

function maySign(algorithm: SignatureAlgorithm, { type, spki }: PublicKey): boolean {
  const parts = signatureParts(algorithm);
  const restricted = type === 'rsa-pss' && parts.family === 'rsa-pss';
  return parts.keys.includes(type) && (!restricted || allowsPss(spki, parts.hash));
}

async function importFor(
  algorithm: SignatureAlgorithm,
  type: PlatformKeyType,
  { platform, pkcs8, portable }: Source,
): Promise<Signer> {
  const { forKey, forUse } = platformAlgorithm(signatureParts(algorithm), type);
  try {
    const key = await platform.importKey('pkcs8', pkcs8 as BufferSource, forKey, false, ['sign']);
    return async (content) => {
      try {
        const signature = new Uint8Array(await platform.sign(forUse, key, content as BufferSource));
        return isEcdsa(type) ? derSignature(signature) : signature;
      } catch {
        // A modulus too short for the padding.
        throw mismatch(algorithm, type);
      }
    };
  } catch (error) {
    if (isUnsupported(error) && portable !== undefined) return (content) => portable.sign(algorithm, content);
    // The reason stays out of the message: a platform's errors may quote what they read.
    throw new TlsMisuse('private-key-malformed', 'Web Crypto does not take this private key');
  }
}

function mismatch(algorithm: SignatureAlgorithm, type: KeyType): TlsMisuse {
  return new TlsMisuse('signature-algorithm-mismatch', `this key of type ${type} cannot sign ${algorithm}`);
}
