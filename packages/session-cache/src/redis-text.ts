import type { Bytes } from '@tlsmith/types';
import { momentary } from './momentary.ts';

/**
 * A value as a Redis client takes and returns it without settings: text (base64 without padding, RFC 4648 §4), behind
 * the millisecond at which it ends.
 */
export function toRedisText(value: Bytes, expiresAt: number): string {
  let text = `${expiresAt.toString(36)}.`;
  for (let at = 0; at < value.length; at += 3) {
    const [a = 0, b = 0, c = 0] = [value[at], value[at + 1], value[at + 2]];
    const digits = Math.min(4, value.length - at + 1);
    text +=
      (pairs[(a << 4) | (b >> 4)] as string) + (pairs[((b & 15) << 8) | c] as string).slice(0, digits - 2);
  }
  return text;
}

/** What {@link toRedisText} made; undefined for anything else. */
export function fromRedisText(
  text: string,
): { readonly value: Bytes; readonly expiresAt: number } | undefined {
  const dot = text.indexOf('.');
  const expiresAt = dot < 1 || dot > 11 ? Number.NaN : Number.parseInt(text.slice(0, dot), 36);
  const digits = text.length - dot - 1;
  if (!Number.isSafeInteger(expiresAt) || expiresAt < 0 || digits % 4 === 1) return undefined;
  const value = decoded(text, dot + 1, momentary((digits * 3) >> 2));
  return value === undefined ? undefined : { value, expiresAt };
}

/** The digits from `from` on, four at a time; those that are missing in the last four count as zero. */
function decoded(text: string, from: number, value: Bytes): Bytes | undefined {
  let wrong = 0;
  for (let at = 0, index = from; index < text.length; at += 3, index += 4) {
    const a = digitAt(text, index);
    const b = digitAt(text, index + 1);
    const c = index + 2 < text.length ? digitAt(text, index + 2) : 0;
    const d = index + 3 < text.length ? digitAt(text, index + 3) : 0;
    wrong |= a | b | c | d;
    // Writing past the end of a typed array does nothing.
    value[at] = (a << 2) | (b >> 4);
    value[at + 1] = (b << 4) | (c >> 2);
    value[at + 2] = (c << 6) | d;
  }
  return wrong > 63 ? undefined : value;
}

/** The digit's value, or more than 63. */
function digitAt(text: string, index: number): number {
  const code = text.charCodeAt(index);
  return code > 127 ? 255 : (values[code] as number);
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Two digits for every twelve bits. */
const pairs: readonly string[] = Array.from(
  { length: 4096 },
  (_, bits) => `${alphabet[bits >> 6]}${alphabet[bits & 63]}`,
);

/** The digit's value for every character below 128; 255 where there is none. */
const values: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) => {
  const value = alphabet.indexOf(String.fromCharCode(code));
  return value < 0 ? 255 : value;
});
