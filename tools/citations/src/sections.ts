import { readFileSync } from 'node:fs';

/** Titles by number, in the order of the RFC. */
export type Sections = ReadonlyMap<string, string>;

/** The RFCs whose sections are listed here, so that a citation of another section is found out. */
export const listed: readonly string[] = ['9846', '5246'];

/** The sections of a listed RFC; undefined for the others, of which any section is believed. */
export function sectionsOf(rfc: string): Sections | undefined {
  return listed.includes(rfc) ? known.get(rfc) : undefined;
}

/** Numbers and titles out of lines such as `4.3.8  Key Share`, `6.2.  Record Layer` or `Appendix B.  Glossary`. */
export function headings(text: string): Sections {
  const lines = text.split('\n').map((line) => heading.exec(line.trimEnd()));
  const found = new Map<string, string>();
  // The first one counts: a line of running text may begin as a heading does.
  for (const [, number = '', title = ''] of lines.filter((match) => match !== null))
    if (!found.has(number)) found.set(number, title);
  return found;
}

const heading = /^(?:Appendix )?((?:\d{1,2}|[A-F])(?:\.\d+)*)\.? {1,3}(?=\S)((?!.*\.\.|.*\. \.).+)$/;
const data = new URL('../data/', import.meta.url);
const known = new Map(
  listed.map((rfc) => [rfc, headings(readFileSync(new URL(`rfc${rfc}-sections.txt`, data), 'utf8'))]),
);
