import { readFileSync } from 'node:fs';
import { fromHex, toHex } from '@tlsmith/types';
import { expect, test } from 'vitest';
import wabt from 'wabt';
import { Ghash } from './ghash.ts';

test('the committed module is what ghash.wat assembles to; `vitest run --update` writes it', async () => {
  const { parseWat } = await wabt();
  const source = readFileSync(new URL('ghash.wat', import.meta.url), 'utf8');
  const { buffer } = parseWat('ghash.wat', source).toBinary({});
  const file = [
    '// Assembled from ghash.wat by ghash.test.ts; do not edit.',
    `export const ghashModule: string = '${Buffer.from(buffer).toString('base64')}';\n`,
  ];
  await expect(file.join('\n')).toMatchFileSnapshot('ghash.gen.ts');
});

// "The Galois/Counter Mode of Operation" (McGrew, Viega, 2004), appendix B: test cases 2, 4 and 16.
test.each([
  [
    '66e94bd4ef8a2c3b884cfa59ca342b2e',
    '',
    '0388dace60b6a392f328c2b971b2fe78',
    'f38cbb1ad69223dcc3457ae5b6b0f885',
  ],
  [
    'b83b533708bf535d0aa6e52980d53b78',
    'feedfacedeadbeeffeedfacedeadbeefabaddad2',
    '42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091',
    '698e57f70e6ecc7fd9463b7260a9ae5f',
  ],
  [
    'acbef20579b4b8ebce889bac8732dad7',
    'feedfacedeadbeeffeedfacedeadbeefabaddad2',
    '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662',
    '8bd0c4d8aacd391e67cca447e8c38f65',
  ],
])('GHASH under %s', (h, additional, ciphertext, expected) => {
  const ghash = new Ghash(fromHex(h));
  expect(toHex(ghash.of(fromHex(additional), fromHex(ciphertext)))).toBe(expected);
});
