import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { supportMatrix, supportTable } from './matrix.ts';
import { noble } from './noble/index.ts';
import { node } from './node/index.ts';
import { webcrypto } from './webcrypto/index.ts';

const page = new URL('../../../docs/providers.md', import.meta.url);

// ML-DSA depends on the version of Node; the page says on which.
const verify = node.supports.verify.filter((algorithm) => !algorithm.startsWith('ml-dsa-'));
const everywhere = { ...node, supports: { ...node.supports, verify } };

test('docs/providers.md shows the matrix as it is', () => {
  const [, printed] = /<!-- support matrix: begin -->\n([^]*?)\n<!-- support matrix: end -->/.exec(
    readFileSync(page, 'utf8'),
  ) ?? [''];
  expect(printed?.trim(), 'replace what stands between the markers by the table below').toBe(
    supportTable([everywhere, noble, webcrypto]),
  );
});

test('the matrix has one row for each algorithm and one column for each provider', () => {
  const rows = supportMatrix([node, noble, webcrypto]);
  const supports = (feature: string, algorithm: string) =>
    rows.find((row) => row.feature === feature && row.algorithm === algorithm)?.providers;
  expect(supports('sign', 'rsa-pss-sha256')).toEqual({ node: true, noble: false, webcrypto: true });
  expect(supports('verify', 'rsa-pss-sha256')).toEqual({ node: true, noble: true, webcrypto: true });
  expect(supports('premaster', 'decrypt')).toEqual({ node: true, noble: false, webcrypto: false });
  expect(supports('sign', 'rsa-pkcs1-sha1')).toBeUndefined();
  expect(new Set(rows.map((row) => `${row.feature} ${row.algorithm}`)).size).toBe(rows.length);
});

test('a provider that lacks everything gets a column of its own', () => {
  const nothing = {
    ...noble,
    name: 'nothing',
    supports: { hashes: ['sha256'], aeads: [], groups: [], verify: [], sign: [], curves: [], premaster: [] },
  } as const;
  expect(supportTable([nothing])).toBe(
    [
      '| feature | algorithm | nothing |',
      '| ------- | --------- | ------- |',
      '| hashes  | `sha256`  | yes     |',
    ].join('\n'),
  );
  expect(supportMatrix([])).toEqual([]);
});
