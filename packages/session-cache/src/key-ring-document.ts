import { type Codec, decode, encode, fixed, opaque, refine, struct, uint, vector } from '@tlsmith/codec';
import { type Bytes, isDecodeError } from '@tlsmith/types';
import { nameLength } from './key-ring.ts';

/** One key of a fleet; times are milliseconds since the epoch. */
export interface FleetKey {
  /** 16 bytes. */
  readonly name: Bytes;
  /** What the AEAD takes. */
  readonly key: Bytes;
  /** From here on everybody may be expected to know it, and it seals. */
  readonly sealFrom: number;
  /** From here on its successor seals. */
  readonly sealUntil: number;
  /** From here on nothing that it sealed is of use, and it leaves the ring. */
  readonly openUntil: number;
}

/** A ring of keys as bytes; they hold the keys in the clear. */
export function encodeKeyRing(keys: readonly FleetKey[]): Bytes {
  return encode(document, { format, keys });
}

/** The keys of {@link encodeKeyRing}, oldest first; undefined when the bytes are something else. */
export function decodeKeyRing(bytes: Bytes): readonly FleetKey[] | undefined {
  try {
    return decode(document, bytes).keys;
  } catch (error) {
    if (isDecodeError(error)) return undefined;
    throw error;
  }
}

interface Document {
  readonly format: number;
  readonly keys: readonly FleetKey[];
}

const milliseconds = uint(6, 'milliseconds since the epoch');
// Changes with the layout.
const format = 0x52;
const fleetKey: Codec<FleetKey> = struct<FleetKey>('FleetKey', {
  name: fixed(nameLength),
  key: opaque(1, 16),
  sealFrom: milliseconds,
  sealUntil: milliseconds,
  openUntil: milliseconds,
});
const document: Codec<Document> = struct<Document>('KeyRing', {
  format: refine(uint(1, 'format'), (found) => found === format, `format ${format}`),
  keys: vector(2, fleetKey),
});
