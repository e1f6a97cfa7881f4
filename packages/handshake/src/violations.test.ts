import { readdirSync, readFileSync } from 'node:fs';
import { violations } from '@tlsmith/types';
import { expect, test } from 'vitest';

const here = new URL('.', import.meta.url);
const files = readdirSync(here, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

/** Names of the rows that these files speak of. */
const named = (which: (name: string) => boolean): ReadonlySet<string> =>
  new Set(
    files
      .filter(which)
      .flatMap((name) => [...readFileSync(new URL(name, here), 'utf8').matchAll(/\bviolations\.(\w+)/g)])
      .map(([, row]) => row ?? ''),
  );

const raised = named((name) => !name.endsWith('.test.ts'));
const tested = named((name) => name.endsWith('.test.ts') && name !== 'violations.test.ts');

/** Rows of records and of what a connection counts. */
const elsewhere: readonly (keyof typeof violations)[] = [
  'tooManyWarnings',
  'tooManyEmptyRecords',
  'tooManyKeyUpdates',
  'unknownContentType',
  'recordVersion',
  'recordOverflow',
  'badRecordMac',
  'noContentType',
  'emptyHandshakeRecord',
  'emptyAlertRecord',
  'malformedAlert',
  'unknownAlertLevel',
  'interleavedMessage',
  'plaintextRecord',
  'badChangeCipherSpec',
  'tooManyChangeCipherSpecs',
  'unexpectedApplicationData',
  'sequenceNumberOverflow',
];

test('every row is raised here or is one of records and connections', () => {
  expect([...raised, ...elsewhere].toSorted()).toEqual(Object.keys(violations).toSorted());
});

test('every row that is raised here is raised in a test', () => {
  expect([...raised].filter((row) => !tested.has(row))).toEqual([]);
  console.log(`${raised.size} rows of the handshake, each raised by a test`);
});
