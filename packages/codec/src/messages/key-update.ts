import { type Codec, struct, uint } from '../schema.ts';

/** KeyUpdate: the sender's next records use the next generation of keys. */
export interface KeyUpdate {
  /** 0 update_not_requested, 1 update_requested; others are illegal and reach the machine. */
  readonly requestUpdate: number;
}

/** KeyUpdateRequest values. */
export const keyUpdateRequest = { update_not_requested: 0, update_requested: 1 } as const;

export const KeyUpdate: Codec<KeyUpdate> = struct<KeyUpdate>(
  'KeyUpdate',
  { requestUpdate: uint(1, 'KeyUpdateRequest') },
  'RFC 9846 §4.7.3',
);
