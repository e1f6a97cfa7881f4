import type { Certificate } from './certificate.ts';

/** What the key of an end entity may do in a handshake. */
export interface LeafUsage {
  /** Sign: CertificateVerify, and ServerKeyExchange in TLS 1.2. */
  readonly maySign: boolean;
  /** Be encrypted to: RSA key exchange of TLS 1.2. */
  readonly mayEncipher: boolean;
}

/**
 * What keyUsage allows (RFC 5280 §4.2.1.3; RFC 9846 §4.5.1.2 asks for digitalSignature, RFC 5246 §7.4.2 for
 * keyEncipherment with RSA key exchange). Without the extension the kind of key alone decides.
 *
 * @example
 * ```ts
 * import { leafUsage, parseCertificate } from '@tlsmith/x509';
 * const maySign = (der: Uint8Array) => leafUsage(parseCertificate(der)).maySign;
 * ```
 */
export function leafUsage({ keyUsage, publicKey }: Certificate): LeafUsage {
  const allows = (use: 'digitalSignature' | 'keyEncipherment') => keyUsage?.includes(use) ?? true;
  const isUsable = publicKey.type !== 'unusable';
  return {
    maySign: isUsable && allows('digitalSignature'),
    // A key for RSASSA-PSS may do nothing else (RFC 4055 §1.2).
    mayEncipher: publicKey.type === 'rsa' && allows('keyEncipherment'),
  };
}
