import { expect, test } from 'vitest';
import { readFlags } from './flags.ts';
import { optionsOf } from './options.ts';
import { isPublicSuffix } from './public-suffix.ts';

test.each([
  ['co.uk', true],
  ['CO.UK', true],
  ['xn--55qx5d.cn', true],
  ['example.co.uk', false],
  ['github.io', false],
])('%s is a suffix of a registry: %j', (domain, expected) => {
  expect(isPublicSuffix(domain)).toBe(expected);
});

test('the client hands it in with the roots', () => {
  const settings = readFlags(['server.example:443']);
  const { trust } = optionsOf(settings as Exclude<typeof settings, 'help'>);
  expect('roots' in trust && trust.publicSuffix).toBe(isPublicSuffix);
});
