import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { packages } from './rules.ts';
import { picture, withPicture } from './picture.ts';
import { readWorkspace, workspaceOf } from './workspace.ts';

const root = new URL('../../../', import.meta.url);
const workspace = readWorkspace(root);

test('the committed picture of the dependencies is current', () => {
  const document = readFileSync(new URL('docs/ARCHITECTURE.md', root), 'utf8');
  expect(withPicture(document, workspace)).toBe(document);
});

test('every package of the repository has a row in the table', () => {
  const folders = [...workspace.manifests.keys()].filter((path) => path.startsWith('packages/'));
  expect(folders.length).toBeGreaterThan(8);
  expect(folders.filter((path) => packages[path.slice('packages/'.length)] === undefined)).toEqual([]);
});

test('the disk is read with tests, subpaths and entries', () => {
  const types = workspace.manifests.get('packages/types');
  expect(types?.subpaths).toEqual(['.', './explain', './package.json']);
  expect(types?.entries).toContain('packages/types/src/explain/index.ts');
  expect(workspace.files.map(({ path }) => path)).toContain('tools/arch/src/workspace.test.ts');
});

test('a dependency that the table allows but nobody declares is dotted, an implied one is left out', () => {
  const manifests = workspaceOf({
    'packages/types/package.json': '{"name":"@tlsmith/types"}',
    'packages/codec/package.json': '{"name":"@tlsmith/codec","dependencies":{"@tlsmith/types":"1"}}',
    'packages/x509/package.json': '{"name":"@tlsmith/x509","dependencies":{"@tlsmith/types":"1"}}',
  });
  const lines = picture(manifests).split('\n');
  expect(lines).toContain('  codec --> types');
  expect(lines).toContain('  x509 -.-> codec');
  expect(lines.filter((line) => line.includes('x509') && line.includes('types'))).toEqual([]);
});

test('a document without the markers is refused', () => {
  expect(() => withPicture('# Architecture', workspace)).toThrow('lacks the markers');
});
