import { Reader } from '@tlsmith/codec';
import {
  der,
  distinguishedName,
  ia5String,
  oid,
  printableString,
  sequence,
  set,
  utf8String,
} from '@tlsmith/testkit';
import { isDecodeError } from '@tlsmith/types';
import { expect, test } from 'vitest';
import { attributeTexts, describeName, type Name, name, sameName } from './name.ts';
import { oids } from './oids.ts';

const read = (bytes: Uint8Array): Name => {
  const reader = new Reader(bytes);
  const value = name.read(reader);
  reader.finish();
  return value;
};
const attribute = (type: string, value: Uint8Array) => sequence(oid(type), value);
const rdn = (...attributes: readonly Uint8Array[]) => set(...attributes);
const common = (value: Uint8Array) => read(sequence(rdn(attribute(oids.commonName, value))));

test('a name is described with its most specific part first (RFC 4514 §2.1)', () => {
  const full = read(
    distinguishedName([
      ['C', 'CH'],
      ['O', 'Example, Ltd'],
      ['CN', 'a+b=c'],
    ]),
  );
  expect(describeName(full)).toBe('CN=a\\+b\\=c, O=Example\\, Ltd, C=CH');
  expect(describeName(read(distinguishedName([])))).toBe('(empty name)');
});

test('a name of thousands of parts does not fill a log', () => {
  const long = read(distinguishedName(Array.from({ length: 2000 }, (_, i) => ['OU', `unit ${i}`] as const)));
  expect(describeName(long)).toMatch(/^OU=unit 1999, .*OU=unit 1968, \.\.\.$/);
});

test('unknown types and values that are no text are shown as they are', () => {
  const odd = read(
    sequence(
      rdn(attribute('1.2.3.4', utf8String('x'))),
      rdn(attribute(oids.organizationIdentifier, der(0x02, Uint8Array.of(5)))),
    ),
  );
  expect(describeName(odd)).toBe('organizationIdentifier=#05, 1.2.3.4=x');
});

test('nothing in a name reaches a terminal as a control character', () => {
  expect(describeName(common(utf8String('a\u001b[31m\n\u202eb')))).toBe('CN=a?[31m??b');
});

test('parts with several attributes are read in DER order', () => {
  const parts = rdn(
    attribute(oids.commonName, utf8String('a')),
    attribute(oids.organizationName, utf8String('b')),
  );
  expect(describeName(read(sequence(parts)))).toBe('CN=a + O=b');
});

test.each([
  ['an empty part', sequence(set())],
  [
    'a part whose attributes are out of order (X.690 §11.6)',
    sequence(
      rdn(attribute(oids.organizationName, utf8String('b')), attribute(oids.commonName, utf8String('a'))),
    ),
  ],
  [
    'a part with the same attribute twice',
    sequence(rdn(attribute(oids.commonName, utf8String('a')), attribute(oids.commonName, utf8String('a')))),
  ],
  ['an attribute without value', sequence(rdn(sequence(oid(oids.commonName))))],
  [
    'an attribute with two values',
    sequence(rdn(sequence(oid(oids.commonName), utf8String('a'), utf8String('b')))),
  ],
  [
    'a string with characters that its type lacks',
    sequence(rdn(attribute(oids.commonName, printableString('a;b')))),
  ],
  ['broken UTF-8', sequence(rdn(attribute(oids.commonName, der(0x0c, Uint8Array.of(0xc3)))))],
  ['a sequence for a set', sequence(sequence(attribute(oids.commonName, utf8String('a'))))],
])('%s is refused', (_, bytes) => {
  let error: unknown;
  try {
    read(bytes);
  } catch (caught) {
    error = caught;
  }
  expect(isDecodeError(error)).toBe(true);
});

test.each<[string, Name, Name, boolean]>([
  ['the same bytes', common(utf8String('a')), common(utf8String('a')), true],
  ['another case', common(utf8String('Example CA')), common(utf8String('EXAMPLE ca')), true],
  ['another string type', common(utf8String('Example')), common(printableString('Example')), true],
  ['more white space', common(utf8String(' Example   CA ')), common(utf8String('Example CA')), true],
  ['composed and decomposed characters', common(utf8String('é')), common(utf8String('e\u0301')), true],
  ['another text', common(utf8String('a')), common(utf8String('b')), false],
  ['white space within a word', common(utf8String('ab')), common(utf8String('a b')), false],
  [
    'another attribute',
    common(utf8String('a')),
    read(sequence(rdn(attribute(oids.title, utf8String('a'))))),
    false,
  ],
  [
    'a value that looks like the other in hexadecimal',
    common(utf8String('#05')),
    common(der(0x02, Uint8Array.of(5))),
    false,
  ],
  [
    'another number of parts',
    common(utf8String('a')),
    read(
      distinguishedName([
        ['CN', 'a'],
        ['CN', 'a'],
      ]),
    ),
    false,
  ],
])('names with %s are the same: %#', (_, a, b, same) => {
  expect(sameName(a, b)).toBe(same);
  expect(sameName(b, a)).toBe(same);
});

test('the order of attributes within a part does not matter after folding', () => {
  const one = sequence(
    rdn(attribute(oids.commonName, ia5String('B')), attribute(oids.commonName, ia5String('a'))),
  );
  const two = sequence(
    rdn(attribute(oids.commonName, ia5String('A')), attribute(oids.commonName, ia5String('b'))),
  );
  expect(sameName(read(one), read(two))).toBe(true);
});

test('the texts of an attribute come in order', () => {
  const of = read(
    distinguishedName([
      ['CN', 'a'],
      ['O', 'x'],
      ['CN', 'b'],
    ]),
  );
  expect(attributeTexts(of, oids.commonName)).toEqual(['a', 'b']);
});
