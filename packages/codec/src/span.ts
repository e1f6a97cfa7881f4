import { type Bytes, toHex } from '@tlsmith/types';

/** What a leaf of the annotation holds. */
export type SpanValue = number | string | Bytes | undefined;

/**
 * Name, byte range and meaning of a part of the input. Children lie inside their parent in order and, together with
 * nothing else, cover it. Sentences for people live with the viewer, keyed by `schema`.
 */
export interface Span {
  /** The field's name, or `[3]` for an item of a list. */
  readonly name: string;
  /** The structure's name in the RFC. */
  readonly schema: string;
  /** First byte, counted from the start of the inspected input. */
  readonly start: number;
  /** One past the last byte. */
  readonly end: number;
  readonly section?: string;
  /** The registry of `@tlsmith/types/explain` that names the value. */
  readonly registry?: string;
  readonly value?: SpanValue;
  readonly children?: readonly Span[];
}

/** The leaves of a span tree in order: with full coverage, each starts where the one before ends. */
export function leaves(span: Span): readonly Span[] {
  if (span.children === undefined || span.children.length === 0) return [span];
  return span.children.flatMap(leaves);
}

/** One row of an annotated dump. */
export interface SpanRow {
  readonly depth: number;
  readonly path: string;
  readonly start: number;
  readonly end: number;
  readonly hex: string;
  readonly span: Span;
}

/**
 * A span tree as rows for a listing, parents before children; `hex` is filled for leaves.
 *
 * @example
 * ```ts
 * import { inspect, opaque, spanRows } from '@tlsmith/codec';
 * const bytes = new Uint8Array([1, 255]);
 * spanRows(inspect(opaque(1), bytes).span, bytes).map((row) => row.hex); // ['', '01', 'ff']
 * ```
 */
export function spanRows(span: Span, bytes: Bytes, depth = 0, prefix = ''): readonly SpanRow[] {
  const path = prefix === '' ? span.name : `${prefix}.${span.name}`;
  const children = span.children ?? [];
  const hex = children.length === 0 ? toHex(bytes.subarray(span.start, span.end)) : '';
  const row: SpanRow = { depth, path, start: span.start, end: span.end, hex, span };
  return [row, ...children.flatMap((child) => spanRows(child, bytes, depth + 1, path))];
}
