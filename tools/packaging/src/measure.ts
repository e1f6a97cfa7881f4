import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

/** What one import statement costs. */
export interface Size {
  /** Bytes, minified. */
  readonly minified: number;
  /** Bytes, minified and compressed. */
  readonly gzip: number;
  /** Packages with code in the bundle, most first, with their minified bytes. */
  readonly packages: Readonly<Record<string, number>>;
  /** Modules with code in the bundle, by package and path. */
  readonly modules: readonly string[];
}

/**
 * Bundles one import statement from the built packages, as a user's bundler would, and measures what is left.
 *
 * @param folder Where imports are looked up; default this tool, which has every package.
 */
export async function measure(
  statement: string,
  folder: string = fileURLToPath(new URL('..', import.meta.url)),
): Promise<Size> {
  const names = /\{(.+)\}/.exec(statement)?.[1] ?? '';
  const { outputFiles, metafile } = await build({
    stdin: { contents: `${statement}\nexport {${names}};`, resolveDir: folder },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: statement.includes('/node') ? 'node' : 'browser',
    legalComments: 'none',
    metafile: true,
    write: false,
  });
  const [bytes] = outputFiles.map(({ contents }) => contents);
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
  const used = inputs.filter(([path, { bytesInOutput }]) => bytesInOutput > 0 && path !== '<stdin>');
  const sums = new Map<string, number>();
  for (const [path, { bytesInOutput }] of used)
    sums.set(owner(path), (sums.get(owner(path)) ?? 0) + bytesInOutput);
  return {
    minified: bytes?.length ?? 0,
    gzip: gzipSync(bytes ?? new Uint8Array(), { level: 9 }).length,
    packages: Object.fromEntries([...sums].toSorted(([, a], [, b]) => b - a)),
    modules: used
      .map(([path]) => `${owner(path)}: ${path.replace(/^.*\/(dist|node_modules)\//, '')}`)
      .toSorted(),
  };
}

// 'packages/x509/dist/der.js' -> 'x509', '.../node_modules/@noble/curves/abstract/x.js' -> '@noble/curves'
function owner(path: string): string {
  const own = /(?:^|\/)packages\/([^/]+)\/dist\//.exec(path)?.[1];
  return own ?? /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? path;
}
