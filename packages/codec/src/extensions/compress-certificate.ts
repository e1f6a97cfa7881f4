import { uint, vector } from '../schema.ts';
import type { Extension } from './extension.ts';

const algorithms = vector(1, uint(2, 'CertificateCompressionAlgorithm'), { min: 2, max: 254 });

/** compress_certificate: compression algorithms that the sender can undo. */
export const compressCertificate: Extension<{
  client_hello: readonly number[];
  certificate_request: readonly number[];
}> = {
  type: 27,
  name: 'compress_certificate',
  section: 'RFC 8879 §3',
  in: { client_hello: algorithms, certificate_request: algorithms },
};
