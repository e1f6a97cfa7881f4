import type { Reader } from '@tlsmith/codec';
import type { Bytes } from '@tlsmith/types';
import { boolean, octetString, octetStringOf } from './asn1.ts';
import { type DerType, field, optional, sequence, sequenceOf } from './der.ts';
import { objectIdentifier } from './oid.ts';

/** `Extension` (RFC 5280 §4.1) of a certificate, CRL, CRL entry or OCSP response; unknown ones are kept as they are. */
export interface ExtensionOf<Key> {
  readonly oid: string;
  readonly critical: boolean;
  /** The content of the OCTET STRING. */
  readonly value: Bytes;
  /** Where its decoded value stands; undefined for an extension that we do not understand. */
  readonly key: Key | undefined;
}

/** Extensions, raw in order and decoded by name. */
export interface ExtensionsOf<Known> {
  readonly list: readonly ExtensionOf<keyof Known>[];
  readonly known: Known;
}

/** The extensions that are understood in some place: object identifier and type by the name of the value. */
export type ExtensionRows<Known> = {
  readonly [Key in keyof Known]-?: readonly [oid: string, type: DerType<NonNullable<Known[Key]>>];
};

/** `Extensions` (RFC 5280 §4.1): at least one, none twice, those that are understood well formed. */
export function extensionsOf<Known extends object>(rows: ExtensionRows<Known>): DerType<ExtensionsOf<Known>> {
  const understood: Understood = new Map(
    Object.entries<readonly [string, DerType<unknown>]>(rows).map(([key, [oid, type]]) => [
      oid,
      { key, type: octetStringOf(type) },
    ]),
  );
  const nothing = nothingKnown(rows);
  const items = sequenceOf('Extensions', extensionType(understood));
  return {
    name: 'Extensions',
    section: 'RFC 5280 §4.1.2.9',
    tag: items.tag,
    read: (reader) => collect(reader, items.read(reader), { ...nothing }),
    content: (reader) => reader.fail('an element with its tag'),
  };
}

/** The extensions of what has none. */
export function noExtensionsOf<Known extends object>(rows: ExtensionRows<Known>): ExtensionsOf<Known> {
  return { list: [], known: nothingKnown(rows) };
}

/** The object identifier of the first critical extension that is not understood (RFC 5280 §4.2). */
export function unknownCritical(list: readonly ExtensionOf<unknown>[]): string | undefined {
  return list.find(({ critical, key }) => critical && key === undefined)?.oid;
}

type Understood = ReadonlyMap<string, { readonly key: string; readonly type: DerType<unknown> }>;

interface ReadExtension {
  readonly extension: ExtensionOf<string>;
  readonly decoded: unknown;
}

function nothingKnown<Known extends object>(rows: ExtensionRows<Known>): Known {
  return Object.fromEntries(Object.keys(rows).map((key) => [key, undefined])) as Known;
}

function extensionType(understood: Understood): DerType<ReadExtension> {
  return sequence('Extension', (reader) => {
    const oid = field(reader, 'extnID', objectIdentifier);
    // As in BasicConstraints, a FALSE that DER leaves out is let through: such certificates are in use.
    const critical = optional(reader, 'critical', boolean) ?? false;
    const found = understood.get(oid);
    if (found === undefined) {
      const value = field(reader, 'extnValue', octetString);
      return { extension: { oid, critical, value, key: undefined }, decoded: undefined };
    }
    const start = reader.at;
    const decoded = field(reader, 'extnValue', found.type);
    const value = reader.bytes.subarray(start + headerLength(reader.bytes, start), reader.at);
    return { extension: { oid, critical, value, key: found.key }, decoded };
  });
}

// Identifier and length of an element that was read.
function headerLength(bytes: Bytes, start: number): number {
  const first = bytes[start + 1] as number;
  return first < 0x80 ? 2 : 2 + first - 0x80;
}

// Real certificates have about ten extensions; the bound keeps the search for duplicates short.
const maximumExtensions = 64;

function collect<Known extends object>(
  reader: Reader,
  found: readonly ReadExtension[],
  known: Known,
): ExtensionsOf<Known> {
  if (found.length > maximumExtensions) return reader.fail(`at most ${maximumExtensions} extensions`);
  const list: ExtensionOf<string>[] = [];
  for (const { extension, decoded } of found) {
    if (list.some(({ oid }) => oid === extension.oid)) return reader.fail('each extension once');
    if (extension.key !== undefined) (known as Record<string, unknown>)[extension.key] = decoded;
    list.push(extension);
  }
  return { list: list as readonly ExtensionOf<string>[] as readonly ExtensionOf<keyof Known>[], known };
}
