import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compare, concat, equal, fromHex, fromUtf8, noBytes, toHex, uint, utf8 } from './bytes.ts';
import { isTlsMisuse } from './errors.ts';

const bytes = fc.uint8Array({ maxLength: 60 });

test('concat joins in order into bytes of its own', () => {
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 5 }), (parts) => {
      const joined = concat(...parts);
      expect([...joined]).toEqual(parts.flatMap((part) => [...part]));
      expect(parts.every((part) => part.buffer !== joined.buffer)).toBe(true);
    }),
  );
});

test('equal agrees with a comparison byte by byte, of views too', () => {
  fc.assert(
    fc.property(bytes, bytes, (a, b) => {
      expect(equal(a, b)).toBe(toHex(a) === toHex(b));
      expect(equal(a, concat(b, a, b).subarray(b.length, b.length + a.length))).toBe(true);
    }),
  );
});

test('equal sees a difference in any single bit', () => {
  const a = new Uint8Array(9).fill(0x5a);
  for (let bit = 0; bit < 72; bit++) {
    const b = a.slice();
    b[bit >> 3] = 0x5a ^ (1 << (bit & 7));
    expect(equal(a, b)).toBe(false);
  }
});

test('compare orders as hexadecimal strings do', () => {
  fc.assert(
    fc.property(bytes, bytes, (a, b) => {
      const [left, right] = [toHex(a), toHex(b)];
      expect(Math.sign(compare(a, b))).toBe(left < right ? -1 : Number(left > right));
    }),
  );
});

test('hexadecimal comes back, in capitals and with white space too', () => {
  fc.assert(
    fc.property(bytes, (value) => {
      expect(fromHex(toHex(value))).toEqual(value);
      expect(
        fromHex(
          toHex(value)
            .toUpperCase()
            .replace(/(.{6})/g, ' $1\n'),
        ),
      ).toEqual(value);
    }),
  );
  expect(toHex(new Uint8Array([0, 1, 0xab]))).toBe('0001ab');
});

test.each(['0', 'abc', '0g', '0x00', '\u0661\u0661'])('fromHex refuses %j', (text) => {
  expect(() => fromHex(text)).toThrow(expect.toSatisfy(isTlsMisuse));
});

test('text is UTF-8, and ill-formed bytes become U+FFFD', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => fromUtf8(utf8(text)) === text));
  expect(toHex(utf8('\u00e9\u{1f512}'))).toBe('c3a9f09f9492');
  expect(fromUtf8(fromHex('61ff62'))).toBe('a\ufffdb');
});

test('uint writes network order up to six bytes', () => {
  expect(toHex(uint(0x010203, 3))).toBe('010203');
  expect(toHex(uint(0x2a, 4))).toBe('0000002a');
  expect(toHex(uint(2 ** 48 - 1, 6))).toBe('ffffffffffff');
  expect(toHex(uint(2 ** 32, 6))).toBe('000100000000');
  expect(uint(0, 1)).toEqual(new Uint8Array(1));
  expect(noBytes).toHaveLength(0);
});
