import type { Bytes } from './bytes.ts';
import type { Awaitable } from './work.ts';

/** Hash functions of the supported suites and certificates. */
export type HashName = 'sha1' | 'sha256' | 'sha384' | 'sha512';

/** ML-DSA by its parameter set (FIPS 204, RFC 9881): the type of a key, and the one algorithm it signs with. */
export type MlDsa = `ml-dsa-${'44' | '65' | '87'}`;

/** What a public key is, independent of what signs with it. TLS has neither `dsa` nor ML-DSA: certificates do. */
export type KeyType = 'rsa' | 'rsa-pss' | 'p256' | 'p384' | 'p521' | 'ed25519' | 'ed448' | 'dsa' | MlDsa;

/** A signature primitive: what the provider computes, whatever TLS or X.509 call it. PSS salts are hash-long. */
export type SignatureAlgorithm =
  | `rsa-pkcs1-${HashName | 'md5'}`
  | `rsa-pss-${'sha256' | 'sha384' | 'sha512'}`
  | `ecdsa-${HashName}`
  | `dsa-${'sha1' | 'sha256'}`
  | 'ed25519'
  | 'ed448'
  | MlDsa
  | OwnAlgorithm;

/** The name of a primitive that no provider has: the scheme that names it brings its verification, a key that signs with it its own. */
export type OwnAlgorithm = `own:${string}`;

/** A public key taken from a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7). */
export interface PublicKey {
  readonly type: KeyType;
  /** The whole SubjectPublicKeyInfo, DER. */
  readonly spki: Bytes;
  /** The content of its BIT STRING: an RSAPublicKey, an uncompressed EC point, DSA's INTEGER y, or raw bytes. */
  readonly key: Bytes;
  /** Size of the RSA modulus or of the curve, in bits. */
  readonly bits: number;
}

/** An AEAD (RFC 5116) as a value: 16-byte tags, 12-byte nonces unless it says otherwise. */
export interface AeadAlgorithm {
  readonly name: string;
  readonly keyLength: number;
  readonly nonceLength: number;
  readonly tagLength: number;
  /** Binds a key, which is copied. Synchronous: records wait for nobody. */
  bind(key: Bytes): AeadKey;
}

/** An AEAD under one key. Uniqueness of nonces is the caller's duty; `record` is the only caller for traffic. */
export interface AeadKey {
  /**
   * Encrypts `content` followed by `suffix` and writes ciphertext and tag to the start of `output`, which holds
   * at least content + suffix + tag bytes and overlaps neither.
   */
  seal(nonce: Bytes, additional: Bytes, content: Bytes, suffix: Bytes, output: Bytes): void;
  /** Decrypts ciphertext followed by tag into a fresh array; undefined when authentication fails. */
  open(nonce: Bytes, additional: Bytes, ciphertext: Bytes): Bytes | undefined;
  /** Forgets the key as far as the platform allows. */
  destroy(): void;
}

/** An ephemeral private key, opaque to all but its own algorithm. */
export interface KeyExchangeKey {
  readonly group: string;
}

/** Key exchange in the shape of a KEM, so that (EC)DHE and ML-KEM hybrids look alike (RFC 9846 §4.3.8, §7.4). */
export interface KeyExchangeAlgorithm {
  readonly name: string;
  /** The initiator's half. The key is single use. */
  begin(): Awaitable<{ readonly share: Bytes; readonly key: KeyExchangeKey }>;
  /** The responder's half; undefined when the peer's share is invalid (not on the curve, all-zero result). */
  respond(peerShare: Bytes): Awaitable<{ readonly share: Bytes; readonly secret: Bytes } | undefined>;
  /** The initiator's end; undefined when the peer's share is invalid. */
  finish(key: KeyExchangeKey, peerShare: Bytes): Awaitable<Bytes | undefined>;
}

/** How signatures of a scheme are checked, where the scheme brings that itself. */
export interface SignatureVerification {
  /** Whether `signature` is the key's for `content`; false for a malformed one. */
  verify(key: PublicKey, content: Bytes, signature: Bytes): Awaitable<boolean>;
}

/**
 * A private key, wherever it lives. `sign` gets the whole content: Ed25519 and remote signers need it. `signal` is aborted
 * when the connection ends before the answer, which then counts no more; a key that is `synchronous` gets none.
 */
export interface SigningKey {
  readonly type: KeyType;
  /** Size of the RSA modulus or of the curve, in bits. */
  readonly bits: number;
  /** The matching SubjectPublicKeyInfo, DER: a credential whose leaf has another is refused. */
  readonly spki: Bytes;
  /** Whether it answers at once, always. */
  readonly synchronous?: true;
  sign(algorithm: SignatureAlgorithm, content: Bytes, signal?: AbortSignal): Awaitable<Bytes>;
  /**
   * RSAES-PKCS1-v1_5 for TLS 1.2's RSA key exchange (RFC 5246 §7.4.7.1): never throws for a bad ciphertext and
   * returns, in constant time as far as possible, the 48-byte premaster secret when it is well formed and starts
   * with `clientVersion`, else a copy of `substitute` (48 bytes).
   */
  decryptPremaster?(
    ciphertext: Bytes,
    clientVersion: number,
    substitute: Bytes,
    signal?: AbortSignal,
  ): Awaitable<Bytes>;
}

/** What a provider can do; what we offer is policy intersected with this. */
export interface ProviderSupport {
  readonly hashes: readonly HashName[];
  readonly aeads: readonly string[];
  readonly groups: readonly string[];
  /** `algorithm` as in {@link SignatureAlgorithm}; ECDSA counts with the curves in `curves`. */
  readonly verify: readonly SignatureAlgorithm[];
  readonly sign: readonly SignatureAlgorithm[];
  readonly curves: readonly KeyType[];
  /** RSA key exchange of TLS 1.2: `encrypt` as client, `decrypt` as server. */
  readonly premaster: readonly ('encrypt' | 'decrypt')[];
}

/** Cryptography as a plain object; providers are mixed by spreading. Results may be thenables except where said. */
export interface CryptoProvider {
  readonly name: string;
  readonly supports: ProviderSupport;
  hash(hash: HashName, data: Bytes): Awaitable<Bytes>;
  hmac(hash: HashName, key: Bytes, data: Bytes): Awaitable<Bytes>;
  readonly aeads: Readonly<Record<string, AeadAlgorithm>>;
  readonly groups: Readonly<Record<string, KeyExchangeAlgorithm>>;
  /** Whether `signature` (DER for ECDSA) is good; false for a malformed one. Unsupported algorithms throw misuse. */
  verify(algorithm: SignatureAlgorithm, key: PublicKey, content: Bytes, signature: Bytes): Awaitable<boolean>;
  /** Imports a private key: PKCS #8 as PEM or DER. */
  importSigningKey(pkcs8: string | Bytes): SigningKey;
  /** RSAES-PKCS1-v1_5 under the server's key; absent where the provider has no RSA. */
  encryptPremaster?(key: PublicKey, premaster: Bytes): Awaitable<Bytes>;
  /** Cryptographically secure random bytes. Synchronous. */
  random(length: number): Bytes;
}
