import { node } from '@tlsmith/crypto/node';
import { expect, test } from 'vitest';
import { expectedScores } from './expected.ts';
import { scoreLine, scoreOf } from './score.ts';
import { absence, sharedFile } from './shared.ts';
import { runWycheproof, wycheproofPath } from './wycheproof.ts';

const isAbsent = sharedFile(wycheproofPath) === undefined;
if (isAbsent) console.log(absence('Wycheproof', wycheproofPath));

test.skipIf(isAbsent)(
  'Wycheproof scores what is written down',
  async () => {
    const results = (await runWycheproof(node))?.flatMap((file) => file.results) ?? [];
    console.log(scoreLine('Wycheproof', results));
    expect(scoreOf(results)).toEqual(expectedScores['Wycheproof']);
  },
  120_000,
);
