import { vector } from '../schema.ts';
import type { Extension } from './extension.ts';
import { signatureScheme } from './registries.ts';

const schemeList = vector(2, signatureScheme, { min: 2, max: 0xfffe });

/** signature_algorithms: schemes for CertificateVerify, and for certificates unless the next one is there. */
export const signatureAlgorithms: Extension<{
  client_hello: readonly number[];
  certificate_request: readonly number[];
}> = {
  type: 13,
  name: 'signature_algorithms',
  section: 'RFC 9846 §4.3.3',
  in: { client_hello: schemeList, certificate_request: schemeList },
};

/** signature_algorithms_cert: schemes for signatures in certificates. */
export const signatureAlgorithmsCert: Extension<{
  client_hello: readonly number[];
  certificate_request: readonly number[];
}> = {
  type: 50,
  name: 'signature_algorithms_cert',
  section: 'RFC 9846 §4.3.3',
  in: { client_hello: schemeList, certificate_request: schemeList },
};
