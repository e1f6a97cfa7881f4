import { leaves, Reader, type Span } from '@tlsmith/codec';
import { fromHex, isDecodeError, toHex } from '@tlsmith/types';
import { expect, test } from 'vitest';
import {
  bitString,
  boolean,
  characters,
  ia5String,
  integer,
  namedBits,
  octetBitString,
  octetString,
  smallInteger,
  stringTag,
  unsignedInteger,
} from './asn1.ts';
import {
  anyElement,
  type DerType,
  explicit,
  field,
  implicit,
  optional,
  sequence,
  sequenceOf,
} from './der.ts';
import { encodeOid, objectIdentifier, oidName } from './oid.ts';
import { oids } from './oids.ts';

function read<T>(type: DerType<T>, hex: string): T {
  const reader = new Reader(fromHex(hex));
  const value = type.read(reader);
  reader.finish();
  return value;
}

const pair = sequence('Pair', (reader) => ({
  first: field(reader, 'first', smallInteger),
  second: optional(reader, 'second', boolean),
}));

test.each<[string, DerType<unknown>, string, unknown]>([
  ['BOOLEAN true', boolean, '0101ff', true],
  ['BOOLEAN false', boolean, '010100', false],
  ['INTEGER 0', smallInteger, '020100', 0],
  ['INTEGER 127', smallInteger, '02017f', 127],
  ['INTEGER 128, with the zero octet that it needs', smallInteger, '02020080', 128],
  ['INTEGER 2^31 - 1', smallInteger, '02047fffffff', 2147483647],
  ['a sequence with an optional field', pair, '30060201050101ff', { first: 5, second: true }],
  ['a sequence without it', pair, '3003020105', { first: 5, second: undefined }],
  ['an empty list', sequenceOf('L', smallInteger, 0), '3000', []],
  ['an implicit tag', implicit(2, smallInteger), '820105', 5],
  ['an implicit constructed tag', implicit(2, pair), 'a203020105', { first: 5, second: undefined }],
  ['an explicit tag', explicit(3, smallInteger), 'a303020105', 5],
  ['named bits', namedBits, '03020186', 0b1100001],
  ['named bits over two octets', namedBits, '0303070080', 0b100000000],
  ['no named bits', namedBits, '030100', 0],
  ['named bits with a trailing zero, which roots in use have', namedBits, '03020006', 0b1100000],
  ['an IA5String', ia5String, '1603612e62', 'a.b'],
  ['an object identifier', objectIdentifier, '0603551d11', '2.5.29.17'],
  ['an object identifier that no table has', objectIdentifier, '06032a0304', '1.2.3.4'],
  ['an arc of 128 bits', objectIdentifier, `06146983${'ff'.repeat(17)}7f`, `2.25.${2n ** 128n - 1n}`],
])('%s is read', (_, type, hex, value) => {
  expect(read(type, hex)).toEqual(value);
});

test.each<[string, DerType<unknown>, string]>([
  ['BOOLEAN of another value than 00 and FF (X.690 §11.1)', boolean, '010101'],
  ['BOOLEAN of two octets', boolean, '0102ffff'],
  ['BOOLEAN of none', boolean, '0100'],
  ['INTEGER of none', integer, '0200'],
  ['INTEGER with a superfluous zero (X.690 §8.3.2)', integer, '0202007f'],
  ['INTEGER with a superfluous FF', integer, '0202ff80'],
  ['a negative modulus', unsignedInteger, '020180'],
  ['a negative count', smallInteger, '0201ff'],
  ['a count beyond 2^31 - 1', smallInteger, '02050080000000'],
  ['an indefinite length (X.690 §10.1)', pair, '308002010500 00'],
  ['a long length where the short form does', pair, '308103020105'],
  ['a length with a leading zero', octetString, `04820080${'00'.repeat(128)}`],
  ['a length of four octets', octetString, `048400000080${'00'.repeat(128)}`],
  ['the reserved length FF', octetString, '04ff'],
  ['a length beyond the input', octetString, '040501'],
  ['a long length beyond the input', octetString, '048201ff00'],
  ['a length beyond the parent', sequence('P', (r) => field(r, 'a', octetString)), '3003040200'],
  ['an input that ends in a length', octetString, '0481'],
  ['an input that ends after the tag', octetString, '04'],
  ['no input', octetString, ''],
  ['another tag', octetString, '05020000'],
  ['a constructed string (X.690 §10.2)', octetString, '240404020000'],
  ['bytes after the fields of a sequence', pair, '3008 020105 0101ff 0500'],
  ['bytes after the element', pair, '3003020105 00'],
  ['too few elements', sequenceOf('L', smallInteger), '3000'],
  ['a tag number above 30', anyElement, '1f8100 00'],
  ["BER's end of contents", anyElement, '0000'],
  ['a BIT STRING without its count of unused bits', octetBitString, '0300'],
  ['a BIT STRING with nine unused bits', bitString, '03020900'],
  ['a BIT STRING with unused bits that are set (X.690 §11.2.1)', bitString, '03020101'],
  ['an empty BIT STRING with unused bits', bitString, '030101'],
  ['a key that is no whole number of octets', octetBitString, '03020180'],
  ['named bits with set unused bits', namedBits, '03020787'],
  ['five octets of named bits', namedBits, '0306000000000001'],
  ['an IA5String beyond ASCII', ia5String, '160180'],
  ['an empty object identifier', objectIdentifier, '0600'],
  ['an arc with a leading zero (X.690 §8.19.2)', objectIdentifier, '06032a8001'],
  ['an object identifier that ends within an arc', objectIdentifier, '06022a83'],
  ['an object identifier of 65 octets', objectIdentifier, `0641${'2a'.repeat(65)}`],
])('%s is refused', (_, type, hex) => {
  let error: unknown;
  try {
    read(type, hex.replaceAll(' ', ''));
  } catch (caught) {
    error = caught;
  }
  expect(isDecodeError(error)).toBe(true);
});

test('an error says where and what was expected', () => {
  const list = sequenceOf('List', pair);
  expect(() => read(list, '300a 3003020105 3003 0201ff'.replaceAll(' ', ''))).toThrowError(
    expect.objectContaining({ at: 12, path: ['[1]', 'first'], expected: 'an INTEGER from 0 to 2^31 - 1' }),
  );
});

test('spans cover identifier, length and content of every element, in both forms of length', () => {
  const open: Span[][] = [[]];
  const bytes = fromHex(`30818a 020105 048184${'00'.repeat(132)}`);
  const type = sequence('T', (reader) => [
    field(reader, 'number', smallInteger),
    field(reader, 'octets', anyElement),
  ]);
  const reader = new Reader(bytes, { open });
  reader.part('T', type, type.read);
  const rows = leaves(open[0]?.[0] as Span).map(({ name, start, end }) => `${name} ${start}-${end}`);
  expect(rows).toEqual([
    'identifier 0-1',
    'length 1-3',
    'identifier 3-4',
    'length 4-5',
    'content 5-6',
    'identifier 6-7',
    'length 7-9',
    'content 9-141',
  ]);
});

test('every known object identifier is interned as itself and has one name', () => {
  for (const [name, oid] of Object.entries(oids)) {
    const octets = encodeOid(oid);
    const hex = `06${octets.length.toString(16).padStart(2, '0')}${toHex(octets)}`;
    expect(read(objectIdentifier, hex)).toBe(oid);
    expect(oidName(oid)).toBe(name);
  }
  expect(oidName('1.2.3.4')).toBe('1.2.3.4');
});

test.each<[string, keyof typeof stringTag, string, string | undefined]>([
  ['UTF-8', 'utf8', 'c3a9', 'é'],
  ['UTF-8 with a byte order mark', 'utf8', 'efbbbf61', '\ufeffa'],
  ['an overlong form', 'utf8', 'c0af', undefined],
  ['a surrogate in UTF-8', 'utf8', 'eda080', undefined],
  ['printable characters', 'printable', '4578616d706c65', 'Example'],
  ['an asterisk, which authorities write', 'printable', '2a2e61', '*.a'],
  ['a semicolon', 'printable', '3b', undefined],
  ['T.61 as ISO 8859-1', 'teletex', 'e9', 'é'],
  ['UCS-2', 'bmp', '004100e9', 'Aé'],
  ['half a character of UCS-2', 'bmp', '004100', undefined],
])('%s as text', (_, kind, hex, text) => {
  expect(characters(stringTag[kind], fromHex(hex))).toBe(text);
});
