import { TlsMisuse } from './errors.ts';

/** Octets. Every function says in its documentation whether it keeps, copies or views what it is given. */
export type Bytes = Uint8Array;

/** The empty byte string. */
export const noBytes: Bytes = new Uint8Array(0);

/**
 * Joins byte strings into one fresh array.
 *
 * @example
 * ```ts
 * import { concat, fromHex, toHex } from '@tlsmith/types';
 * toHex(concat(fromHex('01'), fromHex('0203'))); // '010203'
 * ```
 */
export function concat(...parts: readonly Bytes[]): Bytes {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/**
 * An owned copy. `slice` is none: that of a Node `Buffer` returns a view.
 *
 * @example
 * ```ts
 * import { copyBytes } from '@tlsmith/types';
 * copyBytes(Buffer.from('abc')); // Uint8Array [97, 98, 99], its own memory
 * ```
 */
export function copyBytes(bytes: Bytes): Bytes {
  return new Uint8Array(bytes);
}

/**
 * Compares two byte strings in time that depends on their lengths only, as far as a just-in-time compiler
 * allows. The one comparison for bytes in this repository, secret or not.
 */
export function equal(a: Bytes, b: Bytes): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number);
  return difference === 0;
}

/** Lexicographic order, as DER's SET OF sorts: negative when `a` comes first. Not constant time. */
export function compare(a: Bytes, b: Bytes): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Lower-case hexadecimal, two digits per byte. */
export function toHex(bytes: Bytes): string {
  let text = '';
  for (let at = 0; at < bytes.length; at++) text += hexDigits[bytes[at] as number] as string;
  return text;
}

/**
 * Reads hexadecimal; white space is ignored.
 *
 * @throws {TlsMisuse} when a character is not a hexadecimal digit or their number is odd.
 */
export function fromHex(text: string): Bytes {
  const digits = text.replace(/\s+/g, '');
  if (digits.length % 2 !== 0 || /[^0-9a-fA-F]/.test(digits)) {
    throw new TlsMisuse('not-hexadecimal', 'fromHex takes an even number of hexadecimal digits');
  }
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** UTF-8 bytes of a string. */
export function utf8(text: string): Bytes {
  return encoder.encode(text);
}

/** The string of UTF-8 bytes; ill-formed sequences become U+FFFD. */
export function fromUtf8(bytes: Bytes): string {
  return decoder.decode(bytes);
}

/** An unsigned integer in network byte order, `width` bytes long (1 to 6). */
export function uint(value: number, width: number): Bytes {
  const bytes = new Uint8Array(width);
  let rest = value;
  for (let i = width - 1; i >= 0; i--) {
    bytes[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return bytes;
}

const hexDigits: readonly string[] = /* @__PURE__ */ Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
);
const encoder = new TextEncoder();
const decoder = new TextDecoder();
