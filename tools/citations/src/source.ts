import { readdirSync, readFileSync } from 'node:fs';

/** The root of the repository. */
export const repository: URL = new URL('../../../', import.meta.url);

/** A source file of a package. */
export interface SourceFile {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
  /** Tests, what only tests use, and the test kit; everything else implements. */
  readonly tests: boolean;
}

/** The TypeScript of all packages, sorted by path. */
export function sourceFiles(): readonly SourceFile[] {
  const root = new URL('packages/', repository);
  return readdirSync(root)
    .toSorted()
    .flatMap((name) => below(`packages/${name}/src/`))
    .map((path) => ({ path, text: readFileSync(new URL(path, repository), 'utf8'), tests: isTest(path) }));
}

const isTest = (path: string): boolean =>
  /\.test(?:-support)?\.ts$/.test(path) || path.startsWith('packages/testkit/');

const below = (folder: string): readonly string[] =>
  readdirSync(new URL(folder, repository), { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? below(`${folder}${entry.name}/`) : [`${folder}${entry.name}`]))
    .filter((path) => path.endsWith('.ts'));
