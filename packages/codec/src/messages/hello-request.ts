import { type Codec, struct } from '../schema.ts';

/** HelloRequest: a TLS 1.2 server asks for renegotiation. */
export type HelloRequest = Readonly<Record<never, never>>;

export const HelloRequest: Codec<HelloRequest> = struct<HelloRequest>(
  'HelloRequest',
  {},
  'RFC 5246 §7.4.1.1',
);
