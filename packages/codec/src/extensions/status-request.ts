import type { Bytes } from '@tlsmith/types';
import { type Codec, opaque, rest, select, struct, uint, vector } from '../schema.ts';
import { empty } from './empty.ts';
import type { Extension } from './extension.ts';

/** OCSPStatusRequest (RFC 6066 §8). */
export interface OcspStatusRequest {
  readonly responderIdList: readonly Bytes[];
  readonly requestExtensions: Bytes;
}

/** What a client asks: `ocsp` (1) is the only kind; others stay opaque. */
export interface CertificateStatusRequest {
  readonly tag: number;
  readonly body: OcspStatusRequest | Bytes;
}

/** A stapled OCSP response, in a CertificateStatus message or a TLS 1.3 Certificate entry. */
export interface CertificateStatus {
  readonly tag: number;
  readonly body: Bytes;
}

const statusType = uint(1, 'CertificateStatusType', 'certificateStatusTypes');
const ocspRequest: Codec<OcspStatusRequest> = struct<OcspStatusRequest>(
  'OCSPStatusRequest',
  { responderIdList: vector(2, opaque(2, 1)), requestExtensions: opaque(2) },
  'RFC 6066 §8',
);
const request: Codec<CertificateStatusRequest> = select<CertificateStatusRequest>(
  'CertificateStatusRequest',
  statusType,
  (tag) => (tag === 1 ? ocspRequest : rest) as Codec<OcspStatusRequest | Bytes>,
);
const response: Codec<Bytes> = opaque(3, 1);

export const CertificateStatus: Codec<CertificateStatus> = select<CertificateStatus>(
  'CertificateStatus',
  statusType,
  (tag) => (tag === 1 ? response : rest),
);

/** status_request: OCSP stapling; a TLS 1.3 server's request is empty (RFC 9846 §4.5.1.1). */
export const statusRequest: Extension<{
  client_hello: CertificateStatusRequest;
  certificate_request: true;
  certificate: CertificateStatus;
  tls12_server_hello: true;
}> = {
  type: 5,
  name: 'status_request',
  section: 'RFC 6066 §8',
  in: {
    client_hello: request,
    certificate_request: empty,
    certificate: CertificateStatus,
    tls12_server_hello: empty,
  },
};
