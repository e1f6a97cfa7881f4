import type { Bytes } from '@tlsmith/types';
import { opaque, vector } from '../schema.ts';
import type { Extension } from './extension.ts';

const names = vector(2, opaque(2, 1), { min: 3 });

/** certificate_authorities: distinguished names (DER) of acceptable issuers. */
export const certificateAuthorities: Extension<{
  client_hello: readonly Bytes[];
  certificate_request: readonly Bytes[];
}> = {
  type: 47,
  name: 'certificate_authorities',
  section: 'RFC 9846 §4.3.4',
  in: { client_hello: names, certificate_request: names },
};
