import type { Row } from './csv.ts';

/** A number and the name that the registry gives to it. */
export type Entry = readonly [value: number, name: string];

/** The named values of a registry in ascending order: ranges are expanded, unassigned and reserved rows left out. */
export function namedValues(rows: readonly Row[]): Entry[] {
  return rows.flatMap(entriesOf).sort(([a], [b]) => a - b);
}

function entriesOf(row: Row): Entry[] {
  const description = row.get('Name') ?? row.get('Description') ?? '';
  if (/^(unassigned|reserved)\b/i.test(description)) return [];
  const [first, last] = valueRange(row.get('Value') ?? '');
  const names = namesOf(description);
  if (names.length !== last - first + 1) {
    throw new Error(
      `${first}-${last} is ${last - first + 1} values, but "${description}" is ${names.length} names`,
    );
  }
  return names.map((name, index) => [first + index, name]);
}

// The groups registry packs runs of curves in one row: "sect163k1 sect163r1 ... (in order)".
function namesOf(description: string): string[] {
  const run = /^(.*) \(in order\)$/.exec(description)?.[1];
  return run === undefined ? [description.replace(/ \(OBSOLETE\)$/, '')] : run.split(' ');
}

// Three notations: "0x13,0x01" (cipher suites), "0x0403", "41"; each may end in a range as in "1-8".
function valueRange(notation: string): readonly [number, number] {
  const pair = /^0x([0-9A-F]{2}),0x([0-9A-F]{2})$/.exec(notation);
  if (pair) return single(Number.parseInt(`${pair[1]}${pair[2]}`, 16));
  const range = /^(\d+)-(\d+)$/.exec(notation);
  if (range) return [Number(range[1]), Number(range[2])];
  if (!/^(0x[0-9A-F]+|\d+)$/.test(notation)) throw new Error(`cannot read the value "${notation}"`);
  return single(Number(notation));
}

const single = (value: number): readonly [number, number] => [value, value];
