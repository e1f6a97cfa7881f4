import { expect, test } from 'vitest';
import { entry, manifest, messagesIn, soundPackage } from './planted.ts';

const path = 'packages/record/package.json';
const withFields = (fields: Readonly<Record<string, unknown>>) =>
  messagesIn({ [path]: manifest('record', fields) });

test.each(['README.md', 'LICENSE'])('rule 12: a package without %s is caught', (name) => {
  const { [`packages/novelty/${name}`]: _, ...rest } = soundPackage('novelty');
  expect(messagesIn(rest)).toEqual([`packages/novelty/package.json: no ${name}`]);
  expect(messagesIn(soundPackage('novelty'))).toEqual([]);
});

const fields = [
  ['name', '@tlsmith/records', '@tlsmith/records is not named after its folder'],
  ['type', undefined, '"type" is not "module"'],
  ['sideEffects', undefined, '"sideEffects" is not false'],
  ['sideEffects', ['./src/index.ts'], '"sideEffects" is not false'],
  ['license', 'ISC', '"license" is not "MIT"'],
  ['engines', {}, '"engines" names no Node'],
  ['repository', { directory: 'packages/types' }, '"repository.directory" is not "packages/record"'],
  ['publishConfig', undefined, '"publishConfig.access" is not "public"'],
  ['files', ['dist', 'src'], '"files" lacks !src/**/*.test.ts'],
  ['files', ['dist', '!src/**/*.test.ts'], '"files" lacks src'],
] as const;

test.each(fields)('rule 12: %s %o is caught', (name, value, message) => {
  expect(withFields({ [name]: value })).toEqual([`${path}: ${message}`]);
});

test('rule 12: a private package need not be published in public', () => {
  expect(withFields({ publishConfig: undefined, private: true })).toEqual([]);
});

const sound = { '.': entry('index'), './node': entry('node/index'), './package.json': './package.json' };
const { types, default: code } = entry('index');
const strays = [
  [
    'a file that is not there',
    { './web': entry('web/index') },
    ['src/web/index.ts is exported and does not exist'],
  ],
  [
    'a subpath that leads to a file of another name',
    { './node': entry('index') },
    ['the export ./node does not lead to src/node/index.ts and its output'],
  ],
  [
    'output before types',
    { '.': { '@tlsmith/source': './src/index.ts', default: code, types } },
    ['the export . does not lead to src/index.ts and its output'],
  ],
  [
    'no types',
    { '.': { '@tlsmith/source': './src/index.ts', default: code } },
    ['the export . does not lead to src/index.ts and its output'],
  ],
  ['a bare path', { '.': './dist/index.js' }, ['the export . does not lead to src/index.ts and its output']],
  ['no package.json', { './package.json': undefined }, ['"exports" lacks ./package.json']],
] as const;

test.each(strays)('rule 12: exports with %s are caught', (_, exports, messages) => {
  expect(withFields({ exports: { ...sound, ...exports } })).toEqual(
    messages.map((message) => `${path}: ${message}`),
  );
});

test('rule 12: a package without exports is caught', () => {
  expect(withFields({ exports: undefined })).toEqual([
    `${path}: "exports" lacks .`,
    `${path}: "exports" lacks ./package.json`,
  ]);
});

test('rule 12 is for packages: apps and tools are run from their sources', () => {
  expect(messagesIn({ 'tools/x/package.json': '{"name":"@tlsmith/tool-x"}' })).toEqual([]);
});
