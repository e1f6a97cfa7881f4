import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The parts of a package.json that this tool looks at. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** A package that users can install. */
export interface Published {
  readonly name: string;
  /** Its name under `packages`. */
  readonly folder: string;
  readonly path: string;
  readonly manifest: Manifest;
}

/** The top of the repository. */
export const root: string = fileURLToPath(new URL('../../../', import.meta.url));

/** Every package under `packages` that is not private. */
export function published(top: string = root): readonly Published[] {
  return readdirSync(`${top}/packages`)
    .map((folder) => ({ folder, path: `${top}/packages/${folder}` }))
    .map((one) => ({ ...one, manifest: readJson(`${one.path}/package.json`) as Manifest }))
    .filter(({ manifest }) => manifest.private !== true)
    .map((one) => ({ ...one, name: one.manifest.name }));
}

/** Import specifiers of a package that lead to code, each with its place in `exports`. */
export function entries({ name, manifest }: Published): readonly { specifier: string; subpath: string }[] {
  return Object.entries(manifest.exports)
    .filter(([, target]) => typeof target !== 'string')
    .map(([subpath]) => ({ specifier: `${name}${subpath.slice(1)}`, subpath }));
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

/** What became of a command. */
export interface Outcome {
  readonly ok: boolean;
  readonly stdout: string;
  /** Both streams, for a person. */
  readonly text: string;
}

/** Runs a command to its end; variables of `env` that are undefined are taken away. */
export function run(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv; readonly timeout?: number },
): Outcome {
  const env = { ...process.env, NO_COLOR: '1', ...options.env };
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: options.cwd,
    env,
    encoding: 'utf8',
    timeout: options.timeout ?? 300_000,
    maxBuffer: 2 ** 26,
    shell: process.platform === 'win32',
  });
  const text = [error?.message, stdout, stderr]
    .filter((part) => part !== undefined && part !== '')
    .join('\n');
  return { ok: status === 0, stdout: stdout ?? '', text };
}

/** Like {@link run}, where failure leaves nothing to go on with. */
export function must(
  command: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
): string {
  const { ok, stdout, text } = run(command, args, { cwd, env });
  if (!ok) throw new Error(`${command} ${args.join(' ')} failed in ${cwd}\n${text}`);
  return stdout;
}
