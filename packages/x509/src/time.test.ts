import { Reader } from '@tlsmith/codec';
import { isDecodeError } from '@tlsmith/types';
import { expect, test } from 'vitest';
import { formatTime, time } from './time.ts';

function read(tag: number, text: string): number {
  const reader = new Reader(Uint8Array.from([tag, text.length, ...new TextEncoder().encode(text)]));
  const value = time.read(reader);
  reader.finish();
  return value;
}

test.each([
  [0x17, '700101000000Z', '1970-01-01T00:00:00Z'],
  [0x17, '500101000000Z', '1950-01-01T00:00:00Z'],
  [0x17, '491231235959Z', '2049-12-31T23:59:59Z'],
  [0x17, '000229120000Z', '2000-02-29T12:00:00Z'],
  [0x17, '240229235959Z', '2024-02-29T23:59:59Z'],
  [0x18, '20500101000000Z', '2050-01-01T00:00:00Z'],
  [0x18, '20461006083956Z', '2046-10-06T08:39:56Z'],
  [0x18, '99991231235959Z', '9999-12-31T23:59:59Z'],
])('tag %i with %s is %s (RFC 5280 §4.1.2.5)', (tag, text, moment) => {
  expect(read(tag, text)).toBe(Date.parse(moment));
  expect(formatTime(read(tag, text))).toBe(moment);
});

test.each([
  ['UTCTime without seconds', 0x17, '2401010000Z'],
  ['UTCTime with an offset', 0x17, '240101000000+0100'],
  ['UTCTime without its zone', 0x17, '240101000000'],
  ['UTCTime with a small z', 0x17, '240101000000z'],
  ['GeneralizedTime with a fraction', 0x18, '20500101000000.5Z'],
  ['month 0', 0x17, '240001000000Z'],
  ['month 13', 0x17, '241301000000Z'],
  ['day 0', 0x17, '240100000000Z'],
  ['31 April', 0x17, '240431000000Z'],
  ['29 February of a common year', 0x17, '230229000000Z'],
  ['29 February 2100', 0x18, '21000229000000Z'],
  ['hour 24', 0x17, '240101240000Z'],
  ['minute 60', 0x17, '240101006000Z'],
  ['a leap second', 0x17, '161231235960Z'],
  ['a blank for a digit', 0x17, '24010100000 Z'],
  ['a sign for a digit', 0x17, '-40101000000Z'],
  ['nothing', 0x17, ''],
  ['another type', 0x16, '240101000000Z'],
])('%s is refused', (_, tag, text) => {
  let error: unknown;
  try {
    read(tag, text);
  } catch (caught) {
    error = caught;
  }
  expect(isDecodeError(error)).toBe(true);
});

test('every day of 150 years agrees with the clock of the platform', () => {
  const wrong: string[] = [];
  for (let day = Date.UTC(1950, 0); day < Date.UTC(2100, 0); day += 86_400_000) {
    const iso = new Date(day).toISOString();
    const digits = iso.replace(/\.\d+Z$|[-:T]/g, '');
    const isLate = day >= Date.UTC(2050, 0);
    const found = read(isLate ? 0x18 : 0x17, `${isLate ? digits : digits.slice(2)}Z`);
    const text = formatTime(day + 45_296_789);
    if (found !== day || text !== `${iso.slice(0, 10)}T12:34:56Z`) wrong.push(iso);
  }
  expect(wrong).toEqual([]);
});
