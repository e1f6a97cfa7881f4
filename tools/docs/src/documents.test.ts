import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { blocks, repository } from './blocks.ts';
import { withBlock } from './markers.ts';

const read = (path: string): string => readFileSync(new URL(path, repository), 'utf8');
const exists = (path: string): boolean => existsSync(new URL(path, repository));
const architecture = read('docs/ARCHITECTURE.md');

test.each(blocks)('$name in $file is what the code says', ({ file, name, text }) => {
  expect(withBlock(read(file), name, text()), 'npm run tables --prefix tools/docs').toBe(read(file));
});

describe('the architecture names', () => {
  const kinds = (file: string, field: string): readonly string[] => [
    ...new Set(
      [...read(file).matchAll(new RegExp(`${field}: '([a-z-]+)'`, 'g'))].map(([, kind]) => kind ?? ''),
    ),
  ];
  const firstColumn = (heading: string): readonly string[] => {
    const section = architecture.split(`### ${heading}\n`)[1]?.split('\n#')[0] ?? '';
    return [...section.matchAll(/^\| `([a-z-]+)`/gm)].map(([, kind]) => kind ?? '');
  };

  test('every ask and no other', () => {
    const asks = [
      ...kinds('packages/types/src/ask.ts', 'ask'),
      ...kinds('packages/handshake/src/ask.ts', 'ask'),
    ];
    expect(firstColumn('Asks').toSorted()).toEqual(asks.toSorted());
  });

  test('every effect and no other', () => {
    const effects = kinds('packages/handshake/src/effect.ts', 'effect');
    expect(firstColumn('Effects').toSorted()).toEqual(effects.toSorted());
  });

  test('files that exist', () => {
    const named = [...architecture.matchAll(/`(?:packages\/)?([a-z0-9-]+)\/([a-z0-9/-]+(?:\.ts|\/))`/g)];
    const missing = named
      .map(([, folder, path]) =>
        folder === 'tools' || folder === 'docs' ? `${folder}/${path}` : `packages/${folder}/src/${path}`,
      )
      .filter((path) => !exists(path) && !exists(path.replace('/src/src/', '/src/')));
    expect(missing).toEqual([]);
    expect(named.length).toBeGreaterThan(100);
  });
});

test('every command of package.json is explained to contributors', () => {
  const { scripts } = JSON.parse(read('package.json')) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  const contributing = read('CONTRIBUTING.md');
  // What a command runs behind the scenes is no command of its own; `build` is run by those that need it.
  const commands = Object.keys(scripts).filter(
    (name) => scripts[name]?.startsWith('node tools/run.mjs') || name === 'ci',
  );
  const missing = commands.filter((name) => !new RegExp(`npm (run )?${name}\\b`).test(contributing));
  expect(missing).toEqual(['format:check', 'build']);
});

const folder = (path: string): readonly string[] =>
  readdirSync(new URL(path, repository))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${path}${name}`);
const readmes = (path: string): readonly string[] =>
  readdirSync(new URL(path, repository))
    .map((name) => `${path}${name}/README.md`)
    .filter(exists);
const documents = [
  'README.md',
  'SECURITY.md',
  'CONTRIBUTING.md',
  ...folder('docs/'),
  ...folder('docs/decisions/'),
  ...readmes('packages/'),
  ...readmes('apps/'),
];

test.each(documents)('%s links to what is there', (document) => {
  const targets = [...read(document).matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)].map(
    ([, target]) => target ?? '',
  );
  const base = new URL(document, repository);
  const missing = targets.filter((target) => !existsSync(new URL(target, base)));
  expect(missing).toEqual([]);
});
