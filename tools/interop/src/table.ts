import type { Cell } from './cell.ts';

const columns = ['1.2', '1.3'] as const;
const words = { pass: 'pass', fail: 'FAIL', 'left-out': 'left out' } as const;

/** One peer in one role as a table: a line a case, a column a version; reasons stand below. */
export function renderTable(title: string, cells: readonly Cell[]): string {
  const names = [...new Set(cells.map((cell) => cell.case))];
  const width = Math.max(title.length, ...names.map((name) => name.length));
  const line = (first: string, rest: readonly string[]): string =>
    `${first.padEnd(width)}  ${rest.map((word) => word.padEnd(8)).join('  ')}`.trimEnd();
  const rows = names.map((name) =>
    line(
      name,
      columns.map((version) => wordOf(cells, name, version)),
    ),
  );
  const head = line(
    title,
    columns.map((version) => `TLS ${version}`),
  );
  return [head, '-'.repeat(head.length), ...rows, ...reasons(cells)].join('\n');
}

function wordOf(cells: readonly Cell[], name: string, version: string): string {
  const found = cells.find((cell) => cell.case === name && cell.version === version);
  return found === undefined ? '-' : words[found.result];
}

/** A reason that many cells share, such as a missing peer, is said once. */
function reasons(cells: readonly Cell[]): readonly string[] {
  const told = new Map<string, string[]>();
  for (const { reason, version, case: name } of cells) {
    if (reason !== undefined) told.set(reason, [...(told.get(reason) ?? []), `${name} (${version})`]);
  }
  return [...told].map(([reason, names]) => {
    const rest =
      names.length > 2 ? ` and ${names.length - 1} more` : names[1] === undefined ? '' : `, ${names[1]}`;
    return `  ${names[0]}${rest}: ${reason}`;
  });
}

/** `12 pass, 1 fail, 2 left out`. */
export function summary(cells: readonly Cell[]): string {
  const count = (result: Cell['result']): number => cells.filter((cell) => cell.result === result).length;
  return `${count('pass')} pass, ${count('fail')} fail, ${count('left-out')} left out`;
}

/** The cells as `--json` writes them. */
export function renderJson(cells: readonly Cell[]): string {
  const plain = cells.map(({ peer, role, version, case: name, result, reason }) => ({
    peer,
    role,
    version,
    case: name,
    result,
    ...(reason === undefined ? {} : { reason }),
  }));
  return `${JSON.stringify(plain, null, 2)}\n`;
}

/** Whether the run was a success: nothing failed, nothing that had to be played was left out, and something was played. */
export function succeeded(cells: readonly Cell[], requireAll: boolean): boolean {
  const bad = cells.some(({ result }) => result === 'fail' || (requireAll && result === 'left-out'));
  return !bad && cells.length > 0;
}
