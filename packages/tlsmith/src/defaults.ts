import {
  type CipherSuite,
  groups,
  type NamedGroup,
  type SignatureScheme,
  schemes,
  suites,
  type Version,
} from '@tlsmith/types';

/** Newest first. TLS 1.1 and older are refused (RFC 8996). */
export const defaultVersions: readonly Version[] = ['tls13', 'tls12'];

/**
 * Order, by what matters most:
 * 1. forward secrecy: only (EC)DHE; RSA key exchange has to be asked for by name (RFC 9325 §4.1);
 * 2. AEADs that hardware speeds up before others: AES-128-GCM, then AES-256-GCM, then ChaCha20-Poly1305;
 * 3. ECDSA before RSA certificates in TLS 1.2: smaller and faster to sign.
 */
export const defaultSuites: readonly CipherSuite[] = [
  suites.TLS_AES_128_GCM_SHA256,
  suites.TLS_AES_256_GCM_SHA384,
  suites.TLS_CHACHA20_POLY1305_SHA256,
  suites.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
  suites.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
  suites.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
  suites.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
  suites.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
  suites.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
];

/** X25519 first: fastest and hardest to get wrong; then the NIST curves by strength needed, not by size. */
export const defaultGroups: readonly NamedGroup[] = [
  groups.x25519,
  groups.secp256r1,
  groups.secp384r1,
  groups.secp521r1,
];

/** Small and fast signatures first; PSS before PKCS #1, which TLS 1.3 allows in certificates only (RFC 9846 §4.3.3). */
export const defaultSchemes: readonly SignatureScheme[] = [
  schemes.ecdsa_secp256r1_sha256,
  schemes.ed25519,
  schemes.rsa_pss_rsae_sha256,
  schemes.ecdsa_secp384r1_sha384,
  schemes.rsa_pss_rsae_sha384,
  schemes.ecdsa_secp521r1_sha512,
  schemes.rsa_pss_rsae_sha512,
  schemes.rsa_pss_pss_sha256,
  schemes.rsa_pss_pss_sha384,
  schemes.rsa_pss_pss_sha512,
  schemes.rsa_pkcs1_sha256,
  schemes.rsa_pkcs1_sha384,
  schemes.rsa_pkcs1_sha512,
];

/** Seconds for which sessions can be resumed: a day, well under the week that RFC 9846 §4.7.1 allows. */
export const defaultSessionLifetime = 86_400;

/** TLS 1.3 tickets after a full handshake: two, so that a browser's parallel connections need not share one. */
export const defaultTickets = 2;
