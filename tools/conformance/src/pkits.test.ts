import { node } from '@tlsmith/crypto/node';
import { expect, test } from 'vitest';
import { expectedScores } from './expected.ts';
import { loadPkits, type Pkits, pkitsPath, runPkits } from './pkits.ts';
import { type CaseResult, scoreLine, scoreOf } from './score.ts';
import { absence } from '@tlsmith/testkit/node';

const suite = loadPkits();
if (suite === undefined) console.log(absence('PKITS', pkitsPath));

test.skipIf(suite === undefined)('PKITS scores what is written down', async () => {
  const results: CaseResult[] = [];
  for (const one of suite?.tests ?? []) results.push(await runPkits(one, suite as Pkits, { provider: node }));
  console.log(scoreLine('PKITS', results));
  expect(scoreOf(results)).toEqual(expectedScores['PKITS']);
});
