import { type Citation, citationsIn } from './citation.ts';
import { sectionsOf } from './sections.ts';
import type { SourceFile } from './source.ts';

/** The files that have to do with a section. */
export interface Coverage {
  readonly rfc: string;
  readonly section: string;
  readonly implementedIn: readonly string[];
  readonly testedIn: readonly string[];
}

/** A citation of a section that its RFC does not have. */
export interface Misquotation extends Citation {
  readonly path: string;
}

/**
 * What the files say about each section, by RFC and section. A file has to do with a section that it cites, and with
 * the section of a violation that it names.
 */
export function coverage(files: readonly SourceFile[]): readonly Coverage[] {
  const rules = ruleSections(files);
  const found = new Map<
    string,
    { rfc: string; section: string; implementing: Set<string>; testing: Set<string> }
  >();
  for (const { path, text, tests } of files.filter(isOwnWords))
    for (const { rfc, section } of [...citationsIn(text), ...rowsNamed(text, rules)]) {
      const key = `${rfc} ${section}`;
      const entry = found.get(key) ?? { rfc, section, implementing: new Set(), testing: new Set() };
      found.set(key, entry);
      (tests ? entry.testing : entry.implementing).add(path);
    }
  return [...found.values()].toSorted(byPlace).map(({ rfc, section, implementing, testing }) => ({
    rfc,
    section,
    implementedIn: [...implementing].toSorted(),
    testedIn: [...testing].toSorted(),
  }));
}

/** The citations of listed RFCs that name no section of theirs. */
export function misquotations(files: readonly SourceFile[]): readonly Misquotation[] {
  return files.flatMap(({ path, text }) =>
    citationsIn(text)
      .filter(({ rfc, section }) => sectionsOf(rfc)?.has(section) === false)
      .map((cited) => ({ ...cited, path })),
  );
}

type Place = Pick<Coverage, 'rfc' | 'section'>;
type Rules = ReadonlyMap<string, Citation>;

/** What a row is called, by name and by code: the table of sentences has a section for every row. */
function ruleSections(files: readonly SourceFile[]): Rules {
  const sections = new Map(
    [...textOf(files, sentences).matchAll(/^ {2}'?([a-z0-9-]+)'?: \{\s+section: '([^']+)'/gm)].flatMap(
      ([, code = '', place = '']) => citationsIn(place).map((cited) => [code, cited] as const),
    ),
  );
  const names = [...textOf(files, rows).matchAll(/\b(\w+): \{\s*code: '([^']+)'/g)].flatMap(
    ([, name = '', code = '']) => {
      const cited = sections.get(code);
      return cited === undefined ? [] : [[`violations.${name}`, cited] as const];
    },
  );
  return new Map([...[...sections].map(([code, cited]) => [`'${code}'`, cited] as const), ...names]);
}

const rowsNamed = (text: string, rules: Rules): readonly Citation[] =>
  [...text.matchAll(/\bviolations\.\w+|'[a-z0-9]+(?:-[a-z0-9]+)+'/g)].flatMap(
    ([name]) => rules.get(name) ?? [],
  );

const textOf = (files: readonly SourceFile[], path: string): string =>
  files.find((file) => file.path === path)?.text ?? '';

// The tables of the rows themselves implement none of them, and generated data cites nothing of its own.
const sentences = 'packages/types/src/explain/data/violation-texts.ts';
const rows = 'packages/types/src/violations.ts';
const isOwnWords = ({ path }: SourceFile): boolean =>
  path !== sentences && path !== rows && !path.endsWith('.gen.ts');

/** By number, appendices last. */
function byPlace(a: Place, b: Place): number {
  if (a.rfc !== b.rfc) return Number(a.rfc) - Number(b.rfc);
  const [left, right] = [parts(a.section), parts(b.section)];
  const at = left.findIndex((part, index) => part !== right[index]);
  return at === -1 ? left.length - right.length : (left[at] ?? 0) - (right[at] ?? -1);
}

const parts = (section: string): readonly number[] =>
  section.split('.').map((part) => (/\d/.test(part) ? Number(part) : 100 + part.charCodeAt(0)));
