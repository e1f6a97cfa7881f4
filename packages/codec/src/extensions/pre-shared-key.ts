import type { Bytes } from '@tlsmith/types';
import { type Codec, opaque, struct, uint, vector } from '../schema.ts';
import type { Extension } from './extension.ts';

/** A ticket or an external identity, with the ticket's obfuscated age in ms modulo 2^32. */
export interface PskIdentity {
  readonly identity: Bytes;
  readonly obfuscatedTicketAge: number;
}

/** What a client offers: identities, and for each a binder over the hello before the binders. */
export interface OfferedPsks {
  readonly identities: readonly PskIdentity[];
  readonly binders: readonly Bytes[];
}

const PskIdentity: Codec<PskIdentity> = struct<PskIdentity>(
  'PskIdentity',
  { identity: opaque(2, 1), obfuscatedTicketAge: uint(4) },
  'RFC 9846 §4.3.11',
);
export const OfferedPsks: Codec<OfferedPsks> = struct<OfferedPsks>(
  'OfferedPsks',
  { identities: vector(2, PskIdentity, { min: 7 }), binders: vector(2, opaque(1, 32), { min: 33 }) },
  'RFC 9846 §4.3.11',
);

/** Bytes at the end of a ClientHello that its binders do not cover: the binders with all their lengths. */
export function bindersLength(binders: readonly { readonly length: number }[]): number {
  return binders.reduce((sum, { length }) => sum + 1 + length, 2);
}

/** pre_shared_key: last in a ClientHello; the server answers with an index. */
export const preSharedKey: Extension<{ client_hello: OfferedPsks; server_hello: number }> = {
  type: 41,
  name: 'pre_shared_key',
  section: 'RFC 9846 §4.3.11',
  in: { client_hello: OfferedPsks, server_hello: uint(2, 'selected_identity') },
};
