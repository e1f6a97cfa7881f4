import { type Codec, struct } from '../schema.ts';

/** ServerHelloDone: the end of a TLS 1.2 server's first flight. */
export type ServerHelloDone = Readonly<Record<never, never>>;

export const ServerHelloDone: Codec<ServerHelloDone> = struct<ServerHelloDone>(
  'ServerHelloDone',
  {},
  'RFC 5246 §7.4.5',
);
