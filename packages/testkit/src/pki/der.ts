/**
 * A small writer of DER (X.690 §8 and §10) for tests: every function returns one whole encoded value. It checks
 * nothing beyond what it needs, so that tests can write wrong values too.
 */

/** Any tag around the given contents, with the shortest length. */
export function der(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const length = contents.reduce((sum, content) => sum + content.length, 0);
  return join([Uint8Array.from([tag, ...lengthOctets(length)]), ...contents]);
}

/** SEQUENCE. */
export const sequence = (...items: readonly Uint8Array[]): Uint8Array => der(0x30, ...items);

/** SET with its items as given; DER wants them sorted when there are several. */
export const set = (...items: readonly Uint8Array[]): Uint8Array => der(0x31, ...items);

/** INTEGER: a number, or the big-endian octets of a positive one. */
export function integer(value: number | bigint | Uint8Array): Uint8Array {
  if (value instanceof Uint8Array) return der(0x02, positive(value));
  const digits = BigInt(value).toString(16);
  return der(0x02, positive(hexadecimal(digits.length % 2 === 0 ? digits : `0${digits}`)));
}

/** OBJECT IDENTIFIER from its dotted form. */
export function oid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return der(0x06, Uint8Array.from([40 * first + second, ...rest].flatMap(base128)));
}

/** BIT STRING whose last octet leaves `unused` bits unused. */
export const bitString = (content: Uint8Array, unused = 0): Uint8Array =>
  der(0x03, Uint8Array.from([unused]), content);

/** BIT STRING of named bits: trailing zero bits are cut off (X.690 §11.2.2). */
export function namedBits(bits: readonly number[]): Uint8Array {
  const last = Math.max(-1, ...bits);
  const octets = new Uint8Array(Math.ceil((last + 1) / 8));
  for (const bit of bits) octets[bit >> 3] = (octets[bit >> 3] as number) | (0x80 >> (bit & 7));
  return bitString(octets, last < 0 ? 0 : 7 - (last & 7));
}

/** OCTET STRING. */
export const octetString = (content: Uint8Array): Uint8Array => der(0x04, content);

/** BOOLEAN. */
export const boolean = (value: boolean): Uint8Array => der(0x01, Uint8Array.from([value ? 0xff : 0]));

/** ENUMERATED. */
export const enumerated = (value: number): Uint8Array => der(0x0a, Uint8Array.from([value]));

/** NULL. */
export const nothing: Uint8Array = der(0x05);

/** UTF8String. */
export const utf8String = (text: string): Uint8Array => der(0x0c, new TextEncoder().encode(text));

/** PrintableString; the text is not checked. */
export const printableString = (text: string): Uint8Array => der(0x13, new TextEncoder().encode(text));

/** IA5String; the text is not checked. */
export const ia5String = (text: string): Uint8Array => der(0x16, new TextEncoder().encode(text));

/** UTCTime up to 2049, GeneralizedTime from 2050 on (RFC 5280 §4.1.2.5); `time` in milliseconds since the epoch. */
export function validityTime(time: number): Uint8Array {
  const text = new Date(time).toISOString().replace(/\.\d+Z$|[-:T]/g, '');
  const short = time < Date.UTC(2050, 0) && time >= Date.UTC(1950, 0);
  return short ? der(0x17, ascii(`${text.slice(2)}Z`)) : generalizedTime(time);
}

/** GeneralizedTime in whole seconds. */
export function generalizedTime(time: number): Uint8Array {
  const text = new Date(time).toISOString().replace(/\.\d+Z$|[-:T]/g, '');
  return der(0x18, ascii(`${text}Z`));
}

/** `[number] EXPLICIT`: a constructed tag around whole values. */
export const explicit = (number: number, ...values: readonly Uint8Array[]): Uint8Array =>
  der(0xa0 + number, ...values);

/** `[number] IMPLICIT`: replaces the tag of a value and keeps whether it is constructed. */
export function implicit(number: number, value: Uint8Array): Uint8Array {
  const retagged = Uint8Array.from(value);
  retagged[0] = 0x80 | ((value[0] as number) & 0x20) | number;
  return retagged;
}

/** `-----BEGIN label-----` text (RFC 7468 §2). */
export function pem(label: string, bytes: Uint8Array): string {
  // One by one: as arguments of one call, certificates of a megabyte would overflow the stack.
  const lines = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')).match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

function lengthOctets(length: number): readonly number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return [0x80 + octets.length, ...octets];
}

/** No superfluous leading zero, and one where the number would read as negative (X.690 §8.3.2). */
function positive(octets: Uint8Array): Uint8Array {
  let start = 0;
  while (start < octets.length - 1 && octets[start] === 0) start++;
  const digits = octets.subarray(start);
  return (digits[0] ?? 0x80) < 0x80 ? digits : join([Uint8Array.from([0]), digits]);
}

function base128(arc: number): number[] {
  const octets = [arc % 128];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128))
    octets.unshift(128 + (rest % 128));
  return octets;
}

function hexadecimal(digits: string): Uint8Array {
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

function join(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
