import { empty } from './empty.ts';
import type { Extension } from './extension.ts';

/** encrypt_then_mac: for CBC suites, which we do not offer; known so that hellos of others can be read. */
export const encryptThenMac: Extension<{ client_hello: true; tls12_server_hello: true }> = {
  type: 22,
  name: 'encrypt_then_mac',
  section: 'RFC 7366 §2',
  in: { client_hello: empty, tls12_server_hello: empty },
};
