import { violations } from '@tlsmith/types';
import { describe, expect, test } from 'vitest';
import { exhaustedOpener } from './bad-records.ts';
import { type BadCase, badCases, problemOf, raisedRows, rowNames } from './raised.ts';

describe('bytes from a peer that breaks a rule raise its row, and the peer gets the alert of that row', () => {
  test.each(badCases)('$name of a $by ($nth)', (bad) => {
    expect(problemOf(bad)).toBeUndefined();
  });
});

test('an Opener raises sequence-number-overflow before it would repeat a number (RFC 9846 §5.3)', () => {
  expect(exhaustedOpener).toThrow(violations.sequenceNumberOverflow.code);
});

test('every row is raised by bytes fed to Client, Server or Opener', () => {
  const raised = raisedRows();
  const count = (who: 'client' | 'server' | 'opener'): number =>
    raised.filter(({ by }) => by[who] > 0).length;
  console.log(
    `${raised.length} of ${rowNames.length} rows raised by ${badCases.length + 1} bad inputs: ` +
      `${count('client')} in a client, ${count('server')} in a server, ${count('opener')} in an opener`,
  );
  expect(raised.flatMap(({ problems }) => problems)).toEqual([]);
}, 120_000);

test('a bad input that raises another row than its own is found out', () => {
  const bad = badCases.find(({ name }) => name === 'badSignature') as BadCase;
  expect(problemOf({ ...bad, name: 'finishedMismatch' })).toMatch(
    /^finishedMismatch of a client \(0\): TlsViolation/,
  );
});
