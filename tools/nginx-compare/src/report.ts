import type { Group, Observation } from './side.ts';

/** One line of the comparison. */
export interface Row {
  readonly group: string;
  readonly row: string;
  readonly nginx: string;
  readonly tlsmith: string;
  readonly verdict: 'same' | 'differs, for a reason' | 'DIFFERS';
  readonly reason?: string;
  /** What each said at a refusal. */
  readonly details?: { readonly nginx: string | undefined; readonly tlsmith: string | undefined };
}

/** Puts the two columns side by side. A row that only one side has differs. */
export function compared(
  { name, reasons }: Group,
  nginx: readonly Observation[],
  tlsmith: readonly Observation[],
): readonly Row[] {
  const titles = [...new Set([...nginx, ...tlsmith].map(({ row }) => row))];
  return titles.map((row) => {
    const [theirs, own] = [nginx, tlsmith].map((column) => column.find((one) => one.row === row));
    const same = theirs !== undefined && theirs.seen === own?.seen;
    const reason = same ? undefined : reasons[row] || undefined;
    return {
      group: name,
      row,
      nginx: theirs?.seen ?? 'no such row',
      tlsmith: own?.seen ?? 'no such row',
      verdict: same ? 'same' : reason === undefined ? 'DIFFERS' : 'differs, for a reason',
      ...(reason === undefined ? {} : { reason }),
      ...(theirs?.detail === undefined && own?.detail === undefined
        ? {}
        : { details: { nginx: theirs?.detail, tlsmith: own?.detail } }),
    };
  });
}

/** The rows of one group as text; refusals that differ with what each side says. `reasons` numbers the reasons. */
export function table(rows: readonly Row[], reasons: readonly string[]): string {
  const width = (pick: (row: Row) => string, least: number): number =>
    Math.max(least, ...rows.map((row) => pick(row).length));
  const widths = [
    width(({ row }) => row, 20),
    width(({ nginx }) => nginx, 5),
    width(({ tlsmith }) => tlsmith, 7),
  ];
  const line = (cells: readonly string[]): string =>
    `  ${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  ')}`.trimEnd();
  const lines = rows.flatMap((row) => {
    const verdict =
      row.reason === undefined ? row.verdict : `differs, reason ${reasons.indexOf(row.reason) + 1}`;
    const own = line([row.row, row.nginx, row.tlsmith, row.verdict === 'same' ? '' : verdict]);
    const said =
      row.details === undefined || row.verdict === 'same' ? [] : [`      ${JSON.stringify(row.details)}`];
    return [own, ...said];
  });
  return ['', rows[0]?.group ?? '', line(['', 'nginx', 'tlsmith']), ...lines].join('\n');
}

/** The written reasons of these rows, each once, in the order of their numbers. */
export function reasonsOf(rows: readonly Row[]): readonly string[] {
  return [...new Set(rows.flatMap(({ reason }) => reason ?? []))];
}
