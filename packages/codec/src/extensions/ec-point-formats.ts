import { uint, vector } from '../schema.ts';
import type { Extension } from './extension.ts';

const formats = vector(1, uint(1, 'ECPointFormat', 'ecPointFormats'), { min: 1 });

/** ec_point_formats of TLS 1.2; `uncompressed` (0) must be in it. */
export const ecPointFormats: Extension<{
  client_hello: readonly number[];
  tls12_server_hello: readonly number[];
}> = {
  type: 11,
  name: 'ec_point_formats',
  section: 'RFC 8422 §5.1.2',
  in: { client_hello: formats, tls12_server_hello: formats },
};
