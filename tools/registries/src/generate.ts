import { readFileSync } from 'node:fs';
import { parseCsv } from './csv.ts';
import { type Entry, namedValues } from './registry.ts';
import { type Source, dataFolder, sources } from './sources.ts';

/** The whole text of registries.gen.ts, made from the tables in the data folder. */
export function generate(): string {
  return [banner, ...sources.map(renderSource)].join('\n');
}

function renderSource(source: Source): string {
  const rows = parseCsv(readFileSync(new URL(source.file, dataFolder), 'utf8'));
  return render(source, namedValues(rows));
}

function render({ name, title, octets }: Source, entries: readonly Entry[]): string {
  const lines = entries.map(([value, text]) => `  ${hex(value, octets)}: '${text}',`);
  return [
    `/** ${title}: ${entries.length} names. */`,
    `export const ${name}: Readonly<Record<number, string>> = {`,
    ...lines,
    '};',
    '',
  ].join('\n');
}

const hex = (value: number, octets: number): string => `0x${value.toString(16).padStart(octets * 2, '0')}`;

const banner = '// Written by `npm run registries` from tools/registries/data; edits here are lost.\n';
