import type { Epoch } from '@tlsmith/types';
import type { ContentType } from './content-type.ts';

/** One record as a trace shows it: nothing secret but its length and kind. */
export interface RecordInfo {
  readonly direction: 'read' | 'write';
  /** The outer content type, in the clear on the wire. */
  readonly type: ContentType;
  /** Whose keys protected it; `initial` for none. */
  readonly epoch: Epoch;
  /** Bytes on the wire, header included. */
  readonly length: number;
  readonly legacyVersion: number;
  /** What it really was, where the record was protected. */
  readonly innerType?: ContentType;
  /** Bytes of zero padding, where the record was protected. */
  readonly padding?: number;
  /** Why a received record went no further: a tolerated ChangeCipherSpec, or skipped early data. */
  readonly dropped?: 'change_cipher_spec' | 'early_data';
}

/** Told of every record, for traces only: it must not throw and is not there in ordinary use. */
export type OnRecord = (info: RecordInfo) => void;
