import { node } from '@tlsmith/crypto/node';
import { expect, test } from 'vitest';
import { expectedScores } from './expected.ts';
import { loadPkits, pkitsPath, runPkits } from './pkits.ts';
import { scoreLine, scoreOf } from './score.ts';
import { absence } from './shared.ts';

const suite = loadPkits();
if (suite === undefined) console.log(absence('PKITS', pkitsPath));

test.skipIf(suite === undefined)('PKITS scores what is written down', () => {
  const results = suite?.tests.map((one) => runPkits(one, suite, { provider: node })) ?? [];
  console.log(scoreLine('PKITS', results));
  expect(scoreOf(results)).toEqual(expectedScores['PKITS']);
  expect(
    results.filter(({ verdict }) => verdict === 'false reject').map(({ facts }) => facts['detail']),
  ).toEqual(['DSA', 'DSA']);
});
