import { check } from './check.ts';
import { packages } from './rules.ts';
import { workspaceOf } from './workspace.ts';

/** Checks a small sound workspace with some files planted in it; answers `path:line rule` of what is found. */
export function findingsIn(planted: Readonly<Record<string, string>>): string[] {
  const violations = check(workspaceOf({ ...sound(), ...planted }));
  return violations.map(({ path, line, rule }) => `${path}:${line} rule ${rule}`);
}

/** The same for one file, as `line rule` pairs. */
export function findingsAt(path: string, text: string): string[] {
  return findingsIn({ [path]: text }).map((finding) => finding.replace(`${path}:`, ''));
}

function sound(): Record<string, string> {
  return {
    ...Object.fromEntries(
      Object.keys(packages).map((folder) => [`packages/${folder}/package.json`, manifest(folder)]),
    ),
    'apps/client/package.json': JSON.stringify({
      name: '@tlsmith/app-client',
      dependencies: { tlsmith: 'workspace:^', '@tlsmith/record': 'workspace:^' },
    }),
    'packages/types/src/alert.ts':
      'export const alertDescription = { close_notify: 0, illegal_parameter: 47 } as const;',
  };
}

function manifest(folder: string): string {
  const nameOf = (one: string) => (one === 'tlsmith' ? one : `@tlsmith/${one}`);
  const own = packages[folder]?.imports ?? [];
  const noble = folder === 'crypto' ? ['@noble/hashes'] : [];
  return JSON.stringify({
    name: nameOf(folder),
    dependencies: Object.fromEntries([...own.map(nameOf), ...noble].map((name) => [name, '1'])),
    exports: { '.': entry('index'), './node': entry('node/index'), './package.json': './package.json' },
  });
}

const entry = (file: string) => ({ '@tlsmith/source': `./src/${file}.ts`, default: `./dist/${file}.js` });
