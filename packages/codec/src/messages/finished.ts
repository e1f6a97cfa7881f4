import type { Bytes } from '@tlsmith/types';
import { type Codec, rest, struct } from '../schema.ts';

/** Finished: 12 bytes in TLS 1.2, the hash's length in TLS 1.3; compared whole by the machine. */
export interface Finished {
  readonly verifyData: Bytes;
}

export const Finished: Codec<Finished> = struct<Finished>(
  'Finished',
  { verifyData: rest },
  'RFC 9846 §4.5.3',
);
