import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { quotationsIn, quotes, titlesIn } from './quotations.ts';
import { repository } from './source.ts';

const document = readFileSync(new URL('docs/attacks.md', repository), 'utf8');
const found = quotationsIn(document);
const quoted = found.filter(({ titles }) => titles.length > 0);

test('a title belongs to the file before it in its item, and line breaks in it are spaces', () => {
  const text =
    '- Code: `packages/a.ts`\n- Tests: `packages/b.ts`: “one”, “two\n  words”; `packages/c.ts`: “`x` y”';
  expect(quotationsIn(text)).toEqual([
    { path: 'packages/a.ts', titles: [] },
    { path: 'packages/b.ts', titles: ['one', 'two words'] },
    { path: 'packages/c.ts', titles: ['`x` y'] },
  ]);
});

test('a title is quoted whole, and in whatever quotation marks it stands', () => {
  const source = "test('a whole title', f); test(`${name}: other`, f); const row = ['it\\u0000s'];";
  expect(['a whole title', '${name}: other', 'it\\u0000s'].map((title) => quotes(source, title))).toEqual([
    true,
    true,
    true,
  ]);
  expect(quotes(source, 'whole title')).toBe(false);
});

test('every file that docs/attacks.md names is there', () => {
  const missing = found.map(({ path }) => path).filter((path) => !existsSync(new URL(path, repository)));
  expect(missing).toEqual([]);
});

test('every title that docs/attacks.md quotes stands in its file, and that file is a test', () => {
  const wrong = quoted.flatMap(({ path, titles }) => {
    const source = path.endsWith('.test.ts') ? readFileSync(new URL(path, repository), 'utf8') : '';
    return titles.filter((title) => !quotes(source, title)).map((title) => `${path}: ${title}`);
  });
  expect(wrong).toEqual([]);
  expect(quoted.flatMap(({ titles }) => titles)).toEqual(titlesIn(document));
});

test('every attack of docs/attacks.md has code and tests', () => {
  const attacks = document.split(/^### /m).slice(1);
  const bare = attacks.filter((text) => !/^- Code: `/m.test(text) || !/^- Tests: `[^]*“/m.test(text));
  expect(bare.map((text) => text.split('\n')[0])).toEqual([]);
  expect(attacks.length).toBeGreaterThan(40);
});
