import { empty } from './empty.ts';
import type { Extension } from './extension.ts';

/** post_handshake_auth: the client is willing. */
export const postHandshakeAuth: Extension<{ client_hello: true }> = {
  type: 49,
  name: 'post_handshake_auth',
  section: 'RFC 9846 §4.3.6',
  in: { client_hello: empty },
};
