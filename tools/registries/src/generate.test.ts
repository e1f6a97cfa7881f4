import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseCsv } from './csv.ts';
import { generate } from './generate.ts';
import { namedValues } from './registry.ts';
import { dataFolder, generatedFile, sources } from './sources.ts';

test('the committed registries are what the committed tables give, byte for byte', () => {
  expect(readFileSync(generatedFile, 'utf8')).toBe(generate());
});

test('the tables agree with the reference copies beside the checkout', () => {
  const shared = new URL('../../../../shared/iana/', import.meta.url);
  const common = sources.map(({ file }) => file).filter((file) => existsSync(new URL(file, shared)));
  if (common.length === 0)
    console.log('left out: no reference copies of the IANA tables beside the checkout');
  for (const file of common) {
    expect(readFileSync(new URL(file, dataFolder), 'utf8'), file).toBe(
      readFileSync(new URL(file, shared), 'utf8'),
    );
  }
});

test('no name needs escaping in a TypeScript string', () => {
  const names = sources.flatMap(({ file }) =>
    entriesOf(readFileSync(new URL(file, dataFolder), 'utf8')).map(([, name]) => name),
  );
  expect(names.length).toBeGreaterThan(500);
  expect(names.filter((name) => !/^[\w .-]+$/.test(name))).toEqual([]);
});

test('quoted fields keep commas, quotes and line breaks (RFC 4180 §2)', () => {
  const [row] = parseCsv('A,B,C\r\n"x,y","say ""hi""","two\r\nlines"\r\n');
  expect([row?.get('A'), row?.get('B'), row?.get('C')]).toEqual(['x,y', 'say "hi"', 'two\r\nlines']);
});

test('a last line without a line break counts, and empty last fields are kept', () => {
  expect(parseCsv('A,B\n1,\n2,z').map((row) => [row.get('A'), row.get('B')])).toEqual([
    ['1', ''],
    ['2', 'z'],
  ]);
});

test('values are read in all three notations and sorted', () => {
  expect(entriesOf('Value,Name\n"0x13,0x01",suite\n0x0403,scheme\n41,group\n1-2,a b (in order)\n')).toEqual([
    [1, 'a'],
    [2, 'b'],
    [41, 'group'],
    [0x403, 'scheme'],
    [0x1301, 'suite'],
  ]);
});

test('unassigned and reserved rows give no name', () => {
  expect(
    entriesOf('Value,Description\n"0x01-09,*",Unassigned\n508-511,Reserved for Private Use\n1,x\n'),
  ).toEqual([[1, 'x']]);
});

test('a range with too few names and an unreadable value are refused', () => {
  expect(() => entriesOf('Value,Name\n1-3,a b (in order)\n')).toThrow('1-3 is 3 values');
  expect(() => entriesOf('Value,Name\n0x,a\n')).toThrow('cannot read the value "0x"');
});

const entriesOf = (csv: string) => namedValues(parseCsv(csv));
