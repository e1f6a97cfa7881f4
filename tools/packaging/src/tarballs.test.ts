import { expect, test } from 'vitest';
import { listingProblems, type Tarball } from './tarballs.ts';

const good: Tarball = {
  name: 'a',
  file: 'a.tgz',
  manifest: {
    name: 'a',
    version: '1.0.0',
    exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
    dependencies: { b: '^1.0.0' },
  },
  paths: ['package.json', 'README.md', 'LICENSE', 'src/index.ts', 'dist/index.js', 'dist/index.d.ts'],
};

const wrong: readonly (readonly [string, Partial<Tarball>, string])[] = [
  ['a test', { paths: [...good.paths, 'src/a.test.ts', 'dist/a.test.js'] }, 'src/a.test.ts does not belong'],
  ['build information', { paths: [...good.paths, 'dist/.tsbuildinfo'] }, 'dist/.tsbuildinfo does not belong'],
  ['output of a source that went', { paths: [...good.paths, 'dist/old.js'] }, 'dist/old.js has no source'],
  ['a source that was not built', { paths: [...good.paths, 'src/new.ts'] }, 'src/new.ts has no output'],
  [
    'an export without its file',
    { paths: good.paths.filter((path) => path !== 'dist/index.js') },
    'dist/index.js is missing',
  ],
  ['no licence', { paths: good.paths.filter((path) => path !== 'LICENSE') }, 'LICENSE is missing'],
  [
    "a workspace's range",
    { manifest: { ...good.manifest, dependencies: { b: 'workspace:^' } } },
    'the range of b is workspace:^, which npm does not know',
  ],
];

test('a tarball with code, output, licence and README passes', () => {
  expect(listingProblems(good)).toEqual([]);
  expect(listingProblems({ ...good, paths: [...good.paths, 'src/a.wat'] })).toEqual([]);
});

test.each(wrong)('a tarball with %s does not pass', (_, change, problem) => {
  expect(listingProblems({ ...good, ...change })).toContain(problem);
});
