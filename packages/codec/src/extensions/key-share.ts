import type { Bytes } from '@tlsmith/types';
import { type Codec, opaque, struct, vector } from '../schema.ts';
import type { Extension } from './extension.ts';
import { namedGroup } from './registries.ts';

/** One side's public value in one group. */
export interface KeyShareEntry {
  readonly group: number;
  readonly keyExchange: Bytes;
}

export const KeyShareEntry: Codec<KeyShareEntry> = struct<KeyShareEntry>(
  'KeyShareEntry',
  { group: namedGroup, keyExchange: opaque(2, 1) },
  'RFC 9846 §4.3.8',
);

/** key_share: the client's shares, the server's one, or the group that a HelloRetryRequest asks for. */
export const keyShare: Extension<{
  client_hello: readonly KeyShareEntry[];
  server_hello: KeyShareEntry;
  hello_retry_request: number;
}> = {
  type: 51,
  name: 'key_share',
  section: 'RFC 9846 §4.3.8',
  in: {
    client_hello: vector(2, KeyShareEntry),
    server_hello: KeyShareEntry,
    hello_retry_request: namedGroup,
  },
};
