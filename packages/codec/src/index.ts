export { type Inspection, Reader, type SpanSchema } from './reader.ts';
export {
  type Codec,
  decode,
  encode,
  fixed,
  inspect,
  list,
  mapped,
  opaque,
  optional,
  type Range,
  refine,
  rest,
  select,
  sized,
  struct,
  uint,
  vector,
} from './schema.ts';
export { leaves, type Span, type SpanRow, type SpanValue, spanRows } from './span.ts';
export { Writer } from './writer.ts';
