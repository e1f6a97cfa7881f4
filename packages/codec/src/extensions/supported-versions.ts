import { vector } from '../schema.ts';
import type { Extension } from './extension.ts';
import { protocolVersionCode } from './registries.ts';

/** supported_versions: the client's list in order of preference, the server's choice. */
export const supportedVersions: Extension<{
  client_hello: readonly number[];
  server_hello: number;
  hello_retry_request: number;
}> = {
  type: 43,
  name: 'supported_versions',
  section: 'RFC 9846 §4.3.1',
  in: {
    client_hello: vector(1, protocolVersionCode, { min: 2, max: 254 }),
    server_hello: protocolVersionCode,
    hello_retry_request: protocolVersionCode,
  },
};
