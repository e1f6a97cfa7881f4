import { expect, test } from 'vitest';
import { goodOutcome, renderOutcome } from './report.ts';
import { allSeries, type Outcome } from './series.ts';

const good: Outcome = {
  role: 'server',
  version: '1.3',
  group: 'x25519',
  authentication: 'ecdsa',
  done: 9,
  failures: [],
  secrets: 9,
  zeroSecrets: 1,
  signatures: 9,
  zeroSignatures: 2,
};

test('a series is good when every handshake came about and was counted', () => {
  expect(goodOutcome(good, 9)).toBe(true);
});

test.each([
  ['one failed', { done: 8 }],
  ['a server complained', { failures: ['our server: odd'] }],
  ['a secret was not seen', { secrets: 8 }],
  ['a signature was not seen', { signatures: 8 }],
])('a series is bad when %s', (_, change) => {
  expect(goodOutcome({ ...good, ...change }, 9)).toBe(false);
  expect(renderOutcome({ ...good, ...change }, 9)).toMatch(/failed|!| 8 +1 /);
});

test('there is a series for every role, version, group and kind of signature', () => {
  expect(new Set(allSeries.map((one) => JSON.stringify(one))).size).toBe(24);
});
