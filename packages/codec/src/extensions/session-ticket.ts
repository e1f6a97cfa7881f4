import type { Bytes } from '@tlsmith/types';
import { rest } from '../schema.ts';
import { empty } from './empty.ts';
import type { Extension } from './extension.ts';

/** session_ticket of TLS 1.2: a ticket, or empty for "I would take one"; the server's is the promise of one. */
export const sessionTicket: Extension<{ client_hello: Bytes; tls12_server_hello: true }> = {
  type: 35,
  name: 'session_ticket',
  section: 'RFC 5077 §3.2',
  in: { client_hello: rest, tls12_server_hello: empty },
};
