import { expect, test } from 'vitest';
import { rejections } from './rejection.ts';
import { type Check, describeReport, mostUseful } from './report.ts';

const check = (depth: number, reason?: (typeof rejections)[keyof typeof rejections]): Check => ({
  check: 'validity',
  depth,
  subject: undefined,
  failure: reason === undefined ? undefined : { reason, facts: { depth } },
});

test('the failure of the highest rank is the most useful, the first of equals', () => {
  const { unknownIssuer, expired, badSignature } = rejections;
  const report = [
    check(0),
    check(1, unknownIssuer),
    check(2, expired),
    check(3, expired),
    check(4, badSignature),
  ];
  expect(mostUseful(report)).toEqual({ reason: expired, facts: { depth: 2 } });
  expect(mostUseful([check(0)])).toBeUndefined();
  expect(mostUseful([])).toBeUndefined();
});

test('a certificate that could not be read has a line of its own', () => {
  expect(describeReport([check(1, rejections.malformed), check(1)])).toEqual([
    'FAIL    (unreadable): validity: malformed {"depth":1}',
    'ok      (unreadable): validity',
  ]);
});
