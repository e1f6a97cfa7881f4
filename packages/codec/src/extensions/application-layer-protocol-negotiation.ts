import { type Bytes, fromUtf8, utf8 } from '@tlsmith/types';
import { type Codec, mapped, opaque, refine, vector } from '../schema.ts';
import type { Extension } from './extension.ts';

const protocolNames: Codec<readonly Bytes[]> = vector(2, opaque(1, 1), { min: 2 });
const chosen: Codec<Bytes> = mapped(
  refine(protocolNames, (names) => names.length === 1, 'exactly one protocol name'),
  ([name]) => name as Bytes,
  (name) => [name],
);

/** application_layer_protocol_negotiation: the client's list in order of preference, the server's one. */
export const applicationLayerProtocolNegotiation: Extension<{
  client_hello: readonly Bytes[];
  encrypted_extensions: Bytes;
  tls12_server_hello: Bytes;
}> = {
  type: 16,
  name: 'application_layer_protocol_negotiation',
  section: 'RFC 7301 §3.1',
  in: { client_hello: protocolNames, encrypted_extensions: chosen, tls12_server_hello: chosen },
};

/** A protocol name as a string, and back. */
export const protocolName: { of(bytes: Bytes): string; bytes(name: string): Bytes } = {
  of: fromUtf8,
  bytes: utf8,
};
