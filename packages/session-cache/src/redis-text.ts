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
  // Bytes are read several times as fast as the characters of a string.
  const read = text.length <= scratch.length ? scratch : new Uint8Array(text.length);
  if (encoder.encodeInto(text, read).read !== text.length) return undefined;
  const value = decoded(read.subarray(dot + 1, text.length), momentary((digits * 3) >> 2));
  return value === undefined ? undefined : { value, expiresAt };
}

/** Digits, four at a time; those that are missing in the last four count as zero. */
function decoded(digits: Bytes, value: Bytes): Bytes | undefined {
  let wrong = 0;
  for (let index = 0, at = 0; index < digits.length; index += 4, at += 3) {
    const bits =
      (valueAt(digits, index) << 18) |
      (valueAt(digits, index + 1) << 12) |
      (valueAt(digits, index + 2) << 6) |
      valueAt(digits, index + 3);
    wrong |= bits;
    // Writing past the end of a typed array does nothing.
    value[at] = bits >> 16;
    value[at + 1] = bits >> 8;
    value[at + 2] = bits;
  }
  // What is no digit has all bits, also the eight that four digits have not.
  return wrong >> 24 === 0 ? value : undefined;
}

const valueAt = (digits: Bytes, index: number): number =>
  index < digits.length ? (values[digits[index] as number] as number) : 0;

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Two digits for every twelve bits. */
const pairs: readonly string[] = Array.from(
  { length: 4096 },
  (_, bits) => `${alphabet[bits >> 6]}${alphabet[bits & 63]}`,
);

/** The digit's value for every byte; all bits where there is none. */
const values: Int32Array = Int32Array.from({ length: 256 }, (_, code) =>
  alphabet.indexOf(String.fromCharCode(code)),
);

const encoder = new TextEncoder();
const scratch = new Uint8Array(1024);
