import type {
  AeadAlgorithm,
  Awaitable,
  Bytes,
  CryptoProvider,
  HashName,
  KeyExchangeAlgorithm,
  KeyExchangeKey,
  PublicKey,
  SignatureAlgorithm,
  SigningKey,
} from '@tlsmith/types';

/** The AEADs that the providers of this package supply. */
export type AeadName = 'aes-128-gcm' | 'aes-256-gcm' | 'chacha20-poly1305';

/** The groups that the providers of this package supply, by IANA name. */
export type GroupName = 'x25519' | 'secp256r1' | 'secp384r1' | 'secp521r1' | 'x448';

/**
 * A {@link CryptoProvider} with all algorithms of this package, spelled out for those who use it directly. None of its
 * functions uses `this`: providers are mixed by spreading.
 *
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { noble } from '@tlsmith/crypto/noble';
 * const mixed = { ...noble, name: 'noble with native AEADs', aeads: node.aeads };
 * mixed.aeads['aes-128-gcm'].bind(new Uint8Array(16));
 * ```
 */
export interface CompleteProvider extends CryptoProvider {
  readonly aeads: Readonly<Record<AeadName, AeadAlgorithm>>;
  readonly groups: Readonly<Record<GroupName, KeyExchangeAlgorithm>>;
  encryptPremaster(key: PublicKey, premaster: Bytes): Awaitable<Bytes>;
}

/** A key exchange whose answers are there at once; meanings as in {@link KeyExchangeAlgorithm}. */
export interface SynchronousKeyExchange extends KeyExchangeAlgorithm {
  begin(): { readonly share: Bytes; readonly key: KeyExchangeKey };
  respond(peerShare: Bytes): { readonly share: Bytes; readonly secret: Bytes } | undefined;
  finish(key: KeyExchangeKey, peerShare: Bytes): Bytes | undefined;
}

/** A private key in this process; meanings as in {@link SigningKey}. */
export interface SynchronousSigningKey extends SigningKey {
  sign(algorithm: SignatureAlgorithm, content: Bytes): Bytes;
  decryptPremaster?(ciphertext: Bytes, clientVersion: number, substitute: Bytes): Bytes;
}

/** A provider none of whose answers is a thenable. */
export interface SynchronousProvider extends CompleteProvider {
  readonly synchronous: true;
  hash(hash: HashName, data: Bytes): Bytes;
  hmac(hash: HashName, key: Bytes, data: Bytes): Bytes;
  readonly groups: Readonly<Record<GroupName, SynchronousKeyExchange>>;
  verify(algorithm: SignatureAlgorithm, key: PublicKey, content: Bytes, signature: Bytes): boolean;
  importSigningKey(pkcs8: string | Bytes): SynchronousSigningKey;
  encryptPremaster(key: PublicKey, premaster: Bytes): Bytes;
}
