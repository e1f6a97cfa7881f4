import type { Bytes } from '@tlsmith/types';
import { type ExtensionList, extensionList } from '../extensions/extension.ts';
import { signatureScheme } from '../extensions/registries.ts';
import { type Codec, opaque, struct, uint, vector } from '../schema.ts';

/** CertificateRequest of TLS 1.3. */
export interface CertificateRequest13 {
  readonly certificateRequestContext: Bytes;
  readonly extensions: ExtensionList;
}

/** CertificateRequest of TLS 1.2. */
export interface CertificateRequest12 {
  /** ClientCertificateType numbers: rsa_sign is 1, ecdsa_sign 64. */
  readonly certificateTypes: readonly number[];
  readonly supportedSignatureAlgorithms: readonly number[];
  /** Distinguished names, DER. */
  readonly certificateAuthorities: readonly Bytes[];
}

/** The two ClientCertificateTypes that we ask for (RFC 5246 §7.4.4, RFC 8422 §5.5). */
export const clientCertificateType = { rsa_sign: 1, ecdsa_sign: 64 } as const;

export const CertificateRequest13: Codec<CertificateRequest13> = struct<CertificateRequest13>(
  'CertificateRequest',
  { certificateRequestContext: opaque(1), extensions: extensionList('certificate_request') },
  'RFC 9846 §4.4.2',
);

export const CertificateRequest12: Codec<CertificateRequest12> = struct<CertificateRequest12>(
  'CertificateRequest',
  {
    certificateTypes: vector(1, uint(1, 'ClientCertificateType', 'clientCertificateTypes'), { min: 1 }),
    supportedSignatureAlgorithms: vector(2, signatureScheme, { min: 2, max: 0xfffe }),
    certificateAuthorities: vector(2, opaque(2, 1)),
  },
  'RFC 5246 §7.4.4',
);
