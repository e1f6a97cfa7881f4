import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { measure } from './measure.ts';

test('a size is of what an import needs: unused exports and packages stay away, used ones are told apart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tlsmith-size-'));
  const add = (name: string, code: string): void => {
    mkdirSync(join(folder, 'node_modules', name), { recursive: true });
    const manifest = { name, version: '1.0.0', type: 'module', main: 'index.js', sideEffects: false };
    writeFileSync(join(folder, 'node_modules', name, 'package.json'), JSON.stringify(manifest));
    writeFileSync(join(folder, 'node_modules', name, 'index.js'), code);
  };
  add('small', 'export const text = "a text of forty letters, and not one more";');
  add('@scope/large', `export const filler = ${JSON.stringify('x'.repeat(5000))};`);
  add('both', `export { text } from 'small';\nexport { filler } from '@scope/large';`);

  const one = await measure(`import { text } from 'both'`, folder);
  expect(Object.keys(one.packages)).toEqual(['small']);
  expect(one.modules).toEqual(['small: small/index.js']);
  expect(one.minified).toBeLessThan(200);

  const two = await measure(`import { text, filler } from 'both'`, folder);
  expect(Object.keys(two.packages)).toEqual(['@scope/large', 'small']);
  expect(two.minified).toBeGreaterThan(5000);
  expect(two.gzip).toBeLessThan(one.gzip + 100);
  rmSync(folder, { recursive: true });
});
