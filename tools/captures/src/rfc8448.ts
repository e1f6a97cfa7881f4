// Turns the plain text of RFC 8448 into packages/testkit/src/data/rfc8448.json.
// Usage: tsx rfc8448.ts <rfc8448.txt> <rfc8448.json>
import { readFileSync, writeFileSync } from 'node:fs';

interface Value {
  readonly name: string;
  readonly octets: number;
  readonly bytes: string;
}

interface Step {
  readonly actor: 'client' | 'server';
  readonly action: string;
  readonly values: Value[];
}

interface Section {
  readonly number: number;
  readonly title: string;
  readonly steps: Step[];
}

/** A paragraph of the RFC: the indent of its first line, and its text on one line. */
interface Paragraph {
  readonly indent: number;
  readonly text: string;
}

main();

function main(): void {
  const [from, to] = process.argv.slice(2);
  if (from === undefined || to === undefined)
    throw new Error('usage: rfc8448.ts <rfc8448.txt> <rfc8448.json>');
  const paragraphs = readParagraphs(readFileSync(from, 'utf8'));
  const data = {
    source: 'RFC 8448, "Example Handshake Traces for TLS 1.3", January 2019',
    note:
      'Every labelled octet string of sections 2 to 7, in the order of the RFC. ' +
      '"octets" is the number the RFC prints and has been checked against the bytes; section 2 prints none. ' +
      'The RFC prints the salt of the five early secrets as "0 (all zero octets)"; it is stored as 32 zero octets.',
    rsaKey: readKey(paragraphs),
    sections: readSections(paragraphs),
  };
  writeFileSync(to, `${JSON.stringify(data, null, 1)}\n`);
}

/** Drops page breaks, then joins lines up to a blank line, also over a page end. */
function readParagraphs(text: string): Paragraph[] {
  const furniture = /^(Thomson {2,}Informational .*\[Page \d+\]|RFC 8448 {2,}TLS 1\.3 Traces .*)$/;
  const paragraphs: { indent: number; text: string }[] = [];
  let pageBreak = false;
  let blank = true;
  for (const line of text.split(/\r?\n/)) {
    const body = line.replaceAll('\f', '').trim();
    if (furniture.test(body)) pageBreak = true;
    if (body === '' || furniture.test(body)) {
      blank = true;
      continue;
    }
    const indent = line.search(/\S/);
    const last = paragraphs.at(-1);
    // A block cut by a page end goes on with its deeper indent and nothing but octets.
    const goesOn = pageBreak && indent > (last?.indent ?? 0) && /^([0-9a-f]{2}( |$))+$/.test(body);
    if (last !== undefined && (!blank || goesOn)) last.text += ` ${body}`;
    else paragraphs.push({ indent, text: body });
    blank = false;
    pageBreak = false;
  }
  return paragraphs;
}

/** RFC 8448 §2: the RSA key of the server, as name and number pairs. */
function readKey(paragraphs: Paragraph[]): Value[] {
  const from = paragraphs.findLastIndex(({ text }) => /^2\. +Private Keys$/.test(text));
  const to = paragraphs.findLastIndex(({ text }) => /^3\. +Simple/.test(text));
  return paragraphs.slice(from, to).flatMap(({ text }) => {
    const match = /^([a-z][a-z0-9 ()]*): +((?:[0-9a-f]{2} ?)+)$/.exec(text);
    if (match === null) return [];
    const bytes = compact(match[2] ?? '');
    return [{ name: (match[1] ?? '').replace(' (public)', ''), octets: bytes.length / 2, bytes }];
  });
}

function readSections(paragraphs: Paragraph[]): Section[] {
  const sections: Section[] = [];
  for (const { indent, text } of paragraphs) {
    const heading = indent === 0 ? /^(\d+)\. +(.*)$/.exec(text) : null;
    const step = indent === 3 ? /^\{(client|server)\} +(.*?):?$/.exec(text) : null;
    if (heading !== null) sections.push({ number: Number(heading[1]), title: heading[2] ?? '', steps: [] });
    const steps = sections.at(-1)?.steps;
    if (step !== null) steps?.push({ actor: step[1] as Step['actor'], action: step[2] ?? '', values: [] });
    else if (indent === 6) steps?.at(-1)?.values.push(...readValue(text));
  }
  return sections.filter(({ number }) => number >= 3 && number <= 7);
}

function readValue(text: string): Value[] {
  const match = /^([A-Za-z ]+?)(?: \((\d+) octets\))?: +(.*)$/.exec(text);
  if (match === null) throw new Error(`not a labelled value: ${text}`);
  const [, name = '', printed, rest = ''] = match;
  const bytes = rest === '(empty)' ? '' : rest === '0 (all zero octets)' ? '00'.repeat(32) : compact(rest);
  const octets = bytes.length / 2;
  if (printed !== undefined && Number(printed) !== octets) {
    throw new Error(`${name}: the RFC says ${printed} octets, there are ${octets}`);
  }
  return [{ name, octets, bytes }];
}

function compact(hex: string): string {
  const bytes = hex.replaceAll(' ', '');
  if (!/^([0-9a-f]{2})*$/.test(bytes)) throw new Error(`not octets: ${hex}`);
  return bytes;
}
