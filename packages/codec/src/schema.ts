import { type Bytes, TlsMisuse } from '@tlsmith/types';
import { type Inspection, Reader } from './reader.ts';
import type { Span } from './span.ts';
import { Writer } from './writer.ts';

/** One schema per wire structure: it decodes, encodes and annotates. `encode(decode(b))` is `b` for every accepted `b`. */
export interface Codec<T> {
  /** The structure's name in the RFC. */
  readonly name: string;
  readonly section?: string | undefined;
  readonly registry?: string | undefined;
  read(reader: Reader): T;
  write(writer: Writer, value: T): void;
}

/**
 * Decodes a whole structure; byte strings in the result are copies.
 *
 * @throws {DecodeError} when the bytes do not fit or some are left over.
 */
export function decode<T>(codec: Codec<T>, bytes: Bytes): T {
  const reader = new Reader(bytes);
  const value = reader.part(codec.name, codec, codec.read);
  reader.finish();
  return value;
}

/**
 * Encodes a value.
 *
 * @throws {TlsMisuse} when a number or length lies outside what the structure allows.
 */
export function encode<T>(codec: Codec<T>, value: T): Bytes {
  const writer = new Writer();
  codec.write(writer, value);
  return writer.finish();
}

/** Decodes as {@link decode} does and says what each byte is. */
export function inspect<T>(
  codec: Codec<T>,
  bytes: Bytes,
  bodyOf?: Inspection['bodyOf'],
): { readonly value: T; readonly span: Span } {
  const top: Span[] = [];
  const reader = new Reader(bytes, { open: [top], ...(bodyOf === undefined ? {} : { bodyOf }) });
  const value = reader.part(codec.name, codec, codec.read);
  reader.finish();
  return { value, span: top[0] as Span };
}

/** An unsigned integer of `width` bytes. */
export function uint(
  width: 1 | 2 | 3 | 4 | 6,
  name: string = `uint${8 * width}`,
  registry?: string,
): Codec<number> {
  return {
    name,
    registry,
    read: (reader) => reader.uint(width),
    write: (writer, value) => writer.uint(value, width),
  };
}

/** Exactly `length` bytes. */
export function fixed(length: number, name: string = `opaque[${length}]`): Codec<Bytes> {
  return {
    name,
    read: (reader) => reader.take(length),
    write: (writer, value) => {
      if (value.length !== length) {
        throw new TlsMisuse('length-out-of-range', `${name} takes ${length} bytes, not ${value.length}`);
      }
      writer.bytes(value);
    },
  };
}

/** Everything up to the end of the window. */
export const rest: Codec<Bytes> = {
  name: 'opaque',
  read: (reader) => reader.take(reader.remaining),
  write: (writer, value) => writer.bytes(value),
};

/** `opaque<min..max>`: a length of `width` bytes and that many bytes (RFC 9846 §3.4). */
export function opaque(width: 1 | 2 | 3 | 4, min: number = 0, max: number = 256 ** width - 1): Codec<Bytes> {
  return sized(width, { min, max }, rest);
}

/** A length of `width` bytes around one structure that fills it. */
export function sized<T>(width: 1 | 2 | 3 | 4, range: Range, inner: Codec<T>): Codec<T> {
  const bounds = { min: range.min ?? 0, max: range.max ?? 256 ** width - 1 };
  const lengthSchema = { name: `uint${8 * width}` };
  const readContent = (reader: Reader): T => inner.read(reader);
  return {
    name: inner.name,
    section: inner.section,
    read: (reader) => {
      const length = reader.part('length', lengthSchema, (r) => r.uint(width));
      if (length < bounds.min || length > bounds.max) {
        reader.fail(`a length of ${bounds.min} to ${bounds.max} bytes, not ${length}`);
      }
      return reader.within(length, () => reader.part('content', inner, readContent));
    },
    write: (writer, value) => writer.sized(width, bounds, () => inner.write(writer, value)),
  };
}

/** Bounds on a length in bytes. */
export interface Range {
  readonly min?: number;
  readonly max?: number;
}

/** `item vector<min..max>`: a length in bytes and items that fill it (RFC 9846 §3.4). */
export function vector<T>(width: 1 | 2 | 3 | 4, item: Codec<T>, range: Range = {}): Codec<readonly T[]> {
  return sized(width, range, list(item));
}

/** Items up to the end of the window. */
export function list<T>(item: Codec<T>): Codec<readonly T[]> {
  return {
    name: `${item.name} list`,
    read: (reader) => {
      const items: T[] = [];
      while (reader.remaining > 0) items.push(reader.part(`[${items.length}]`, item, item.read));
      return items;
    },
    write: (writer, items) => {
      for (const value of items) item.write(writer, value);
    },
  };
}

/** Fields in order. The type parameter is the written-out interface; the compiler checks that both agree. */
export function struct<T extends object>(
  name: string,
  fields: { readonly [K in keyof T]-?: Codec<T[K]> },
  section?: string,
): Codec<T> {
  const entries = Object.entries(fields) as unknown as readonly [
    keyof T & string,
    Codec<T[keyof T & string]>,
  ][];
  return {
    name,
    section,
    read: (reader) => {
      const value = {} as T;
      for (const [key, field] of entries) value[key] = reader.part(key, field, field.read);
      return value;
    },
    write: (writer, value) => {
      for (const [key, field] of entries) field.write(writer, value[key]);
    },
  };
}

/** A structure that may be missing at the end of the window: undefined, which differs from empty. */
export function optional<T>(inner: Codec<T>): Codec<T | undefined> {
  return {
    name: inner.name,
    section: inner.section,
    read: (reader) => (reader.remaining === 0 ? undefined : inner.read(reader)),
    write: (writer, value) => {
      if (value !== undefined) inner.write(writer, value);
    },
  };
}

/** Another view of a structure; `to` and `from` must be each other's inverse on what is accepted. */
export function mapped<A, B>(inner: Codec<A>, to: (wire: A) => B, from: (value: B) => A): Codec<B> {
  return {
    name: inner.name,
    section: inner.section,
    registry: inner.registry,
    read: (reader) => to(inner.read(reader)),
    write: (writer, value) => inner.write(writer, from(value)),
  };
}

/** Accepts only values that `holds`; `expected` says which. Both directions. */
export function refine<T>(inner: Codec<T>, holds: (value: T) => boolean, expected: string): Codec<T> {
  return {
    name: inner.name,
    section: inner.section,
    registry: inner.registry,
    read: (reader) => {
      const start = reader.at;
      const value = inner.read(reader);
      if (!holds(value)) {
        reader.at = start;
        reader.fail(expected);
      }
      return value;
    },
    write: (writer, value) => {
      if (!holds(value)) throw new TlsMisuse('value-out-of-range', `${inner.name} must be ${expected}`);
      inner.write(writer, value);
    },
  };
}

/** A tag, and a body whose codec depends on it: `{ tag, body }`. Unknown tags keep an opaque rest. */
export function select<T extends { readonly tag: number; readonly body: unknown }>(
  name: string,
  tag: Codec<number>,
  bodyOf: (tag: number) => Codec<T['body']>,
): Codec<T> {
  return {
    name,
    read: (reader) => {
      const kind = reader.part('tag', tag, tag.read);
      const codec = bodyOf(kind);
      return { tag: kind, body: reader.part('body', codec, codec.read) } as T;
    },
    write: (writer, value) => {
      tag.write(writer, value.tag);
      bodyOf(value.tag).write(writer, value.body);
    },
  };
}
