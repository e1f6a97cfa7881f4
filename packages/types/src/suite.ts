import type { AeadAlgorithm, HashName } from './provider.ts';

/** A hash function's sizes in bytes. */
export interface HashInfo {
  readonly name: HashName;
  readonly length: number;
  readonly blockLength: number;
}

/** An AEAD's sizes in bytes and its limit. */
export interface AeadInfo {
  readonly name: string;
  readonly keyLength: number;
  readonly tagLength: number;
  /** Records that one key may protect: 2^24.5 full ones for AES-GCM (RFC 9846 §5.5), no limit that counts for others. */
  readonly recordLimit: number;
  /** A user's own AEAD brings its code; a built-in one names what the provider supplies. */
  readonly implementation?: AeadAlgorithm;
}

/** What every cipher suite has. */
interface SuiteCommon {
  /** The IANA name. */
  readonly name: string;
  /** The number on the wire. */
  readonly code: number;
  /** Hash of the PRF or of HKDF, and of the transcript. */
  readonly hash: HashInfo;
  readonly aead: AeadInfo;
}

/** A TLS 1.3 cipher suite (RFC 9846 §B.4). */
export interface CipherSuite13 extends SuiteCommon {
  readonly version: 'tls13';
}

/** A TLS 1.2 AEAD cipher suite (RFC 5288, RFC 5289, RFC 7905). */
export interface CipherSuite12 extends SuiteCommon {
  readonly version: 'tls12';
  readonly keyExchange: 'ecdhe' | 'rsa';
  /** Whose signature (or, for RSA key exchange, decryption) proves the server. `ecdsa` admits EdDSA (RFC 8422 §5.10). */
  readonly authentication: 'ecdsa' | 'rsa';
  /** Bytes of the nonce that come from the key block: 4 for GCM, 12 for ChaCha20-Poly1305. */
  readonly fixedIvLength: number;
  /** Bytes of the nonce that travel in each record: 8 for GCM, 0 for ChaCha20-Poly1305. */
  readonly recordIvLength: number;
}

/** A cipher suite of either version. */
export type CipherSuite = CipherSuite12 | CipherSuite13;

export const sha256: HashInfo = { name: 'sha256', length: 32, blockLength: 64 };
export const sha384: HashInfo = { name: 'sha384', length: 48, blockLength: 128 };
export const sha512: HashInfo = { name: 'sha512', length: 64, blockLength: 128 };

// 2^24.5 rounded down (RFC 9846 §5.5); ChaCha20-Poly1305's bound lies above the sequence number's.
const gcmLimit = 23_726_566;
const sequenceLimit = 2 ** 48;

export const aes128Gcm: AeadInfo = {
  name: 'aes-128-gcm',
  keyLength: 16,
  tagLength: 16,
  recordLimit: gcmLimit,
};
export const aes256Gcm: AeadInfo = {
  name: 'aes-256-gcm',
  keyLength: 32,
  tagLength: 16,
  recordLimit: gcmLimit,
};
export const chacha20Poly1305: AeadInfo = {
  name: 'chacha20-poly1305',
  keyLength: 32,
  tagLength: 16,
  recordLimit: sequenceLimit,
};

const tls13 = (name: string, code: number, hash: HashInfo, aead: AeadInfo): CipherSuite13 => ({
  name,
  code,
  version: 'tls13',
  hash,
  aead,
});

const tls12 = (
  name: string,
  code: number,
  keyExchange: 'ecdhe' | 'rsa',
  authentication: 'ecdsa' | 'rsa',
): CipherSuite12 => {
  const chacha = name.includes('CHACHA20');
  return {
    name,
    code,
    version: 'tls12',
    keyExchange,
    authentication,
    hash: name.endsWith('SHA384') ? sha384 : sha256,
    aead: chacha ? chacha20Poly1305 : name.includes('AES_256') ? aes256Gcm : aes128Gcm,
    fixedIvLength: chacha ? 12 : 4,
    recordIvLength: chacha ? 0 : 8,
  };
};

/** Names of the built-in TLS 1.3 suites. */
export type SuiteName13 =
  | 'TLS_AES_128_GCM_SHA256'
  | 'TLS_AES_256_GCM_SHA384'
  | 'TLS_CHACHA20_POLY1305_SHA256';

/** Names of the built-in TLS 1.2 suites; those without ECDHE have no forward secrecy and are never a default. */
export type SuiteName12 =
  | `TLS_ECDHE_${'ECDSA' | 'RSA'}_WITH_${'AES_128_GCM_SHA256' | 'AES_256_GCM_SHA384' | 'CHACHA20_POLY1305_SHA256'}`
  | `TLS_RSA_WITH_${'AES_128_GCM_SHA256' | 'AES_256_GCM_SHA384'}`;

/** The built-in cipher suites by IANA name. */
export const suites: Readonly<Record<SuiteName13, CipherSuite13> & Record<SuiteName12, CipherSuite12>> = {
  TLS_AES_128_GCM_SHA256: tls13('TLS_AES_128_GCM_SHA256', 0x1301, sha256, aes128Gcm),
  TLS_AES_256_GCM_SHA384: tls13('TLS_AES_256_GCM_SHA384', 0x1302, sha384, aes256Gcm),
  TLS_CHACHA20_POLY1305_SHA256: tls13('TLS_CHACHA20_POLY1305_SHA256', 0x1303, sha256, chacha20Poly1305),
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: tls12(
    'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
    0xc02b,
    'ecdhe',
    'ecdsa',
  ),
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: tls12(
    'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
    0xc02c,
    'ecdhe',
    'ecdsa',
  ),
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: tls12(
    'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
    0xc02f,
    'ecdhe',
    'rsa',
  ),
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: tls12(
    'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384',
    0xc030,
    'ecdhe',
    'rsa',
  ),
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: tls12(
    'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256',
    0xcca8,
    'ecdhe',
    'rsa',
  ),
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: tls12(
    'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
    0xcca9,
    'ecdhe',
    'ecdsa',
  ),
  TLS_RSA_WITH_AES_128_GCM_SHA256: tls12('TLS_RSA_WITH_AES_128_GCM_SHA256', 0x009c, 'rsa', 'rsa'),
  TLS_RSA_WITH_AES_256_GCM_SHA384: tls12('TLS_RSA_WITH_AES_256_GCM_SHA384', 0x009d, 'rsa', 'rsa'),
};
