import type { Bytes } from '@tlsmith/types';
import { type ExtensionList, extensionList } from '../extensions/extension.ts';
import { type Codec, opaque, struct, vector } from '../schema.ts';

/** One certificate (DER) with what belongs to it. */
export interface CertificateEntry {
  readonly certData: Bytes;
  readonly extensions: ExtensionList;
}

/** Certificate of TLS 1.3. */
export interface Certificate13 {
  /** Empty but for post-handshake authentication; 0 to 255 bytes. */
  readonly certificateRequestContext: Bytes;
  readonly certificateList: readonly CertificateEntry[];
}

/** Certificate of TLS 1.2: DER certificates, leaf first. */
export interface Certificate12 {
  readonly certificateList: readonly Bytes[];
}

const CertificateEntry: Codec<CertificateEntry> = struct<CertificateEntry>(
  'CertificateEntry',
  { certData: opaque(3, 1), extensions: extensionList('certificate') },
  'RFC 9846 §4.5.1',
);

export const Certificate13: Codec<Certificate13> = struct<Certificate13>(
  'Certificate',
  { certificateRequestContext: opaque(1), certificateList: vector(3, CertificateEntry) },
  'RFC 9846 §4.5.1',
);

export const Certificate12: Codec<Certificate12> = struct<Certificate12>(
  'Certificate',
  { certificateList: vector(3, opaque(3, 1)) },
  'RFC 5246 §7.4.2',
);
