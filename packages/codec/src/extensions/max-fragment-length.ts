import { uint } from '../schema.ts';
import type { Extension } from './extension.ts';

const code = uint(1, 'MaxFragmentLength');

/** max_fragment_length: 1 to 4 for 2^9 to 2^12 bytes. */
export const maxFragmentLength: Extension<{
  client_hello: number;
  encrypted_extensions: number;
  tls12_server_hello: number;
}> = {
  type: 1,
  name: 'max_fragment_length',
  section: 'RFC 6066 §4',
  in: { client_hello: code, encrypted_extensions: code, tls12_server_hello: code },
};
