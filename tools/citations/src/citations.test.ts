import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { citationsIn } from './citation.ts';
import { coverage, misquotations } from './collect.ts';
import { complianceDocument } from './document.ts';
import { headings, listed, sectionsOf } from './sections.ts';
import { repository, type SourceFile, sourceFiles } from './source.ts';

const file = (text: string): SourceFile => ({ path: 'packages/record/src/x.ts', text, tests: false });
const places = (text: string): readonly string[] =>
  citationsIn(text).map(({ rfc, section, line }) => `${line}: ${rfc} ${section}`);

describe('a citation', () => {
  test.each([
    ['of one section', '// as (RFC 9846 §4.3.8).', ['1: 9846 4.3.8']],
    ['of an appendix', '// RFC 9846 §E.4 and RFC 5246 appendix A.5', ['1: 9846 E.4', '1: 5246 A.5']],
    [
      'of several sections',
      "'RFC 9846 §4.2.1, §4.2.2, §9.2 and appendix C'",
      ['1: 9846 4.2.1', '1: 9846 4.2.2', '1: 9846 9.2', '1: 9846 C'],
    ],
    [
      'broken over two lines',
      '\n// See RFC 9846\n// §5.1.\n/**\n * RFC 5246\n * §6.3\n */',
      ['2: 9846 5.1', '5: 5246 6.3'],
    ],
    ['of a whole RFC is none', '// RFC 7627 says so', []],
    ['of another standard is none', '// RFC 5280 uses DER (X.690 §10.1)', []],
  ])('%s', (_what, text, found) => {
    expect(places(text)).toEqual(found);
  });

  test('of a section that the RFC does not have is found out, with its place', () => {
    const wrong = misquotations([
      file('// RFC 9846 §4.2.99\n// RFC 5246 §7.4.10, §7.4.9'),
      file('// RFC 1 §99'),
    ]);
    expect(wrong.map(({ path, line, rfc, section }) => `${path}:${line} ${rfc} ${section}`)).toEqual([
      'packages/record/src/x.ts:1 9846 4.2.99',
      'packages/record/src/x.ts:2 5246 7.4.10',
    ]);
  });
});

test('no citation in the packages names a section of RFC 9846 or RFC 5246 that does not exist', () => {
  const files = sourceFiles();
  const cited = files.flatMap(({ text }) => citationsIn(text)).filter(({ rfc }) => listed.includes(rfc));
  expect(misquotations(files)).toEqual([]);
  expect(cited.length).toBeGreaterThan(500);
});

test('a file that raises a violation has to do with its section, and the table of sentences with none', () => {
  const own = sourceFiles().filter(({ path }) => path.startsWith('packages/types/src/'));
  const found = coverage([...own, file('throw violation(violations.secondRetry)')]);
  const raised = found.filter(({ implementedIn }) => implementedIn.includes('packages/record/src/x.ts'));
  expect(raised.map(({ rfc, section }) => `${rfc} ${section}`)).toEqual(['9846 4.2.4']);
  expect(
    found
      .flatMap(({ implementedIn }) => implementedIn)
      .filter((path) => path.endsWith('/violation-texts.ts')),
  ).toEqual([]);
});

test('the document is the same whatever the order of the files, and its sections stand in order', () => {
  const files = sourceFiles();
  const document = complianceDocument(files);
  expect(complianceDocument(files.toReversed())).toBe(document);
  const own = document.split('\n## RFC 9846\n')[1]?.split('\n## ')[0] ?? '';
  const sections = [...own.matchAll(/^\| §(\S+)/gm)].map(([, section]) => section);
  const all = [...(sectionsOf('9846')?.keys() ?? [])];
  expect(sections).toEqual(all.filter((section) => sections.includes(section)));
});

test('the lists of sections are those of the RFCs', () => {
  const differing = listed.filter((rfc) => {
    const name = rfc === '9846' ? 'rfc9846-sections.txt' : `rfc${rfc}.txt`;
    const text = new URL(`../shared/rfcs/${name}`, repository);
    if (!existsSync(text))
      return console.log(`RFC text not here, the list of its sections is not compared: ${rfc}`);
    const entries = [...headings(readFileSync(text, 'utf8'))];
    return JSON.stringify(entries) !== JSON.stringify([...(sectionsOf(rfc) ?? [])]);
  });
  expect(differing).toEqual([]);
});
