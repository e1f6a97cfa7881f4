import { uint } from '../schema.ts';
import { empty } from './empty.ts';
import type { Extension } from './extension.ts';

/** early_data: 0-RTT offered, accepted, or allowed for a ticket up to so many bytes. */
export const earlyData: Extension<{
  client_hello: true;
  encrypted_extensions: true;
  new_session_ticket: number;
}> = {
  type: 42,
  name: 'early_data',
  section: 'RFC 9846 §4.3.10',
  in: {
    client_hello: empty,
    encrypted_extensions: empty,
    new_session_ticket: uint(4, 'max_early_data_size'),
  },
};
