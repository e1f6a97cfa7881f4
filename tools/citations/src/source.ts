import { readdirSync, readFileSync } from 'node:fs';

/** The root of the repository. */
export const repository: URL = new URL('../../../', import.meta.url);

/** A source file of a package, or of the tests that feed bad input to all of them. */
export interface SourceFile {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
  /** Tests, what only tests use, the test kit and bad input; everything else implements. */
  readonly tests: boolean;
}

/** The TypeScript of all packages, sorted by path, and behind it that of the hostile peer. */
export function sourceFiles(): readonly SourceFile[] {
  const root = new URL('packages/', repository);
  const folders = readdirSync(root)
    .toSorted()
    .map((name) => `packages/${name}/src/`);
  return [...folders, badInput]
    .flatMap((folder) => below(folder))
    .map((path) => ({ path, text: readFileSync(new URL(path, repository), 'utf8'), tests: isTest(path) }));
}

const isTest = (path: string): boolean =>
  /\.test(?:-support)?\.ts$/.test(path) || path.startsWith('packages/testkit/') || path.startsWith(badInput);

const badInput = 'tools/bad-input/src/';

const below = (folder: string): readonly string[] =>
  readdirSync(new URL(folder, repository), { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? below(`${folder}${entry.name}/`) : [`${folder}${entry.name}`]))
    .filter((path) => path.endsWith('.ts'));
