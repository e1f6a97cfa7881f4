import type { KeyType, SignatureAlgorithm, SignatureVerification } from './provider.ts';

/** A signature scheme of the handshake (RFC 9846 §4.3.3; in TLS 1.2 a hash and signature pair, RFC 5246 §7.4.1.4.1). */
export interface SignatureScheme {
  /** The IANA name. */
  readonly name: string;
  /** The number on the wire. */
  readonly code: number;
  /** What the provider computes. */
  readonly algorithm: SignatureAlgorithm;
  /** Keys that may sign with it in TLS 1.3; empty where the scheme is for certificates only. */
  readonly tls13: readonly KeyType[];
  /** Keys that may sign with it in TLS 1.2, where an ECDSA pair is not bound to a curve. */
  readonly tls12: readonly KeyType[];
  /**
   * A user's own scheme brings its verification, under an {@link OwnAlgorithm}; a built-in one names what the provider
   * supplies. Private keys are values already, and sign what they say they do.
   */
  readonly implementation?: SignatureVerification;
}

const ecdsaKeys: readonly KeyType[] = ['p256', 'p384', 'p521'];
const scheme = (
  name: string,
  code: number,
  algorithm: SignatureAlgorithm,
  keys: { readonly tls13: readonly KeyType[]; readonly tls12: readonly KeyType[] },
): SignatureScheme => ({ name, code, algorithm, ...keys });
const inBoth = (...keys: readonly KeyType[]) => ({ tls13: keys, tls12: keys });

/** Names of the built-in signature schemes. */
export type SchemeName =
  | 'ecdsa_secp256r1_sha256'
  | 'ecdsa_secp384r1_sha384'
  | 'ecdsa_secp521r1_sha512'
  | 'ed25519'
  | 'ed448'
  | `rsa_${'pss_rsae' | 'pss_pss' | 'pkcs1'}_sha${256 | 384 | 512}`;

/** The built-in signature schemes by IANA name. */
export const schemes: Readonly<Record<SchemeName, SignatureScheme>> = {
  ecdsa_secp256r1_sha256: scheme('ecdsa_secp256r1_sha256', 0x0403, 'ecdsa-sha256', {
    tls13: ['p256'],
    tls12: ecdsaKeys,
  }),
  ecdsa_secp384r1_sha384: scheme('ecdsa_secp384r1_sha384', 0x0503, 'ecdsa-sha384', {
    tls13: ['p384'],
    tls12: ecdsaKeys,
  }),
  ecdsa_secp521r1_sha512: scheme('ecdsa_secp521r1_sha512', 0x0603, 'ecdsa-sha512', {
    tls13: ['p521'],
    tls12: ecdsaKeys,
  }),
  ed25519: scheme('ed25519', 0x0807, 'ed25519', inBoth('ed25519')),
  ed448: scheme('ed448', 0x0808, 'ed448', inBoth('ed448')),
  rsa_pss_rsae_sha256: scheme('rsa_pss_rsae_sha256', 0x0804, 'rsa-pss-sha256', inBoth('rsa')),
  rsa_pss_rsae_sha384: scheme('rsa_pss_rsae_sha384', 0x0805, 'rsa-pss-sha384', inBoth('rsa')),
  rsa_pss_rsae_sha512: scheme('rsa_pss_rsae_sha512', 0x0806, 'rsa-pss-sha512', inBoth('rsa')),
  rsa_pss_pss_sha256: scheme('rsa_pss_pss_sha256', 0x0809, 'rsa-pss-sha256', inBoth('rsa-pss')),
  rsa_pss_pss_sha384: scheme('rsa_pss_pss_sha384', 0x080a, 'rsa-pss-sha384', inBoth('rsa-pss')),
  rsa_pss_pss_sha512: scheme('rsa_pss_pss_sha512', 0x080b, 'rsa-pss-sha512', inBoth('rsa-pss')),
  rsa_pkcs1_sha256: scheme('rsa_pkcs1_sha256', 0x0401, 'rsa-pkcs1-sha256', { tls13: [], tls12: ['rsa'] }),
  rsa_pkcs1_sha384: scheme('rsa_pkcs1_sha384', 0x0501, 'rsa-pkcs1-sha384', { tls13: [], tls12: ['rsa'] }),
  rsa_pkcs1_sha512: scheme('rsa_pkcs1_sha512', 0x0601, 'rsa-pkcs1-sha512', { tls13: [], tls12: ['rsa'] }),
};
