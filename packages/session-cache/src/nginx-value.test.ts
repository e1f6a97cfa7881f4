import { expect, test } from 'vitest';
import { parseNginxNumber, parseNginxSize, parseNginxTime } from './nginx-value.ts';

// What `nginx -t` (1.22.1) takes and refuses; `npm run nginx-compare` asks it again.
test.each([
  ['5m', 300],
  ['0', 0],
  ['1', 1],
  ['08', 8],
  ['90s', 90],
  ['1h', 3600],
  ['1h30m', 5400],
  ['1h 30m', 5400],
  ['1h  30m', 5400],
  ['1m ', 60],
  ['1m5', 65],
  ['1m 5', 65],
  ['1s1', 2],
  ['30 1', 31],
  ['1hm', 3600],
  ['1h m', 3600],
  ['y5', 5],
  ['1m s', 60],
  ['1d', 86_400],
  ['1w', 604_800],
  ['1M', 2_592_000],
  ['1y', 31_536_000],
  ['1y1M1w1d1h1m1s', 31_536_000 + 2_592_000 + 604_800 + 86_400 + 3661],
])('%j is %i seconds', (text, seconds) => {
  expect(parseNginxTime(text)).toBe(seconds);
});

// biome-ignore format: a list
const wrongTimes = [
  '', ' ', 'm', 'y', '-1', '+5', '1ms', '500ms', '1Mms', '1x', '1S', '1H', '1m1h', '1m1m', '1y 1y', '1.5h', '5.', '0x10',
  ' 1m', '1 h', '1 s', '5 5 5', '1s 5 ', '1s5s', '1s s', 'm1h', '1M1m1M', '1h-5m', '99999999999999999999', '292471208678y',
  '1\n', '1h\t1m',
];

test.each(wrongTimes)('%j is no time', (text) => {
  expect(parseNginxTime(text)).toBeUndefined();
});

test.each([
  ['10m', 10_485_760],
  ['10M', 10_485_760],
  ['32k', 32_768],
  ['1K', 1024],
  ['0', 0],
  ['32768', 32_768],
])('%s is %i bytes', (text, bytes) => {
  expect(parseNginxSize(text)).toBe(bytes);
});

test.each(['', 'm', '10g', '10MB', '-1', '1.5m', '10 m', '99999999999999m'])('%j is no size', (text) => {
  expect(parseNginxSize(text)).toBeUndefined();
});

test('numbers are digits that fit into 63 bits', () => {
  expect(['0', '1000', '9223372036854775807'].map(parseNginxNumber)).toEqual([0, 1000, 2 ** 63]);
  expect(['', '-1', '10k', 'x', '9223372036854775808'].map(parseNginxNumber)).toEqual(
    Array(5).fill(undefined),
  );
});

test('a long wrong text is refused at once', () => {
  expect(parseNginxTime(`${'1'.repeat(100_000)}x`)).toBeUndefined();
  expect(parseNginxTime(`1h${' '.repeat(100_000)}x`)).toBeUndefined();
});
