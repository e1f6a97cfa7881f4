import type { Reader, SpanSchema } from '@tlsmith/codec';
import type { Bytes } from '@tlsmith/types';

/**
 * Strict DER (X.690 §8 to §11) on codec's reader, so that every byte of a certificate has a span: tag, length and
 * content of each element. Lengths are definite and minimal, tags are one byte, constructed types are consumed whole.
 */
export interface DerType<T> extends SpanSchema {
  /** The identifier octet. */
  readonly tag: number;
  /** Reads one whole element: identifier, length, content. */
  read(reader: Reader): T;
  /** Reads the content octets, which end where the reader's window ends. */
  content(reader: Reader): T;
}

/** A type whose content octets are a value, annotated as one. */
export function primitive<T>(name: string, tag: number, content: (reader: Reader) => T): DerType<T> {
  const schema = { name };
  return element({ name, tag, content }, (reader) =>
    reader.inspection === undefined ? content(reader) : reader.part('content', schema, content),
  );
}

/** A type whose content octets are other elements, each annotated by itself. */
export function constructed<T>(
  name: string,
  tag: number,
  content: (reader: Reader) => T,
  section?: string,
): DerType<T> {
  return element({ name, tag, content, section }, content);
}

/** `SEQUENCE` (X.690 §8.9). */
export function sequence<T>(name: string, content: (reader: Reader) => T, section?: string): DerType<T> {
  return constructed(name, 0x30, content, section);
}

/** `SEQUENCE OF` with at least `min` elements. */
export function sequenceOf<T>(name: string, item: DerType<T>, min = 1): DerType<readonly T[]> {
  return sequence(name, (reader) => {
    const items: T[] = [];
    while (reader.at < reader.end) items.push(field(reader, itemName(items.length), item));
    return items.length < min ? reader.fail(`at least ${min} elements`) : items;
  });
}

/** `[n] IMPLICIT`: the same content under another tag (X.690 §8.14). */
export function implicit<T>(number: number, type: DerType<T>): DerType<T> {
  const tag = 0x80 | (type.tag & 0x20) | number;
  return type.tag & 0x20
    ? constructed(type.name, tag, type.content, type.section)
    : primitive(type.name, tag, type.content);
}

/** `[n] EXPLICIT`: a wrapper around one whole element (X.690 §8.14). */
export function explicit<T>(number: number, type: DerType<T>): DerType<T> {
  return constructed(type.name, 0xa0 | number, (reader) => field(reader, 'value', type), type.section);
}

/** Reads a named field; its name joins the error's path and the span tree. */
export function field<T>(reader: Reader, name: string, type: DerType<T>): T {
  return reader.part(name, type, type.read);
}

/** Reads a field if the next element bears its tag. */
export function optional<T>(reader: Reader, name: string, type: DerType<T>): T | undefined {
  return nextTag(reader) === type.tag ? reader.part(name, type, type.read) : undefined;
}

/** The identifier octet of the next element, undefined at the end of the window. */
export function nextTag(reader: Reader): number | undefined {
  return reader.at < reader.end ? reader.bytes[reader.at] : undefined;
}

/** `[n]`, the name of an item of a list; made once, since a certificate has dozens. */
export function itemName(index: number): string {
  return (itemNames[index] ??= `[${index}]`);
}

// Grows to the longest list that was read; a certificate's size bounds it.
const itemNames: string[] = [];

/** Everything up to the end of the window, as a view. */
export function remaining(reader: Reader): Bytes {
  return reader.view(reader.end - reader.at);
}

/** An element of a type that nobody here interprets: well formed on the outside, kept as it is. */
export interface AnyElement {
  readonly tag: number;
  readonly content: Bytes;
  /** Identifier, length and content together. */
  readonly der: Bytes;
}

/** `ANY`: one element of whatever type. Its content stays opaque, which bounds the depth of every structure. */
export const anyElement: DerType<AnyElement> = {
  name: 'ANY',
  tag: 0,
  read: (reader) => {
    const start = reader.at;
    const tag = nextTag(reader) ?? reader.fail('an element');
    const length = header(reader, tag);
    const content =
      reader.inspection === undefined
        ? reader.view(length)
        : reader.part('content', contentSchema, (r) => r.view(length));
    return { tag, content, der: reader.bytes.subarray(start, reader.at) };
  },
  content: (reader) => reader.fail('an element with its tag'),
};

const contentSchema = { name: 'OCTETS' };
const identifierSchema = { name: 'identifier', section: 'X.690 §8.1.2' };
const lengthSchema = { name: 'length', section: 'X.690 §10.1' };

function element<T>(
  type: SpanSchema & { readonly tag: number; content(reader: Reader): T },
  body: (reader: Reader) => T,
): DerType<T> {
  const { name, tag } = type;
  return {
    ...type,
    read: (reader) => {
      const outer = reader.end;
      const length = shortLength(reader, tag) ?? header(reader, tag);
      reader.end = reader.at + length;
      const value = body(reader);
      if (reader.at !== reader.end) return reader.fail(`the end of ${name}`);
      reader.end = outer;
      return value;
    },
  };
}

// Nearly all elements: the expected tag and a length below 80, with nobody who wants spans. Undefined means that the
// long way must be taken, for its other lengths or its error.
function shortLength(reader: Reader, tag: number): number | undefined {
  const { bytes, at, end, inspection } = reader;
  const length = bytes[at + 1] as number;
  if (inspection !== undefined || bytes[at] !== tag || length >= 0x80 || at + 2 + length > end)
    return undefined;
  reader.at = at + 2;
  return length;
}

function header(reader: Reader, tag: number): number {
  if (reader.inspection === undefined) {
    return identifier(reader, tag) === tag ? contentLength(reader) : reader.fail('the identifier');
  }
  const found = reader.part('identifier', identifierSchema, (r) => identifier(r, tag));
  return found === tag ? reader.part('length', lengthSchema, contentLength) : reader.fail('the identifier');
}

function identifier(reader: Reader, tag: number): number {
  const found = nextTag(reader);
  if (found !== tag) return reader.fail(`identifier 0x${tag.toString(16).padStart(2, '0')}`);
  // Tag numbers from 31 on take more octets and occur in no structure of RFC 5280; 0 is BER's end-of-contents.
  if ((tag & 0x1f) === 0x1f || tag === 0) return reader.fail('an identifier of one octet');
  reader.at += 1;
  return tag;
}

// DER lengths are definite and as short as possible (X.690 §10.1); three octets hold more than a TLS message does.
function contentLength(reader: Reader): number {
  const start = reader.at;
  const first = reader.uint(1);
  if (first < 0x80) return first <= reader.end - reader.at ? first : reader.fail(`${first} more bytes`);
  const width = first - 0x80;
  if (width < 1 || width > 3) {
    reader.at = start;
    return reader.fail('a definite length of at most three octets');
  }
  const length = reader.uint(width);
  if (length < 0x80 || length < 256 ** (width - 1)) {
    reader.at = start;
    return reader.fail('a length in its shortest form');
  }
  return length <= reader.end - reader.at ? length : reader.fail(`${length} more bytes`);
}
