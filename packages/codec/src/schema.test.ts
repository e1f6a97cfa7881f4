import { type Bytes, type DecodeError, fromHex, isDecodeError, isTlsMisuse, toHex } from '@tlsmith/types';
import { expect, test } from 'vitest';
import {
  type Codec,
  decode,
  encode,
  fixed,
  inspect,
  leaves,
  list,
  mapped,
  opaque,
  optional,
  Reader,
  refine,
  rest,
  select,
  sized,
  spanRows,
  struct,
  uint,
  vector,
  Writer,
} from './index.ts';

interface Pair {
  readonly left: number;
  readonly right: Bytes;
}
const Pair: Codec<Pair> = struct<Pair>('Pair', { left: uint(2), right: opaque(1, 1, 4) }, 'RFC 9846 §3.6');

const refused = (f: () => unknown): DecodeError => {
  try {
    f();
  } catch (error) {
    if (isDecodeError(error)) return error;
    throw error;
  }
  throw new RangeError('nothing was thrown');
};
const misuse: unknown = expect.toSatisfy(isTlsMisuse);

test('a schema\u2019s type and its fields must agree: it does not compile otherwise', () => {
  const left = uint(2);
  // @ts-expect-error: a field is missing
  expect(struct<Pair>('Pair', { left })).toHaveProperty('name', 'Pair');
  // @ts-expect-error: a field has another type
  expect(struct<Pair>('Pair', { left, right: uint(1) })).toHaveProperty('name', 'Pair');
  // @ts-expect-error: a field is too many
  expect(struct<Pair>('Pair', { left, right: rest, middle: left })).toHaveProperty('name', 'Pair');
});

test('numbers are in network order, up to six bytes', () => {
  for (const width of [1, 2, 3, 4, 6] as const) {
    const most = 256 ** width - 1;
    expect(toHex(encode(uint(width), most))).toBe('ff'.repeat(width));
    expect(decode(uint(width), encode(uint(width), most))).toBe(most);
    for (const wrong of [most + 1, -1, 0.5, Number.NaN]) {
      expect(() => encode(uint(width), wrong)).toThrow(misuse);
    }
  }
  expect(decode(uint(3), fromHex('010203'))).toBe(0x010203);
});

test('bytes that are missing or too many are refused where they are missed', () => {
  expect(refused(() => decode(uint(4), fromHex('010203'))).expected).toBe('4 more bytes');
  expect(refused(() => decode(fixed(2), fromHex('01'))).expected).toBe('2 more bytes');
  const over = refused(() => decode(uint(1), fromHex('0102')));
  expect([over.at, over.expected]).toEqual([1, 'the end of the structure']);
});

test('an error says at which byte and in which field it was met', () => {
  const pairs = vector(2, Pair);
  const error = refused(() => decode(pairs, fromHex('0009 0001 01 aa 0002 05 bbbb')));
  expect(error.path).toEqual(['Pair list', 'content', '[1]', 'right']);
  expect(error.at).toBe(9);
  expect(error.message).toBe(
    'Pair list.content.[1].right at byte 9: expected a length of 1 to 4 bytes, not 5',
  );
});

test('a structure inside a length neither reads over its end nor leaves bytes behind', () => {
  const inner = sized(1, {}, uint(2));
  expect(decode(inner, fromHex('020304'))).toBe(0x0304);
  expect(refused(() => decode(inner, fromHex('0103'))).expected).toBe('2 more bytes');
  expect(refused(() => decode(inner, fromHex('01030405'))).expected).toBe('2 more bytes');
  expect(refused(() => decode(inner, fromHex('03030405'))).expected).toBe('the end of the structure');
});

test('a length is checked on writing as well', () => {
  expect(() => encode(Pair, { left: 1, right: new Uint8Array(5) })).toThrow(misuse);
  expect(() => encode(Pair, { left: 1, right: new Uint8Array(0) })).toThrow(misuse);
  expect(() => encode(fixed(3), new Uint8Array(2))).toThrow(misuse);
  expect(() => encode(opaque(1), new Uint8Array(256))).toThrow(misuse);
});

test('a missing structure is undefined and takes no bytes, an empty one is there', () => {
  const maybe = optional(opaque(2));
  expect(decode(maybe, fromHex(''))).toBeUndefined();
  expect(decode(maybe, fromHex('0000'))).toEqual(new Uint8Array(0));
  expect([undefined, new Uint8Array(0)].map((value) => toHex(encode(maybe, value)))).toEqual(['', '0000']);
});

test('a tag chooses the structure of the body', () => {
  const either = select<{ readonly tag: number; readonly body: unknown }>('Either', uint(1), (tag) =>
    tag === 1 ? (uint(2) as Codec<unknown>) : (rest as Codec<unknown>),
  );
  expect(decode(either, fromHex('010203'))).toEqual({ tag: 1, body: 0x0203 });
  expect(decode(either, fromHex('070203ff'))).toEqual({ tag: 7, body: fromHex('0203ff') });
  expect(toHex(encode(either, { tag: 7, body: fromHex('0203ff') }))).toBe('070203ff');
});

test('a refined structure takes what holds, in both directions, and points at its start', () => {
  const even = refine(uint(1), (value) => value % 2 === 0, 'an even number');
  expect(decode(even, fromHex('02'))).toBe(2);
  expect(() => encode(even, 3)).toThrow(misuse);
  const error = refused(() => decode(list(even), fromHex('0203')));
  expect([error.at, error.expected]).toEqual([1, 'an even number']);
});

test('a mapped structure shows another value and keeps name, section and registry', () => {
  const codec = mapped(
    uint(2, 'NamedGroup', 'namedGroups'),
    (wire) => `group ${wire}`,
    (text) => Number(text.slice(6)),
  );
  expect(decode(codec, fromHex('001d'))).toBe('group 29');
  expect(toHex(encode(codec, 'group 29'))).toBe('001d');
  expect([codec.name, codec.registry]).toEqual(['NamedGroup', 'namedGroups']);
});

test('spans name each field, its structure, its section and its value', () => {
  const bytes = fromHex('0007 0001 03 aabbcc ff');
  const outer = struct<{ readonly pair: Pair; readonly last: number }>('Outer', {
    pair: sized(2, {}, struct('Pair', { left: uint(2), right: opaque(1) }, 'RFC 9846 §3.6')),
    last: uint(1, 'NamedGroup', 'namedGroups'),
  });
  expect(() => inspect(outer, bytes)).toThrow(/end of the structure/);
  const whole = fromHex('0006 0001 03 aabbcc ff');
  const { value, span } = inspect(outer, whole);
  expect(value).toEqual({ pair: { left: 1, right: fromHex('aabbcc') }, last: 0xff });
  expect(spanRows(span, whole).map(({ depth, path, hex }) => `${depth} ${path} ${hex}`)).toEqual([
    '0 Outer ',
    '1 Outer.pair ',
    '2 Outer.pair.length 0006',
    '2 Outer.pair.content ',
    '3 Outer.pair.content.left 0001',
    '3 Outer.pair.content.right ',
    '4 Outer.pair.content.right.length 03',
    '4 Outer.pair.content.right.content aabbcc',
    '1 Outer.last ff',
  ]);
  expect(span.children?.[0]).toMatchObject({
    name: 'pair',
    schema: 'Pair',
    section: 'RFC 9846 §3.6',
    start: 0,
    end: 8,
  });
  expect(leaves(span).map((leaf) => leaf.value)).toEqual([6, 1, 3, fromHex('aabbcc'), 0xff]);
  expect(span.children?.[1]).toEqual({
    name: 'last',
    schema: 'NamedGroup',
    start: 8,
    end: 9,
    registry: 'namedGroups',
    value: 0xff,
  });
});

test('an empty list is one leaf without bytes', () => {
  const { span } = inspect(vector(2, Pair), fromHex('0000'));
  expect(leaves(span).map(({ name, start, end }) => [name, start, end])).toEqual([
    ['length', 0, 2],
    ['content', 2, 2],
  ]);
});

test('views show the input, copies own their bytes', () => {
  const bytes = fromHex('01020304');
  const reader = new Reader(bytes);
  const [view, copy] = [reader.view(2), reader.take(2)];
  bytes.fill(9);
  expect([toHex(view), toHex(copy), reader.remaining]).toEqual(['0909', '0304', 0]);
  expect(refused(() => reader.view(1)).at).toBe(4);
});

test('an error that is not about decoding passes through unchanged', () => {
  const mine = new RangeError('mine');
  const broken: Codec<number> = {
    name: 'Broken',
    read: () => {
      throw mine;
    },
    write: () => {},
  };
  expect(() => decode(list(broken), fromHex('00'))).toThrow(mine);
});

test.each([700, 5000])('a writer patches lengths and hands out a copy, of %i bytes and more', (length) => {
  const writer = new Writer();
  writer.sized(2, { min: 0, max: 0xffff }, () => {
    writer.uint(7, 1);
    writer.bytes(new Uint8Array(length).fill(0xee));
  });
  const first = writer.finish();
  expect(first).toHaveLength(length + 3);
  expect(toHex(first.subarray(2, 4))).toBe('07ee');
  expect(256 * (first[0] as number) + (first[1] as number)).toBe(length + 1);
  const next = new Writer();
  next.bytes(new Uint8Array(length).fill(0x11));
  next.finish();
  expect(first[3]).toBe(0xee);
});

test('writers do not disturb each other, whichever ends first', () => {
  const writers = [1, 2, 3].map((value) => ({ value, writer: new Writer() }));
  for (const { value, writer } of writers) writer.uint(value, 6);
  for (const { value, writer } of writers.toReversed()) {
    expect(toHex(writer.finish())).toBe(`00000000000${value}`);
    writer.wipe();
    new Writer().uint(9, 6);
  }
});
