import { expect, test } from 'vitest';
import { findingsAt, findingsIn, manifest, soundPackage } from './planted.ts';
import { packages } from './rules.ts';

test('a workspace without planted faults has no violations', () => {
  expect(findingsIn({})).toEqual([]);
});

test('every package may import exactly what its row of the table names', () => {
  const folders = Object.keys(packages);
  for (const from of folders) {
    const refused = folders.filter((to) => {
      const name = to === 'tlsmith' ? to : `@tlsmith/${to}`;
      return findingsAt(`packages/${from}/src/a.ts`, `import { x } from '${name}';`).length > 0;
    });
    expect(refused.sort(), from).toEqual(
      folders
        .filter((to) => to !== from && !packages[from]?.imports.includes(to))
        .concat(from)
        .sort(),
    );
  }
});

test('the table has no cycle: every package imports only rows above its own', () => {
  const folders = Object.keys(packages);
  for (const [index, folder] of folders.entries()) {
    expect(
      packages[folder]?.imports.filter((one) => folders.indexOf(one) >= index),
      folder,
    ).toEqual([]);
  }
});

const refused = [
  [
    'rule 1: codec importing handshake',
    'packages/codec/src/a.ts',
    `import '@tlsmith/handshake';`,
    ['1 rule 1', '1 rule 8'],
  ],
  [
    'rule 1: types importing anything',
    'packages/types/src/a.ts',
    `import type { X } from '@tlsmith/codec';`,
    ['1 rule 1', '1 rule 8'],
  ],
  [
    'rule 2: handshake importing record',
    'packages/handshake/src/a.ts',
    `\nimport { seal } from '@tlsmith/record';`,
    ['2 rule 2', '2 rule 8'],
  ],
  [
    'rule 2: by re-export',
    'packages/handshake/src/a.ts',
    `export const a = 1;\nexport { x } from '@tlsmith/x509';`,
    ['2 rule 2', '2 rule 8'],
  ],
  [
    'rule 2: by dynamic import',
    'packages/handshake/src/a.ts',
    `const a = import('@tlsmith/crypto');`,
    ['1 rule 2', '1 rule 8'],
  ],
  [
    'rule 2: by import type',
    'packages/handshake/src/a.ts',
    `type A = import('@tlsmith/crypto').Provider;`,
    ['1 rule 2', '1 rule 8'],
  ],
  [
    'rule 3: x509 importing key-schedule',
    'packages/x509/src/a.ts',
    `import { a } from '@tlsmith/key-schedule';`,
    ['1 rule 3', '1 rule 8'],
  ],
  [
    'rule 3: testkit in a source',
    'packages/record/src/a.ts',
    `import { a } from '@tlsmith/testkit';`,
    ['1 rule 3', '1 rule 8'],
  ],
  [
    'rule 4: node:fs in a core package',
    'packages/x509/src/a.ts',
    `import { readFileSync } from 'node:fs';`,
    ['1 rule 4'],
  ],
  [
    'rule 4: a builtin without its prefix',
    'packages/tlsmith/src/a.ts',
    `import net from 'net';`,
    ['1 rule 4'],
  ],
  [
    'rule 4: a node subpath of another package',
    'packages/tlsmith/src/a.ts',
    `import { p } from '@tlsmith/crypto/node';`,
    ['1 rule 4'],
  ],
  [
    'rule 4: a node subpath of the same package',
    'packages/crypto/src/index.ts',
    `export const a = 1;\nimport { p } from './node/index.ts';`,
    ['2 rule 4'],
  ],
  [
    'rule 3: what tests share in a source',
    'packages/tlsmith/src/a.ts',
    `import { pair } from './pair.test-support.ts';`,
    ['1 rule 3'],
  ],
  ['rule 7: a runtime dependency', 'packages/record/src/a.ts', `import { z } from 'zod';`, ['1 rule 7']],
  [
    'rule 7: noble outside crypto/noble',
    'packages/crypto/src/node/a.ts',
    `import { sha256 } from '@noble/hashes/sha2.js';`,
    ['1 rule 7'],
  ],
  [
    'rule 8: a deep import by name',
    'packages/record/src/a.ts',
    `import { a } from '@tlsmith/codec/src/reader.ts';`,
    ['1 rule 8'],
  ],
  [
    'rule 8: a deep import by path',
    'apps/client/src/main.ts',
    `import { a } from '../../../packages/codec/src/reader.ts';`,
    ['1 rule 8'],
  ],
  [
    'rule 8: a deep import by path in a test',
    'packages/record/src/a.test.ts',
    `import { a } from '../../codec/src/reader.ts';`,
    ['1 rule 8'],
  ],
  [
    'rule 8: an undeclared sibling in an app',
    'apps/client/src/main.ts',
    `import { a } from '@tlsmith/codec';`,
    ['1 rule 8'],
  ],
  [
    'rule 8: a sibling that does not exist',
    'apps/client/src/main.ts',
    `import { a } from '@tlsmith/quic';`,
    ['1 rule 8'],
  ],
  ...(['packages/record/src/a.ts', 'tools/bench/src/a.ts'] as const).map(
    (path) =>
      [
        `rule 8: what apps share, from ${path}`,
        path,
        `import '@tlsmith/app-terminal';`,
        ['1 rule 8'],
      ] as const,
  ),
  [
    'rule 8: an app that exports nothing',
    'apps/client/src/main.ts',
    `import { a } from '@tlsmith/app-client';`,
    ['1 rule 8'],
  ],
] as const;

test.each(refused)('%s is caught', (_, path, text, findings) => {
  expect(findingsAt(path, text)).toEqual(findings);
});

const allowed = [
  [
    'an import written in a comment or a string',
    'packages/types/src/a.ts',
    `// import '@tlsmith/codec';\nexport const a = "import 'node:fs'";`,
  ],
  [
    'an import written in a template',
    'packages/types/src/a.ts',
    "export const a = `\nimport x from '@tlsmith/codec';\n`;",
  ],
  [
    'node:* in a node subpath',
    'packages/crypto/src/node/index.ts',
    `import { createHash } from 'node:crypto';`,
  ],
  ['node:* in a node subpath of one file', 'packages/tlsmith/src/node.ts', `import net from 'node:net';`],
  ['node:* in an app', 'apps/client/src/main.ts', `import net from 'node:net';`],
  ['node:* in a test', 'packages/x509/src/a.test.ts', `import { readFileSync } from 'node:fs';`],
  [
    'a node subpath from a node subpath',
    'packages/tlsmith/src/node/index.ts',
    `import { p } from '@tlsmith/crypto/node';`,
  ],
  [
    'a folder whose name merely begins with node',
    'packages/crypto/src/noble/a.ts',
    `import { a } from '../nodes/a.ts';`,
  ],
  [
    'noble in crypto/noble',
    'packages/crypto/src/noble/a.ts',
    `import { sha256 } from '@noble/hashes/sha2.js';`,
  ],
  [
    'testkit, crypto and the package itself in a test',
    'packages/codec/src/a.test.ts',
    `import '@tlsmith/testkit';\nimport '@tlsmith/crypto/node';\nimport '@tlsmith/codec';`,
  ],
  [
    'testkit in what tests share',
    'packages/tlsmith/src/pair.test-support.ts',
    `import '@tlsmith/testkit/node';`,
  ],
  ['a test library in a test', 'packages/codec/src/a.test.ts', `import fc from 'fast-check';`],
  ['what apps share, in an app', 'apps/client/src/main.ts', `import { a } from '@tlsmith/app-terminal';`],
  ['a declared sibling in an app', 'apps/client/src/main.ts', `import { a } from '@tlsmith/record';`],
] as const;

test.each(allowed)('%s is not caught', (_, path, text) => {
  expect(findingsAt(path, text)).toEqual([]);
});

test('what package.json declares counts, used or not', () => {
  const declare = (folder: string, name: string) =>
    findingsIn({
      ...soundPackage(folder),
      [`packages/${folder}/package.json`]: manifest(folder, { dependencies: { [name]: '1' } }),
    });
  expect(declare('types', '@tlsmith/codec')).toEqual(['packages/types/package.json:1 rule 1']);
  expect(declare('handshake', '@tlsmith/crypto')).toEqual(['packages/handshake/package.json:1 rule 2']);
  expect(declare('x509', '@tlsmith/record')).toEqual(['packages/x509/package.json:1 rule 3']);
  expect(declare('tlsmith', 'debug')).toEqual(['packages/tlsmith/package.json:1 rule 7']);
  expect(declare('record', '@noble/hashes')).toEqual(['packages/record/package.json:1 rule 7']);
  expect(declare('novelty', '@tlsmith/types')).toEqual(['packages/novelty/package.json:1 rule 3']);
  expect(declare('crypto', '@noble/hashes')).toEqual([]);
});

test('peer and optional dependencies are dependencies, devDependencies are not', () => {
  const types = manifest('types', {
    devDependencies: { vitest: '1' },
    peerDependencies: { a: '1' },
    optionalDependencies: { b: '1' },
  });
  expect(findingsIn({ 'packages/types/package.json': types })).toEqual([
    'packages/types/package.json:1 rule 7',
    'packages/types/package.json:1 rule 7',
  ]);
});
