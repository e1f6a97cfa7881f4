import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { type SourceFile, parseSource } from './source.ts';

/** What a package.json says that the rules care about. */
export interface Manifest {
  readonly name: string;
  /** Dependencies that a user's installation would bring: all kinds but devDependencies. */
  readonly dependencies: readonly string[];
  /** The keys of `exports`. */
  readonly subpaths: readonly string[];
  /** The source files behind them, relative to the repository. */
  readonly entries: readonly string[];
  readonly json: PackageJson;
}

/** The fields of a package.json that the rules read; whether they are there is for the rules to say. */
export interface PackageJson {
  readonly name: string;
  readonly private?: boolean;
  readonly type?: string;
  readonly license?: string;
  readonly sideEffects?: boolean;
  readonly engines?: { readonly node?: string };
  readonly files?: readonly string[];
  readonly exports?: Readonly<Record<string, ExportTarget>>;
  readonly publishConfig?: { readonly access?: string };
  readonly repository?: { readonly directory?: string };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** A path, or paths by condition. */
export type ExportTarget = string | Readonly<Record<string, string>>;

export interface Workspace {
  readonly files: readonly SourceFile[];
  /** By folder: `packages/codec`. */
  readonly manifests: ReadonlyMap<string, Manifest>;
  /** Every file that was read, relative to the repository. */
  readonly paths: ReadonlySet<string>;
}

/** A workspace from texts, keyed by path: what the tests plant and what the disk holds take the same way. */
export function workspaceOf(texts: Readonly<Record<string, string>>): Workspace {
  const entries = Object.entries(texts);
  return {
    files: entries.filter(([path]) => path.endsWith('.ts')).map(([path, text]) => parseSource(path, text)),
    manifests: new Map(
      entries
        .filter(([path]) => path.endsWith('/package.json'))
        .map(([path, text]) => manifestOf(path, text)),
    ),
    paths: new Set(Object.keys(texts)),
  };
}

/** Reads every package.json, README.md, LICENSE and TypeScript source below packages, apps, examples and tools. */
export function readWorkspace(root: URL): Workspace {
  const folders = ['packages', 'apps', 'examples', 'tools'].flatMap((area) =>
    readdirSync(new URL(`${area}/`, root), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `${area}/${name}`),
  );
  const paths = folders.flatMap((folder) => [
    ...['package.json', 'README.md', 'LICENSE'].map((name) => `${folder}/${name}`),
    ...sourcesBelow(root, `${folder}/src`),
  ]);
  const present = paths.filter((path) => existsSync(new URL(path, root)));
  return workspaceOf(
    Object.fromEntries(present.map((path) => [path, readFileSync(new URL(path, root), 'utf8')])),
  );
}

function sourcesBelow(root: URL, folder: string): string[] {
  const url = new URL(`${folder}/`, root);
  if (!existsSync(url)) return [];
  return readdirSync(url, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => `${folder}/${path.replaceAll('\\', '/')}`)
    .sort();
}

function manifestOf(path: string, text: string): readonly [folder: string, manifest: Manifest] {
  const json = JSON.parse(text) as PackageJson;
  const folder = path.slice(0, -'/package.json'.length);
  const targets = Object.values(json.exports ?? {}).map((target) =>
    typeof target === 'string' ? target : (target['@tlsmith/source'] ?? ''),
  );
  const manifest = {
    name: json.name,
    dependencies: Object.keys({
      ...json.dependencies,
      ...json.optionalDependencies,
      ...json.peerDependencies,
    }),
    subpaths: Object.keys(json.exports ?? {}),
    entries: targets.map((target) => `${folder}/${target.replace(/^\.\//, '')}`),
    json,
  };
  return [folder, manifest];
}
