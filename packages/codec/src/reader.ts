import { copyBytes, type Bytes, DecodeError, isDecodeError } from '@tlsmith/types';
import type { Span, SpanValue } from './span.ts';

/** What an annotated decode collects, and how extension bodies are looked up while doing so. */
export interface Inspection {
  /** Spans of the structure being read, innermost list last. */
  readonly open: Span[][];
  /** Reader of an extension body in a message; undefined leaves it opaque. */
  bodyOf?(type: number, message: string): BodyReader | undefined;
}

/** Reads an extension body for its spans. */
export interface BodyReader {
  (reader: Reader): unknown;
  /** The extension's name, which becomes the span's. */
  readonly extension?: string;
  /** What the body is; missing for an extension that this message does not know. */
  readonly schema?: SpanSchema | undefined;
}

/**
 * A cursor over bytes with a window that structures narrow. Every length error is born here, as a
 * {@link DecodeError} with the offset in the outermost input. Ordinary decoding pays one `undefined` test for spans.
 */
export class Reader {
  readonly bytes: Bytes;
  at: number;
  end: number;
  readonly inspection: Inspection | undefined;

  constructor(bytes: Bytes, inspection?: Inspection) {
    this.bytes = bytes;
    this.at = 0;
    this.end = bytes.length;
    this.inspection = inspection;
  }

  /** Bytes left in the window. */
  get remaining(): number {
    return this.end - this.at;
  }

  /** An unsigned integer of `width` bytes (1 to 6), network order. */
  uint(width: number): number {
    if (this.end - this.at < width) this.fail(`${width} more bytes`);
    let value = 0;
    for (let i = 0; i < width; i++) value = value * 256 + (this.bytes[this.at + i] as number);
    this.at += width;
    return value;
  }

  /** The next `length` bytes as a view of the input. */
  view(length: number): Bytes {
    if (this.end - this.at < length) this.fail(`${length} more bytes`);
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  /** The next `length` bytes as an owned copy. */
  take(length: number): Bytes {
    return copyBytes(this.view(length));
  }

  /** Reads `length` bytes through `f`, which must consume them all. */
  within<T>(length: number, f: () => T): T {
    if (this.end - this.at < length) this.fail(`${length} more bytes`);
    const outer = this.end;
    this.end = this.at + length;
    const value = f();
    if (this.at !== this.end) this.fail('the end of the structure');
    this.end = outer;
    return value;
  }

  /** Insists that nothing is left. */
  finish(): void {
    if (this.at !== this.end) this.fail('the end of the structure');
  }

  /** @throws {DecodeError} always. */
  fail(expected: string, kind?: DecodeError['kind']): never {
    throw new DecodeError(this.at, [], expected, kind);
  }

  /** Reads a named part: its name joins the error's path, and its span the parent's children. */
  part<T>(name: string, schema: SpanSchema, f: (reader: Reader) => T): T {
    try {
      if (this.inspection === undefined) return f(this);
      return this.#annotated(name, schema, f);
    } catch (error) {
      if (!isDecodeError(error)) throw error;
      throw new DecodeError(error.at, [name, ...error.path], error.expected, error.kind);
    }
  }

  #annotated<T>(name: string, schema: SpanSchema, f: (reader: Reader) => T): T {
    const { open } = this.inspection as Inspection;
    const children: Span[] = [];
    const start = this.at;
    open.push(children);
    const value = f(this);
    open.pop();
    open.at(-1)?.push({
      name,
      schema: schema.name,
      start,
      end: this.at,
      ...(schema.section === undefined ? {} : { section: schema.section }),
      ...(schema.registry === undefined ? {} : { registry: schema.registry }),
      ...(children.length === 0 ? { value: spanValue(value) } : { children }),
    });
    return value;
  }
}

/** What a span repeats of its schema. */
export interface SpanSchema {
  readonly name: string;
  readonly section?: string | undefined;
  readonly registry?: string | undefined;
}

function spanValue(value: unknown): SpanValue {
  return typeof value === 'number' || typeof value === 'string' || value instanceof Uint8Array
    ? value
    : undefined;
}
