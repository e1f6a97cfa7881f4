import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { run } from './repository.ts';
import type { Tarball } from './tarballs.ts';

/** A folder that knows nothing of this repository, with some of our packages installed by npm. */
export interface Project {
  readonly path: string;
  /** Names under node_modules. */
  readonly installed: readonly string[];
}

/**
 * Installs packages into an empty project. Names lead to tarballs at whatever depth they are asked for, npm's cache is
 * empty and the registry out of bounds: what is not among the tarballs is not found.
 *
 * @throws when npm refuses.
 */
export function project(path: string, names: readonly string[], tarballs: readonly Tarball[]): Project {
  mkdirSync(path, { recursive: true });
  const files = Object.fromEntries(tarballs.map(({ name, file }) => [name, `file:${file}`]));
  const dependencies = Object.fromEntries(names.map((name) => [name, files[name] ?? 'not packed']));
  const manifest = { name: 'consumer', private: true, type: 'module', dependencies, overrides: files };
  writeFileSync(`${path}/package.json`, JSON.stringify(manifest, undefined, 2));
  const install = ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { ok, text } = run('npm', install, { cwd: path, env: { npm_config_cache: `${path}/.npm` } });
  if (!ok) throw new Error(`npm install ${names.join(' ')} failed\n${text}`);
  return { path, installed: installedIn(`${path}/node_modules`) };
}

function installedIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) =>
      name.startsWith('@') ? readdirSync(`${folder}/${name}`).map((one) => `${name}/${one}`) : [name],
    )
    .toSorted();
}
