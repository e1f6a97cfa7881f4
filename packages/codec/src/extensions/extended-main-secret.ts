import { empty } from './empty.ts';
import type { Extension } from './extension.ts';

/** extended_main_secret, once extended_master_secret: binds a TLS 1.2 master secret to its handshake. */
export const extendedMainSecret: Extension<{ client_hello: true; tls12_server_hello: true }> = {
  type: 23,
  name: 'extended_main_secret',
  section: 'RFC 7627 §5.1',
  in: { client_hello: empty, tls12_server_hello: empty },
};
