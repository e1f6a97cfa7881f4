import { expect, test } from 'vitest';
import { measureSlope } from './harness.ts';

test('slopes are powers', () => {
  expect(measureSlope([1, 10, 100].map((size) => [size, 7 * size ** 2]))).toBeCloseTo(2);
  expect(measureSlope([1, 10, 100].map((size) => [size, 7]))).toBeCloseTo(0);
});
