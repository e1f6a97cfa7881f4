import { uint } from '../schema.ts';
import type { Extension } from './extension.ts';

const limit = uint(2, 'RecordSizeLimit');

/** record_size_limit: the largest plaintext record that the sender takes. */
export const recordSizeLimit: Extension<{
  client_hello: number;
  encrypted_extensions: number;
  tls12_server_hello: number;
}> = {
  type: 28,
  name: 'record_size_limit',
  section: 'RFC 8449 §4',
  in: { client_hello: limit, encrypted_extensions: limit, tls12_server_hello: limit },
};
