import { type Bytes, concat, DecodeError } from '@tlsmith/types';

/** One DER value: a tag of one byte, its content, and the whole encoding. Views of what was read. */
export interface DerValue {
  readonly tag: number;
  readonly content: Bytes;
  readonly whole: Bytes;
}

/** Tags that keys and signatures need (X.690 §8). */
export const Tag = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  sequence: 0x30,
  context0: 0xa0,
  context1: 0xa1,
  context2: 0xa2,
  context3: 0xa3,
} as const;

/**
 * The content of `bytes`, which hold exactly one DER value with this tag.
 *
 * @throws {DecodeError} for another tag, a length that is not DER's shortest, or bytes behind the value.
 */
export function derContent(bytes: Bytes, tag: number): Bytes {
  const value = readValue(bytes, 0);
  if (value.whole.length !== bytes.length) throw new DecodeError(value.whole.length, [], 'the end');
  return contentOf(value, tag);
}

/** The values that follow each other in the content of a SEQUENCE. Throws as {@link derContent} does. */
export function derValues(content: Bytes): readonly DerValue[] {
  const values: DerValue[] = [];
  for (let at = 0; at < content.length; ) {
    const value = readValue(content, at);
    values.push(value);
    at += value.whole.length;
  }
  return values;
}

/** The content of a value that must be there and have this tag. Throws as {@link derContent} does. */
export function contentOf(value: DerValue | undefined, tag: number): Bytes {
  if (value?.tag !== tag) throw new DecodeError(0, [], `tag 0x${tag.toString(16)}`);
  return value.content;
}

/** The magnitude of a non-negative INTEGER, without the leading zero of its sign. Throws as {@link derContent} does. */
export function unsignedInteger(value: DerValue | undefined): Bytes {
  const content = contentOf(value, Tag.integer);
  const [first, second] = content;
  if (first === undefined || first >= 0x80) throw new DecodeError(0, [], 'a non-negative INTEGER');
  if (first !== 0 || second === undefined) return content;
  // DER has no padding: a zero byte only stands before a bit that would read as a sign (X.690 §8.3.2).
  if (second < 0x80) throw new DecodeError(0, [], 'the shortest INTEGER');
  return content.subarray(1);
}

/** The bytes of a BIT STRING without unused bits. Throws as {@link derContent} does. */
export function wholeBits(value: DerValue | undefined): Bytes {
  const content = contentOf(value, Tag.bitString);
  if (content[0] !== 0) throw new DecodeError(0, [], 'a BIT STRING of whole bytes');
  return content.subarray(1);
}

/** Encodes one value around the joined parts. */
export function der(tag: number, ...parts: readonly Bytes[]): Bytes {
  const content = concat(...parts);
  return concat(Uint8Array.of(tag), encodedLength(content.length), content);
}

/** Encodes a non-negative INTEGER from its magnitude, most significant byte first. */
export function derUnsigned(magnitude: Bytes): Bytes {
  const first = magnitude.findIndex((byte) => byte !== 0);
  const shortest = first < 0 ? new Uint8Array(1) : magnitude.subarray(first);
  return (shortest[0] as number) >= 0x80
    ? der(Tag.integer, new Uint8Array(1), shortest)
    : der(Tag.integer, shortest);
}

function readValue(bytes: Bytes, at: number): DerValue {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined) throw new DecodeError(at, [], 'a tag and a length');
  if ((tag & 0x1f) === 0x1f) throw new DecodeError(at, [], 'a tag of one byte');
  const width = first < 0x80 ? 0 : first & 0x7f;
  const length = width === 0 ? first : longLength(bytes, at + 2, width);
  const from = at + 2 + width;
  if (from + length > bytes.length) throw new DecodeError(at + 1, [], 'a length within the bytes');
  return { tag, content: bytes.subarray(from, from + length), whole: bytes.subarray(at, from + length) };
}

function longLength(bytes: Bytes, at: number, width: number): number {
  // Two bytes suffice for every key that a provider takes; 0x80, the indefinite form, is not DER (X.690 §10.1).
  if (width === 0 || width > 2) throw new DecodeError(at - 1, [], 'a length below 65,536');
  let length = 0;
  for (const byte of bytes.subarray(at, at + width)) length = length * 256 + byte;
  if (length < (width === 1 ? 0x80 : 0x100)) throw new DecodeError(at, [], 'the shortest length');
  return length;
}

function encodedLength(length: number): Bytes {
  if (length < 0x80) return Uint8Array.of(length);
  return length < 0x100 ? Uint8Array.of(0x81, length) : Uint8Array.of(0x82, length >> 8, length & 0xff);
}
