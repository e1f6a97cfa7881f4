import { expect, test } from 'vitest';
import type { Cell } from './cell.ts';
import { renderJson, renderTable, succeeded, summary } from './table.ts';

const cell = (name: string, version: Cell['version'], result: Cell['result'], reason?: string): Cell => ({
  peer: 'openssl s_client',
  role: 'server',
  version,
  case: name,
  result,
  ...(reason === undefined ? {} : { reason }),
});

const cells = [
  cell('full-ecdsa', '1.2', 'pass'),
  cell('full-ecdsa', '1.3', 'fail', 'our server: alert is "x", not ""'),
  cell('hello-retry-request', '1.3', 'left-out', 'not installed'),
  cell('alpn', '1.2', 'left-out', 'not installed'),
  cell('alpn', '1.3', 'left-out', 'not installed'),
];

test('a table has a line for each case, a column for each version, and every reason once', () => {
  expect(renderTable('case', cells)).toBe(
    [
      'case                 TLS 1.2   TLS 1.3',
      '--------------------------------------',
      'full-ecdsa           pass      FAIL',
      'hello-retry-request  -         left out',
      'alpn                 left out  left out',
      '  full-ecdsa (1.3): our server: alert is "x", not ""',
      '  hello-retry-request (1.3) and 2 more: not installed',
    ].join('\n'),
  );
});

test('two cells with one reason are both named', () => {
  expect(renderTable('case', cells.slice(3))).toContain('alpn (1.2), alpn (1.3): not installed');
});

test('the summary counts results', () => {
  expect(summary(cells)).toBe('1 pass, 1 fail, 3 left out');
});

test('JSON has exactly the fields of a cell, and a reason where there is one', () => {
  const extended = [{ ...(cells[0] as Cell), more: 1 }, cells[1] as Cell];
  expect(JSON.parse(renderJson(extended))).toEqual([
    { peer: 'openssl s_client', role: 'server', version: '1.2', case: 'full-ecdsa', result: 'pass' },
    { ...cells[1] },
  ]);
});

test('a run succeeds without failures, and with --require-all without cells left out', () => {
  const [pass, fail, left] = cells as [Cell, Cell, Cell];
  expect(succeeded([pass], true)).toBe(true);
  expect(succeeded([pass, left], false)).toBe(true);
  expect(succeeded([pass, left], true)).toBe(false);
  expect(succeeded([pass, fail], false)).toBe(false);
  expect(succeeded([], false)).toBe(false);
});
