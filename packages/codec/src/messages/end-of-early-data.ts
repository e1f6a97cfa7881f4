import { type Codec, struct } from '../schema.ts';

/** EndOfEarlyData: the last message under the early keys. */
export type EndOfEarlyData = Readonly<Record<never, never>>;

export const EndOfEarlyData: Codec<EndOfEarlyData> = struct<EndOfEarlyData>(
  'EndOfEarlyData',
  {},
  'RFC 9846 §4.6',
);
