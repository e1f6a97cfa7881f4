import type { Reader } from '@tlsmith/codec';
import type { Bytes } from '@tlsmith/types';
import { boolean, octetString, octetStringOf } from './asn1.ts';
import { type DerType, explicit, field, optional, sequence, sequenceOf } from './der.ts';
import { type AccessDescription, authorityInfoAccess } from './extensions/access.ts';
import { type BasicConstraints, basicConstraints } from './extensions/basic-constraints.ts';
import { type DistributionPoint, distributionPoints } from './extensions/distribution-points.ts';
import { extendedKeyUsage } from './extensions/extended-key-usage.ts';
import {
  type AuthorityKeyIdentifier,
  authorityKeyIdentifier,
  subjectKeyIdentifier,
} from './extensions/key-identifiers.ts';
import { type KeyUse, keyUsage } from './extensions/key-usage.ts';
import { type NameConstraints, nameConstraints } from './extensions/name-constraints.ts';
import {
  certificatePolicies,
  inhibitAnyPolicy,
  type PolicyConstraints,
  type PolicyInformation,
  type PolicyMapping,
  policyConstraints,
  policyMappings,
} from './extensions/policies.ts';
import { generalNames } from './extensions/subject-alt-name.ts';
import type { GeneralName } from './general-name.ts';
import { objectIdentifier } from './oid.ts';
import { oids } from './oids.ts';

/** What the extensions that we understand say; undefined where a certificate lacks one. */
export interface KnownExtensions {
  readonly authorityKeyIdentifier: AuthorityKeyIdentifier | undefined;
  readonly subjectKeyIdentifier: Bytes | undefined;
  readonly keyUsage: readonly KeyUse[] | undefined;
  readonly certificatePolicies: readonly PolicyInformation[] | undefined;
  readonly policyMappings: readonly PolicyMapping[] | undefined;
  readonly subjectAltName: readonly GeneralName[] | undefined;
  readonly issuerAltName: readonly GeneralName[] | undefined;
  readonly basicConstraints: BasicConstraints | undefined;
  readonly nameConstraints: NameConstraints | undefined;
  readonly policyConstraints: PolicyConstraints | undefined;
  readonly extendedKeyUsage: readonly string[] | undefined;
  readonly crlDistributionPoints: readonly DistributionPoint[] | undefined;
  readonly inhibitAnyPolicy: number | undefined;
  readonly authorityInfoAccess: readonly AccessDescription[] | undefined;
}

/** The name of an extension that we understand. */
export type ExtensionKey = keyof KnownExtensions;

/** `Extension` (RFC 5280 §4.1); unknown ones are kept as they are. */
export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  /** The content of the OCTET STRING. */
  readonly value: Bytes;
  /** Where its decoded value stands; undefined for an extension that we do not understand. */
  readonly key: ExtensionKey | undefined;
}

/** The extensions of a certificate, raw in order and decoded by name. */
export interface Extensions {
  readonly list: readonly Extension[];
  readonly known: KnownExtensions;
}

/** `Extensions` (RFC 5280 §4.1): at least one, none twice, those that we understand well formed. */
export const extensions: DerType<Extensions> = explicit(3, {
  name: 'Extensions',
  section: 'RFC 5280 §4.1.2.9',
  tag: 0x30,
  read: (reader) => collect(reader, extensionList.read(reader)),
  content: (reader) => reader.fail('an element with its tag'),
});

/** The extensions of a certificate that has none. */
export const noExtensions: Extensions = { list: [], known: nothingKnown() };

function nothingKnown(): Record<ExtensionKey, undefined> {
  return {
    authorityKeyIdentifier: undefined,
    subjectKeyIdentifier: undefined,
    keyUsage: undefined,
    certificatePolicies: undefined,
    policyMappings: undefined,
    subjectAltName: undefined,
    issuerAltName: undefined,
    basicConstraints: undefined,
    nameConstraints: undefined,
    policyConstraints: undefined,
    extendedKeyUsage: undefined,
    crlDistributionPoints: undefined,
    inhibitAnyPolicy: undefined,
    authorityInfoAccess: undefined,
  };
}

interface ReadExtension {
  readonly extension: Extension;
  readonly decoded: unknown;
}

type Known = {
  readonly [Key in ExtensionKey]: { readonly key: Key; readonly type: DerType<KnownExtensions[Key]> };
};

const known = <Key extends ExtensionKey>(
  key: Key,
  type: DerType<NonNullable<KnownExtensions[Key]>>,
): { readonly key: Key; readonly type: DerType<KnownExtensions[Key]> } => ({
  key,
  type: octetStringOf(type),
});

const understood: ReadonlyMap<string, Known[ExtensionKey]> = new Map<string, Known[ExtensionKey]>([
  [oids.authorityKeyIdentifier, known('authorityKeyIdentifier', authorityKeyIdentifier)],
  [oids.subjectKeyIdentifier, known('subjectKeyIdentifier', subjectKeyIdentifier)],
  [oids.keyUsage, known('keyUsage', keyUsage)],
  [oids.certificatePolicies, known('certificatePolicies', certificatePolicies)],
  [oids.policyMappings, known('policyMappings', policyMappings)],
  [oids.subjectAltName, known('subjectAltName', generalNames)],
  [oids.issuerAltName, known('issuerAltName', generalNames)],
  [oids.basicConstraints, known('basicConstraints', basicConstraints)],
  [oids.nameConstraints, known('nameConstraints', nameConstraints)],
  [oids.policyConstraints, known('policyConstraints', policyConstraints)],
  [oids.extendedKeyUsage, known('extendedKeyUsage', extendedKeyUsage)],
  [oids.cRLDistributionPoints, known('crlDistributionPoints', distributionPoints)],
  [oids.inhibitAnyPolicy, known('inhibitAnyPolicy', inhibitAnyPolicy)],
  [oids.authorityInfoAccess, known('authorityInfoAccess', authorityInfoAccess)],
]);

const extensionType: DerType<ReadExtension> = sequence('Extension', (reader) => {
  const oid = field(reader, 'extnID', objectIdentifier);
  // As in BasicConstraints, a FALSE that DER leaves out is let through: such certificates are in use.
  const critical = optional(reader, 'critical', boolean) ?? false;
  const found = understood.get(oid);
  if (found === undefined) {
    const value = field(reader, 'extnValue', octetString);
    return { extension: { oid, critical, value, key: undefined }, decoded: undefined };
  }
  const start = reader.at;
  const decoded = field<unknown>(reader, 'extnValue', found.type);
  const value = reader.bytes.subarray(start + headerLength(reader.bytes, start), reader.at);
  return { extension: { oid, critical, value, key: found.key }, decoded };
});

const extensionList = sequenceOf('Extensions', extensionType);

// Identifier and length of an element that was read.
function headerLength(bytes: Bytes, start: number): number {
  const first = bytes[start + 1] as number;
  return first < 0x80 ? 2 : 2 + first - 0x80;
}

// Real certificates have about ten extensions; the bound keeps the search for duplicates short.
const maximumExtensions = 64;

function collect(reader: Reader, found: readonly ReadExtension[]): Extensions {
  if (found.length > maximumExtensions) return reader.fail(`at most ${maximumExtensions} extensions`);
  const values: Record<ExtensionKey, unknown> = nothingKnown();
  const list: Extension[] = [];
  for (const { extension, decoded } of found) {
    if (list.some(({ oid }) => oid === extension.oid)) return reader.fail('each extension once');
    if (extension.key !== undefined) values[extension.key] = decoded;
    list.push(extension);
  }
  return { list, known: values as KnownExtensions };
}
