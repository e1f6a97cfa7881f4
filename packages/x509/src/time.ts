import type { Reader } from '@tlsmith/codec';
import { type DerType, nextTag, primitive } from './der.ts';

/**
 * `Time` in the two forms of RFC 5280 §4.1.2.5: UTCTime `YYMMDDHHMMSSZ`, which reaches through the year 2049, and
 * GeneralizedTime `YYYYMMDDHHMMSSZ`, which is for later years. An earlier one is read all the same, as that section
 * demands; a root in every browser has it. The value is milliseconds since 1970-01-01T00:00:00Z.
 */
export const time: DerType<number> = {
  name: 'Time',
  section: 'RFC 5280 §4.1.2.5',
  tag: 0,
  read: (reader) => (nextTag(reader) === utcTime.tag ? utcTime.read(reader) : generalizedTime.read(reader)),
  content: (reader) => reader.fail('an element with its tag'),
};

/**
 * A moment as text, in RFC 3339 form.
 *
 * @example
 * ```ts
 * import { formatTime } from '@tlsmith/x509';
 * formatTime(1709251200000); // '2024-03-01T00:00:00Z'
 * ```
 */
export function formatTime(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const days = Math.floor(seconds / 86400);
  const rest = seconds - days * 86400;
  const { year, month, day } = civil(days);
  const date = `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}`;
  const clock = [Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60].map((part) =>
    digits(part, 2),
  );
  return `${date}T${clock.join(':')}Z`;
}

const utcTime: DerType<number> = primitive('UTCTime', 0x17, (reader) => {
  const year = decimal(reader, 2);
  return moment(reader, year < 50 ? 2000 + year : 1900 + year);
});

/** `GeneralizedTime` in the one form `YYYYMMDDHHMMSSZ` (RFC 5280 §4.1.2.5.2), milliseconds since 1970. */
export const generalizedTime: DerType<number> = primitive('GeneralizedTime', 0x18, (reader) =>
  moment(reader, decimal(reader, 4)),
);

function moment(reader: Reader, year: number): number {
  const month = decimal(reader, 2);
  const day = decimal(reader, 2);
  const hour = decimal(reader, 2);
  const minute = decimal(reader, 2);
  const second = decimal(reader, 2);
  if (reader.uint(1) !== 0x5a) return reader.fail('Z, the time zone');
  const exists = month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
  if (!exists || hour > 23 || minute > 59 || second > 59) return reader.fail('a moment that exists');
  return (dayNumber(year, month, day) * 86400 + hour * 3600 + minute * 60 + second) * 1000;
}

function decimal(reader: Reader, length: number): number {
  let value = 0;
  for (let i = 0; i < length; i++) {
    const digit = reader.uint(1) - 0x30;
    if (digit < 0 || digit > 9) return reader.fail('a decimal digit');
    value = value * 10 + digit;
  }
  return value;
}

function daysInMonth(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 ? (leap ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

// Days since 1970-01-01 in the Gregorian calendar: years are counted from March, so that the leap day comes last.
function dayNumber(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return marchYear * 365 + leapDays + dayOfYear - daysToMarch1970;
}

function civil(days: number): { readonly year: number; readonly month: number; readonly day: number } {
  const shifted = days + daysToMarch1970;
  const cycle = Math.floor(shifted / 146097);
  const inCycle = shifted - cycle * 146097;
  const leaps = Math.floor(inCycle / 1460) - Math.floor(inCycle / 36524) + Math.floor(inCycle / 146096);
  const yearOfCycle = Math.floor((inCycle - leaps) / 365);
  const centuries = Math.floor(yearOfCycle / 100);
  const dayOfYear = inCycle - (365 * yearOfCycle + Math.floor(yearOfCycle / 4) - centuries);
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = ((marchMonth + 2) % 12) + 1;
  const year = yearOfCycle + cycle * 400 + (month <= 2 ? 1 : 0);
  return { year, month, day: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1 };
}

// From 0000-03-01 to 1970-01-01.
const daysToMarch1970 = 719468;

function digits(value: number, length: number): string {
  return String(value).padStart(length, '0');
}
