import { type Coverage, coverage } from './collect.ts';
import { gaps, partly } from './gaps.ts';
import { sectionsOf } from './sections.ts';
import type { SourceFile } from './source.ts';

/** docs/compliance.md. */
export function complianceDocument(files: readonly SourceFile[]): string {
  const covered = coverage(files);
  const rfcs = [...new Set(covered.map(({ rfc }) => rfc))].toSorted(byWeight);
  return [introduction, gapTables(covered), ...rfcs.map((rfc) => chapter(rfc, covered))].join('\n\n') + '\n';
}

const introduction = `# Which section is where

Written by \`npm run citations\` from the sources of the packages; do not edit. A file stands under *implemented in* if
it cites the section or raises a violation of it, and under *tested in* if it is a test, or the test kit, and does so.
That a section is cited does not say that everything in it is done: read the file. \`handshake/finished.ts\` is
\`packages/handshake/src/finished.ts\`.`;

const first = ['9846', '5246', '5280'];
const byWeight = (a: string, b: string): number => weight(a) - weight(b) || Number(a) - Number(b);
const weight = (rfc: string): number => (first.includes(rfc) ? first.indexOf(rfc) : first.length);

function gapTables(covered: readonly Coverage[]): string {
  const open = gaps(covered).map(({ section, title, reason }) =>
    row([`§${section}`, title, reason ?? '**no reason given**']),
  );
  const half = Object.entries(partly)
    .filter(([section]) => covered.some((one) => one.rfc === '9846' && one.section === section))
    .map(([section, what]) => row([`§${section}`, sectionsOf('9846')?.get(section) ?? '', what]));
  return [
    '## What is not there',
    'Sections of RFC 9846, chapters 4 to 7, that nothing implements by name:',
    table(['section', 'title', 'why'], open),
    'And those that are cited, of which a part is left out on purpose:',
    table(['section', 'title', 'what is left out'], half),
  ].join('\n\n');
}

function chapter(rfc: string, covered: readonly Coverage[]): string {
  const titles = sectionsOf(rfc);
  const own = covered.filter((one) => one.rfc === rfc);
  const rows = own.map(({ section, implementedIn, testedIn }) =>
    row([
      `§${section}`,
      ...(titles ? [titles.get(section) ?? ''] : []),
      names(implementedIn),
      names(testedIn),
    ]),
  );
  const heads = ['section', ...(titles ? ['title'] : []), 'implemented in', 'tested in'];
  return [`## RFC ${rfc}`, table(heads, rows)].join('\n\n');
}

const table = (heads: readonly string[], rows: readonly string[]): string =>
  [row(heads), row(heads.map(() => '---')), ...rows].join('\n');
const row = (cells: readonly string[]): string => `| ${cells.map((cell) => cell || ' ').join(' | ')} |`;
const names = (paths: readonly string[]): string =>
  paths.map((path) => `\`${path.replace(/^packages\/(.+?)\/src\//, '$1/')}\``).join(' ');
