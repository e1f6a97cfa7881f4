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

/** The same as `path: message`, for rules with many ways to break them. */
export function messagesIn(planted: Readonly<Record<string, string>>): string[] {
  return check(workspaceOf({ ...sound(), ...planted })).map(({ path, message }) => `${path}: ${message}`);
}

/** The package.json of a sound package, with some fields replaced or, where undefined, taken out. */
export function manifest(folder: string, fields: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    name: nameOf(folder),
    type: 'module',
    license: 'MIT',
    sideEffects: false,
    engines: { node: '>=20.19.0' },
    files: ['dist', 'src', '!src/**/*.test.ts'],
    exports: { '.': entry('index'), './node': entry('node/index'), './package.json': './package.json' },
    publishConfig: { access: 'public' },
    repository: { directory: `packages/${folder}` },
    dependencies: dependencies(folder),
    ...fields,
  });
}

/** Where an export leads that is written `src/${file}.ts`. */
export function entry(file: string): Readonly<Record<string, string>> {
  return {
    '@tlsmith/source': `./src/${file}.ts`,
    types: `./dist/${file}.d.ts`,
    default: `./dist/${file}.js`,
  };
}

function sound(): Record<string, string> {
  return {
    ...Object.fromEntries(Object.keys(packages).flatMap((folder) => Object.entries(soundPackage(folder)))),
    'apps/client/package.json': JSON.stringify({
      name: '@tlsmith/app-client',
      dependencies: {
        tlsmith: 'workspace:^',
        '@tlsmith/record': 'workspace:^',
        '@tlsmith/app-terminal': 'workspace:^',
      },
    }),
    'apps/terminal/package.json': JSON.stringify({
      name: '@tlsmith/app-terminal',
      exports: { '.': './src/index.ts' },
    }),
    'packages/types/src/alert.ts':
      'export const alertDescription = { close_notify: 0, illegal_parameter: 47 } as const;',
  };
}

/** The files of a sound package without code, by path. */
export function soundPackage(folder: string): Record<string, string> {
  return {
    [`packages/${folder}/package.json`]: manifest(folder),
    [`packages/${folder}/README.md`]: '# One',
    [`packages/${folder}/LICENSE`]: 'MIT License',
    [`packages/${folder}/src/index.ts`]: '',
    [`packages/${folder}/src/node/index.ts`]: '',
  };
}

function dependencies(folder: string): Record<string, string> {
  const own = (packages[folder]?.imports ?? []).map(nameOf);
  const noble = folder === 'crypto' ? ['@noble/hashes'] : [];
  return Object.fromEntries([...own, ...noble].map((name) => [name, '1']));
}

const nameOf = (folder: string): string => (folder === 'tlsmith' ? folder : `@tlsmith/${folder}`);
