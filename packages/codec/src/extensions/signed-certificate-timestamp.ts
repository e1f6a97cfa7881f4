import type { Bytes } from '@tlsmith/types';
import { opaque, vector } from '../schema.ts';
import { empty } from './empty.ts';
import type { Extension } from './extension.ts';

const sctList = vector(2, opaque(2, 1), { min: 1 });

/** signed_certificate_timestamp: proofs that a certificate was logged. */
export const signedCertificateTimestamp: Extension<{
  client_hello: true;
  certificate_request: true;
  certificate: readonly Bytes[];
  tls12_server_hello: readonly Bytes[];
}> = {
  type: 18,
  name: 'signed_certificate_timestamp',
  section: 'RFC 6962 §3.3.1',
  in: { client_hello: empty, certificate_request: empty, certificate: sctList, tls12_server_hello: sctList },
};
