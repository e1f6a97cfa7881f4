import { expect, test } from 'vitest';
import { compared, reasonsOf, type Row, table } from './report.ts';
import type { Group } from './side.ts';

const group: Group = {
  name: 'a group',
  observe: async function* () {},
  reasons: { reasoned: 'because', 'not needed': 'because' },
};

test('rows are the same, differ for a written reason, or differ', () => {
  expect(verdicts(rows())).toEqual({
    same: 'same',
    reasoned: 'differs, for a reason',
    'not needed': 'same',
    other: 'DIFFERS',
    'nginx only': 'DIFFERS',
    'tlsmith only': 'DIFFERS',
  });
});

test('a reason is given only where it is needed, and listed once', () => {
  expect(rows().map(({ reason }) => reason)).toEqual([
    undefined,
    'because',
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  expect(reasonsOf([...rows(), ...rows()])).toEqual(['because']);
});

test('the table has both columns and numbers the reasons', () => {
  const lines = table(rows(), ['another', 'because']).split('\n');
  expect(lines.slice(1, 5)).toEqual([
    'a group',
    '                        nginx        tlsmith',
    '  same                  resumed      resumed',
    '  reasoned              full         resumed      differs, reason 2',
  ]);
  expect(lines.find((line) => line.includes('other'))).toMatch(/DIFFERS$/);
  expect(lines.at(-1)).toContain('no such row');
});

test('what each side says at a refusal is shown where they differ', () => {
  const [row] = compared(
    group,
    [{ row: 'x', seen: 'refused', detail: 'invalid "x"' }],
    [{ row: 'x', seen: 'taken' }],
  );
  expect(table([row as Row], [])).toContain('{"nginx":"invalid \\"x\\""}');
});

function rows(): readonly Row[] {
  const nginx = {
    same: 'resumed',
    reasoned: 'full',
    'not needed': 'full',
    other: 'full',
    'nginx only': 'full',
  };
  const tlsmith = {
    same: 'resumed',
    reasoned: 'resumed',
    'not needed': 'full',
    other: 'resumed',
    'tlsmith only': 'full',
  };
  return compared(group, seen(nginx), seen(tlsmith));
}

function seen(column: Readonly<Record<string, string>>): { readonly row: string; readonly seen: string }[] {
  return Object.entries(column).map(([row, one]) => ({ row, seen: one }));
}

function verdicts(all: readonly Row[]): Readonly<Record<string, string>> {
  return Object.fromEntries(all.map(({ row, verdict }) => [row, verdict]));
}
