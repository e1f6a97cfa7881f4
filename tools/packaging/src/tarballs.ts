import { mkdirSync, readdirSync, realpathSync } from 'node:fs';
import { type Manifest, must, type Published, root } from './repository.ts';

/** A package as it goes to the registry. */
export interface Tarball {
  readonly name: string;
  /** The .tgz. */
  readonly file: string;
  readonly paths: readonly string[];
  readonly manifest: Manifest;
}

/** Packs a package as `pnpm publish` would, its `prepack` included. */
export function pack({ name, path }: Published, into: string): Tarball {
  const folder = `${into}/${name.replace('/', '+')}`;
  mkdirSync(folder, { recursive: true });
  must('pnpm', ['pack', '--pack-destination', folder], path);
  return tarball(name, folder);
}

/**
 * noble as installed here, packed again: what the registry has, without asking it. npm takes from the folder what its
 * package.json lists.
 */
export function packNoble(into: string): readonly Tarball[] {
  return ['@noble/ciphers', '@noble/curves', '@noble/hashes'].map((name) => {
    const folder = `${into}/${name.replace('/', '+')}`;
    mkdirSync(folder, { recursive: true });
    const installed = realpathSync(`${root}/packages/crypto/node_modules/${name}`);
    must('npm', ['pack', installed, '--ignore-scripts', '--silent', '--pack-destination', folder], folder);
    return tarball(name, folder);
  });
}

function tarball(name: string, folder: string): Tarball {
  const file = `${folder}/${readdirSync(folder).find((one) => one.endsWith('.tgz'))}`;
  const paths = must('tar', ['-tzf', file], folder)
    .trim()
    .split('\n')
    .map((path) => path.replace(/^package\//, ''));
  const manifest = JSON.parse(must('tar', ['-xzOf', file, 'package/package.json'], folder)) as Manifest;
  return { name, file, paths, manifest };
}

/** What is in a tarball and should not be, or should be and is not. */
export function listingProblems({ paths, manifest }: Tarball): readonly string[] {
  // WebAssembly comes with the text that it is assembled from, as everything else comes with its source.
  const allowed =
    /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|src\/.+\.(ts|wat)|dist\/.+\.(js|d\.ts)(\.map)?)$/;
  const forbidden = /\.(test|bench)\.|test-support|fixture|tsbuildinfo/;
  const stale = paths.filter((path) => {
    const from = path.replace(/^dist\/(.+?)\.(js|d\.ts)(\.map)?$/, 'src/$1.ts');
    return from !== path && !paths.includes(from);
  });
  const missing = ['package.json', 'README.md', 'LICENSE', ...targets(manifest)].filter(
    (path) => !paths.includes(path),
  );
  const unbuilt = paths
    .filter((path) => /^src\/.+\.ts$/.test(path))
    .filter((path) => !paths.includes(path.replace(/^src\/(.+)\.ts$/, 'dist/$1.js')));
  const protocols = Object.entries(manifest.dependencies ?? {}).filter(([, range]) => /:/.test(range));
  return [
    ...paths
      .filter((path) => !allowed.test(path) || forbidden.test(path))
      .map((path) => `${path} does not belong`),
    ...stale.map((path) => `${path} has no source`),
    ...unbuilt.map((path) => `${path} has no output`),
    ...missing.map((path) => `${path} is missing`),
    ...protocols.map(([name, range]) => `the range of ${name} is ${range}, which npm does not know`),
  ];
}

// Files that `exports` promises; the condition for running from source included.
function targets({ exports }: Manifest): readonly string[] {
  return Object.values(exports)
    .flatMap((target) => (typeof target === 'string' ? [target] : Object.values(target)))
    .map((path) => path.replace(/^\.\//, ''));
}
