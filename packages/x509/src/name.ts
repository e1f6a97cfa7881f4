import type { Reader } from '@tlsmith/codec';
import { type Bytes, compare, equal } from '@tlsmith/types';
import { characters, hexForm, stringTag } from './asn1.ts';
import { anyElement, constructed, type DerType, field, itemName, sequence, sequenceOf } from './der.ts';
import { objectIdentifier, oidName } from './oid.ts';

/** A part of a name, such as `CN=example.com` (RFC 5280 §4.1.2.4). */
export interface Attribute {
  /** The attribute type, an object identifier. */
  readonly type: string;
  /** Identifier octet of the value. */
  readonly tag: number;
  /** Content octets of the value. */
  readonly value: Bytes;
}

/** A distinguished name, most general part first. */
export interface Name {
  /** The whole element. */
  readonly der: Bytes;
  /** The relative distinguished names; almost all have one attribute. */
  readonly parts: readonly (readonly Attribute[])[];
}

/** `Name` (RFC 5280 §4.1.2.4); strings hold only characters of their type. */
export const name: DerType<Name> = {
  name: 'Name',
  section: 'RFC 5280 §4.1.2.4',
  tag: 0x30,
  read: (reader) => {
    const start = reader.at;
    const parts = rdnSequence.read(reader);
    return { der: reader.bytes.subarray(start, reader.at), parts };
  },
  content: (reader) => reader.fail('an element with its tag'),
};

/**
 * A name as people write it, most specific part first (RFC 4514 §2), such as `CN=example.com, O=Example Ltd`.
 *
 * @example
 * ```ts
 * import { describeName, parseCertificate } from '@tlsmith/x509';
 * const title = (der: Uint8Array) => describeName(parseCertificate(der).subject);
 * ```
 */
export function describeName(of: Name): string {
  const parts = of.parts
    .slice(-longestShown)
    .map((attributes) => attributes.map(describeAttribute).join(' + '));
  const shown = parts.reverse().join(', ');
  if (shown === '') return '(empty name)';
  return of.parts.length > longestShown ? `${shown}, ...` : shown;
}

// Names in use have up to a dozen parts; one with thousands must not fill a log.
const longestShown = 32;

/** The texts of all attributes of a type, most general first; values that are no text are left out. */
export function attributeTexts(of: Name, type: string): readonly string[] {
  const texts: string[] = [];
  for (const attributes of of.parts) {
    for (const attribute of attributes) {
      const text = attribute.type === type ? characters(attribute.tag, attribute.value) : undefined;
      if (text !== undefined) texts.push(text);
    }
  }
  return texts;
}

/** Whether two names are the same: bytes first, then the comparison of RFC 5280 §7.1. */
export function sameName(a: Name, b: Name): boolean {
  return equal(a.der, b.der) || (a.parts.length === b.parts.length && nameKey(a) === nameKey(b));
}

/** A text that two names share exactly when RFC 5280 §7.1 calls them the same. */
export function nameKey(of: Name): string {
  return keysOf(of).whole;
}

/** The same for each part, most general first. */
export function partKeys(of: Name): readonly string[] {
  return keysOf(of).parts;
}

interface Keys {
  readonly parts: readonly string[];
  readonly whole: string;
}

const keys = new WeakMap<Name, Keys>();

function keysOf(of: Name): Keys {
  const known = keys.get(of);
  if (known !== undefined) return known;
  const parts = of.parts.map((attributes) => attributes.map(attributeKey).sort().join('\u0002'));
  const made = { parts, whole: parts.join('\u0001') };
  keys.set(of, made);
  return made;
}

// RFC 5280 §7.1 compares PrintableString and UTF8String after LDAP string preparation (RFC 4518): NFKC, no case, white
// space folded. The older string types are taken along, since a subject and its copy as issuer may differ in type.
function attributeKey({ type, tag, value }: Attribute): string {
  const text = foldable.has(tag) ? characters(tag, value) : undefined;
  // Normal form is what ASCII is in anyway, and most names are ASCII.
  const normal = text === undefined || ascii.test(text) ? text : text.normalize('NFKC');
  const folded = normal?.toLowerCase().replace(/\s+/g, ' ').trim();
  const shown = folded === undefined ? `${tag}${hexForm(value)}` : `=${folded}`;
  return `${type}${shown.length}:${shown}`;
}

const ascii = /^\p{ASCII}*$/u;

const foldable: ReadonlySet<number> = new Set([
  stringTag.utf8,
  stringTag.printable,
  stringTag.ia5,
  stringTag.bmp,
  stringTag.teletex,
  stringTag.numeric,
]);

const attribute: DerType<Attribute> = sequence('AttributeTypeAndValue', (reader) => {
  const type = field(reader, 'type', objectIdentifier);
  const { tag, content } = field(reader, 'value', anyElement);
  if (foldable.has(tag) && characters(tag, content) === undefined) {
    return reader.fail('characters of the declared string type');
  }
  return { type, tag, value: content };
});

/** `RelativeDistinguishedName` (RFC 5280 §4.1.2.4). */
export const relativeName: DerType<readonly Attribute[]> = constructed(
  'RelativeDistinguishedName',
  0x31,
  (reader) => {
    const start = reader.at;
    const attributes = [field(reader, '[0]', attribute)];
    if (reader.at < reader.end) return setOfAttributes(reader, start, attributes);
    return attributes;
  },
);

const rdnSequence: DerType<readonly (readonly Attribute[])[]> = sequenceOf('RDNSequence', relativeName, 0);

// DER sorts the elements of a SET OF by their encoding (X.690 §11.6).
function setOfAttributes(reader: Reader, start: number, attributes: Attribute[]): readonly Attribute[] {
  let previous = reader.bytes.subarray(start, reader.at);
  while (reader.at < reader.end) {
    const from = reader.at;
    attributes.push(field(reader, itemName(attributes.length), attribute));
    const current = reader.bytes.subarray(from, reader.at);
    if (compare(previous, current) >= 0) {
      reader.at = from;
      return reader.fail('the elements of a set in DER order');
    }
    previous = current;
  }
  return attributes;
}

function describeAttribute({ type, tag, value }: Attribute): string {
  const text = characters(tag, value);
  const shown =
    text === undefined ? hexForm(value) : text.replace(/[,+"\\<>;=]/g, '\\$&').replace(control, '?');
  return `${shortNames[type] ?? oidName(type)}=${shown}`;
}

// Names come from strangers: nothing in them may steer a terminal or break a log line.
const control = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Short forms of attribute types (RFC 4514 §3). */
const shortNames: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'STREET',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
};
