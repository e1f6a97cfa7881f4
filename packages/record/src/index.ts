export {
  type CapturedConnection,
  type CapturedRecord,
  type CaptureOptions,
  decryptCapture,
} from './capture.ts';
export { RecordChannel, type RecordChannelOptions } from './channel.ts';
export { type ContentType, contentType, contentTypeName } from './content-type.ts';
export { deframe, type Frame, type FrameLimits, frameLimits, headerLength } from './frame.ts';
export {
  maxContent,
  maxInnerPlaintext,
  maxSequence,
  type RecordLimits,
  recordLimits,
} from './limits.ts';
export { type Opened, Opener } from './opener.ts';
export { type Protection, protect, protectTraffic } from './protection.ts';
export type { OpenedRecord } from './read-side.ts';
export type { OnRecord, RecordInfo } from './record-info.ts';
export { Sealer } from './sealer.ts';
export type { PaddingPolicy } from './write-side.ts';
