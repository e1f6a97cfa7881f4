import { TlsMisuse } from '@tlsmith/types';

/**
 * nginx's size: a number of bytes, or of K (1,024) or M (1,048,576), in either case; undefined for anything else.
 *
 * @example
 * ```ts
 * import { parseNginxSize } from '@tlsmith/session-cache';
 * parseNginxSize('10m'); // 10485760
 * ```
 */
export function parseNginxSize(text: string): number | undefined {
  const [, digits = '', unit = ''] = /^(\d+)([kKmM]?)$/.exec(text) ?? [];
  if (digits === '') return undefined;
  const bytes = BigInt(digits) * BigInt(unit === '' ? 1 : unit.toLowerCase() === 'k' ? 1024 : 1024 * 1024);
  return bytes <= largest ? Number(bytes) : undefined;
}

/** nginx's number: digits, up to what 64 bits with a sign hold; undefined for anything else. */
export function parseNginxNumber(text: string): number | undefined {
  return /^\d+$/.test(text) && BigInt(text) <= largest ? Number(text) : undefined;
}

/**
 * nginx's time in whole seconds: numbers with the units y (365 d), M (30 d), w, d, h, m, s, in this order and each at
 * most once, with spaces between if one likes; a number without unit at the end counts seconds. Undefined for anything
 * else, milliseconds among it.
 *
 * @example
 * ```ts
 * import { parseNginxTime } from '@tlsmith/session-cache';
 * parseNginxTime('1h 30m'); // 5400
 * parseNginxTime('1m 1h'); // undefined: not in order
 * ```
 */
export function parseNginxTime(text: string): number | undefined {
  if (!/\d/.test(text) || text.includes('ms')) return undefined;
  let seconds = 0n;
  let following = 0;
  // A unit may lack its number, spaces may follow a unit, and a space after a number stands for seconds, as in nginx.
  for (const [, digits = '', unit = ''] of text.matchAll(/(\d*)(\D?) */gs)) {
    const place = Math.min(order.indexOf(unit), secondsAt);
    if (unit !== '' && place < following) return undefined;
    seconds +=
      BigInt(digits === '' ? 0 : digits) * BigInt(lengths[unit === '' ? secondsAt : place] as number);
    following = place + 1;
  }
  return seconds <= largest ? Number(seconds) : undefined;
}

/** A wrong value: what, where, and what is allowed. */
export function wrongValue(what: string, { directive, where }: Place, allowed: string): TlsMisuse {
  const at = where === undefined ? '' : `, ${where}`;
  return new TlsMisuse('nginx-value', `${what} in ${directive}${at}: ${allowed}`);
}

/** Where a value stands. */
export interface Place {
  readonly directive: string;
  /** Such as `site.conf:7`. */
  readonly where: string | undefined;
}

// Units from the longest on, and their seconds; a space counts as seconds that nothing but a bare number may follow.
const order = 'yMwdhms ';
const lengths: readonly number[] = [365 * 86_400, 30 * 86_400, 7 * 86_400, 86_400, 3600, 60, 1];
const secondsAt = 6;
const largest = 2n ** 63n - 1n;
