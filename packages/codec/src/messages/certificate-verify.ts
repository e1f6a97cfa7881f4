import type { Bytes } from '@tlsmith/types';
import { signatureScheme } from '../extensions/registries.ts';
import { type Codec, opaque, struct } from '../schema.ts';

/** CertificateVerify of both versions; what is signed differs. */
export interface CertificateVerify {
  readonly algorithm: number;
  readonly signature: Bytes;
}

export const CertificateVerify: Codec<CertificateVerify> = struct<CertificateVerify>(
  'CertificateVerify',
  { algorithm: signatureScheme, signature: opaque(2) },
  'RFC 9846 §4.5.2',
);
