import { der, ia5String, implicit, oid, printableString, sequence, set, utf8String } from './der.ts';

/** A distinguished name: a common name, or its attributes in order, one per RDN. `[]` is the empty name. */
export type NameInput = string | readonly (readonly [attribute: keyof typeof attributes, value: string])[];

/** Names of subjectAltName, or the subtrees of nameConstraints. */
export interface GeneralNamesInput {
  readonly dns?: readonly string[];
  /** Addresses; in nameConstraints `address/bits`. Bytes are taken as they are. */
  readonly ip?: readonly (string | Uint8Array)[];
  readonly email?: readonly string[];
  readonly uri?: readonly string[];
  readonly directory?: readonly NameInput[];
}

/** Attribute types by the short names that people write (RFC 4519). */
export const attributes = {
  CN: '2.5.4.3',
  serialNumber: '2.5.4.5',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  DC: '0.9.2342.19200300.100.1.25',
} as const;

/** Name, DER (RFC 5280 §4.1.2.4). */
export function distinguishedName(name: NameInput): Uint8Array {
  const pairs = typeof name === 'string' ? ([['CN', name]] as const) : name;
  return sequence(
    ...pairs.map(([attribute, value]) =>
      set(sequence(oid(attributes[attribute]), stringOf(attribute)(value))),
    ),
  );
}

/** The GeneralName values, DER, in the order DNS, IP, email, URI, directory (RFC 5280 §4.2.1.6). */
export function generalNames(names: GeneralNamesInput): readonly Uint8Array[] {
  return [
    ...(names.dns ?? []).map((name) => implicit(2, ia5String(name))),
    ...(names.ip ?? []).map((address) =>
      der(0x87, typeof address === 'string' ? ipOctets(address) : address),
    ),
    ...(names.email ?? []).map((address) => implicit(1, ia5String(address))),
    ...(names.uri ?? []).map((uri) => implicit(6, ia5String(uri))),
    // A Name is a CHOICE, so its tag is explicit.
    ...(names.directory ?? []).map((name) => der(0xa4, distinguishedName(name))),
  ];
}

/** 4 or 16 octets of an address; with `/bits` the mask follows (RFC 5280 §4.2.1.10). */
function ipOctets(text: string): Uint8Array {
  const [address = '', bits] = text.split('/');
  const octets = address.includes(':') ? ipv6Octets(address) : address.split('.').map(Number);
  if (bits === undefined) return Uint8Array.from(octets);
  const mask = octets.map(
    (_, index) => 0xff & (0xff00 >> Math.min(8, Math.max(0, Number(bits) - 8 * index))),
  );
  return Uint8Array.from([...octets, ...mask]);
}

function ipv6Octets(text: string): number[] {
  const [head = '', tail] = text.split('::');
  const groups = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((digits) => Number.parseInt(digits, 16));
  const [first, last] = [groups(head), groups(tail ?? '')];
  const zeros = tail === undefined ? 0 : 8 - first.length - last.length;
  return [...first, ...Array.from({ length: zeros }, () => 0), ...last].flatMap((group) => [
    group >> 8,
    group & 0xff,
  ]);
}

function stringOf(attribute: keyof typeof attributes): (text: string) => Uint8Array {
  if (attribute === 'C' || attribute === 'serialNumber') return printableString;
  return attribute === 'DC' ? ia5String : utf8String;
}
