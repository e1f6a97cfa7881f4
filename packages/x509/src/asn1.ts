import type { Reader } from '@tlsmith/codec';
import { type Bytes, toHex } from '@tlsmith/types';
import { constructed, type DerType, field, primitive, remaining } from './der.ts';

/** `BOOLEAN`: one octet, 00 or FF (X.690 §11.1). */
export const boolean: DerType<boolean> = primitive('BOOLEAN', 0x01, (reader) => {
  const value = reader.uint(1);
  return value === 0 || value === 0xff ? value === 0xff : reader.fail('00 or FF');
});

/** `INTEGER` as its minimal two's complement octets, a view (X.690 §8.3). */
export const integer: DerType<Bytes> = primitive('INTEGER', 0x02, minimalInteger);

/** `INTEGER` that is not negative, as octets without the sign octet: moduli and exponents. */
export const unsignedInteger: DerType<Bytes> = primitive('INTEGER', 0x02, (reader) => {
  const octets = minimalInteger(reader);
  if ((octets[0] as number) >= 0x80) return reader.fail('an INTEGER that is not negative');
  return octets[0] === 0 && octets.length > 1 ? octets.subarray(1) : octets;
});

/** `INTEGER` from 0 to 2^31 - 1: path lengths, versions, counts. */
export const smallInteger: DerType<number> = primitive('INTEGER', 0x02, (reader) => {
  const octets = minimalInteger(reader);
  if (octets.length > 4 || (octets[0] as number) >= 0x80) return reader.fail('an INTEGER from 0 to 2^31 - 1');
  let value = 0;
  for (const octet of octets) value = value * 256 + octet;
  return value;
});

/** `ENUMERATED` with values from 0 to 127 (X.690 §8.4). */
export const enumerated: DerType<number> = primitive('ENUMERATED', 0x0a, (reader) => {
  const octets = minimalInteger(reader);
  const [value = 0] = octets;
  return octets.length === 1 && value < 0x80 ? value : reader.fail('an ENUMERATED from 0 to 127');
});

/** `OCTET STRING`, a view. */
export const octetString: DerType<Bytes> = primitive('OCTET STRING', 0x04, remaining);

/** `OCTET STRING` that contains one element. */
export function octetStringOf<T>(type: DerType<T>): DerType<T> {
  return constructed('OCTET STRING', 0x04, (reader) => field(reader, type.name, type));
}

/** `BIT STRING` whose bits fill octets: keys and signatures; a view of the octets. */
export const octetBitString: DerType<Bytes> = constructed('BIT STRING', 0x03, (reader) => {
  const unused = reader.part('unused bits', unusedSchema, (r) => r.uint(1));
  if (unused !== 0) return reader.fail('a whole number of octets');
  return reader.part('bits', bitsSchema, remaining);
});

/** `BIT STRING` that nobody reads: any number of bits, the unused ones zero (X.690 §11.2.1). */
export const bitString: DerType<Bytes> = primitive('BIT STRING', 0x03, unusedChecked);

/** `BIT STRING` that contains one element, with the octets that it has. */
export function bitStringOf<T>(type: DerType<T>): DerType<{ readonly octets: Bytes; readonly value: T }> {
  return constructed('BIT STRING', 0x03, (reader) => {
    const unused = reader.part('unused bits', unusedSchema, (r) => r.uint(1));
    if (unused !== 0) return reader.fail('a whole number of octets');
    const start = reader.at;
    const value = field(reader, type.name, type);
    return { octets: reader.bytes.subarray(start, reader.at), value };
  });
}

/**
 * `BIT STRING` with named bits: bit n of the result is the RFC's bit n, at most 31 of them. DER drops trailing zero
 * bits (X.690 §11.2.2); where they stand they are let through, since roots in every browser have them.
 */
export const namedBits: DerType<number> = primitive('BIT STRING', 0x03, (reader) => {
  const octets = unusedChecked(reader);
  if (octets.length > 4) return reader.fail('at most four octets of named bits');
  let bits = 0;
  for (let i = 0; i < octets.length * 8; i++) {
    if ((octets[i >> 3] as number) & (0x80 >> (i & 7))) bits += 2 ** i;
  }
  return bits;
});

/** Octets of an `IA5String` as text: ASCII only (RFC 5280 §4.2.1.6). */
export const ia5String: DerType<string> = primitive('IA5String', 0x16, (reader) => {
  const text = ascii(reader.bytes, reader.at, reader.end);
  if (text === undefined) return reader.fail('ASCII characters only');
  reader.at = reader.end;
  return text;
});

/** ASCII octets, all of them or a range, as text; undefined when there are others. */
function ascii(octets: Bytes, start = 0, end: number = octets.length): string | undefined {
  let text = '';
  let at = start;
  // Eight at once: certificates have hundreds of names, and character by character takes four times as long.
  for (; at + 8 <= end; at += 8) {
    const a = octets[at] as number;
    const b = octets[at + 1] as number;
    const c = octets[at + 2] as number;
    const d = octets[at + 3] as number;
    const e = octets[at + 4] as number;
    const f = octets[at + 5] as number;
    const g = octets[at + 6] as number;
    const h = octets[at + 7] as number;
    if ((a | b | c | d | e | f | g | h) > 0x7f) return undefined;
    text += String.fromCharCode(a, b, c, d, e, f, g, h);
  }
  for (; at < end; at++) {
    const octet = octets[at] as number;
    if (octet > 0x7f) return undefined;
    text += String.fromCharCode(octet);
  }
  return text;
}

/** The octets of a string type as text, or undefined where they are not of that type. Other types: undefined. */
export function characters(tag: number, octets: Bytes): string | undefined {
  switch (tag) {
    case stringTag.utf8:
      return utf8Text(octets);
    case stringTag.printable:
      return printableText(octets);
    case stringTag.numeric:
    case stringTag.ia5:
    case stringTag.visible:
      return ascii(octets);
    case stringTag.teletex:
      // T.61 in theory, ISO 8859-1 in every certificate that has it.
      return String.fromCharCode(...octets);
    case stringTag.bmp:
      return bmpText(octets);
    default:
      return undefined;
  }
}

/** Identifier octets of the string types that names use (RFC 5280 §4.1.2.4, X.520). */
export const stringTag = {
  utf8: 0x0c,
  numeric: 0x12,
  printable: 0x13,
  teletex: 0x14,
  ia5: 0x16,
  visible: 0x1a,
  bmp: 0x1e,
} as const;

/** Hexadecimal as DER values without a text form are shown (RFC 4514 §2.4). */
export function hexForm(octets: Bytes): string {
  return `#${toHex(octets)}`;
}

const unusedSchema = { name: 'unused bits', section: 'X.690 §8.6.2' };
const bitsSchema = { name: 'OCTETS' };

function unusedChecked(reader: Reader): Bytes {
  const unused = reader.uint(1);
  const octets = remaining(reader);
  const spare = (octets.at(-1) ?? 0) & ((1 << unused) - 1);
  const isEmpty = octets.length === 0 && unused > 0;
  return unused > 7 || spare !== 0 || isEmpty ? reader.fail('unused bits of zero') : octets;
}

function minimalInteger(reader: Reader): Bytes {
  const { bytes, at } = reader;
  const length = reader.end - at;
  if (length === 0) return reader.fail('at least one octet');
  const [first, second] = [bytes[at] as number, bytes[at + 1] as number];
  // The first nine bits are not all alike (X.690 §8.3.2).
  if (length > 1 && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))) {
    return reader.fail('an INTEGER in its shortest form');
  }
  return reader.view(length);
}

// PrintableString (X.680 §41.4), and `*`, `&`, `@` and `_`, which certification authorities have put there for decades.
const printable = /^[A-Za-z0-9 '()+,\-./:=?*&@_]*$/;

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function printableText(octets: Bytes): string | undefined {
  const text = ascii(octets);
  return text !== undefined && printable.test(text) ? text : undefined;
}

function utf8Text(octets: Bytes): string | undefined {
  const plain = ascii(octets);
  if (plain !== undefined) return plain;
  try {
    return strictUtf8.decode(octets);
  } catch {
    return undefined;
  }
}

function bmpText(octets: Bytes): string | undefined {
  if (octets.length % 2 !== 0) return undefined;
  let text = '';
  for (let i = 0; i < octets.length; i += 2) {
    text += String.fromCharCode((octets[i] as number) * 256 + (octets[i + 1] as number));
  }
  return text;
}
