import type { Bytes } from '@tlsmith/types';

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
  const value = new Uint8Array((digits * 3) >> 2);
  let bits = 0;
  let wrong = 0;
  for (let index = 0, at = 0; index < digits; index++) {
    const digit = values[text.charCodeAt(dot + 1 + index)] ?? 255;
    wrong |= digit;
    bits = ((bits << 6) | digit) & 0xfff_fff;
    if ((index & 3) !== 0) value[at++] = bits >> (6 - 2 * (index & 3));
  }
  return wrong > 63 ? undefined : { value, expiresAt };
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
