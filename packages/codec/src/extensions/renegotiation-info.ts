import type { Bytes } from '@tlsmith/types';
import { opaque } from '../schema.ts';
import type { Extension } from './extension.ts';

/** renegotiation_info: empty in a first handshake, which is the only one we make. */
export const renegotiationInfo: Extension<{ client_hello: Bytes; tls12_server_hello: Bytes }> = {
  type: 0xff01,
  name: 'renegotiation_info',
  section: 'RFC 5746 §3.2',
  in: { client_hello: opaque(1), tls12_server_hello: opaque(1) },
};
