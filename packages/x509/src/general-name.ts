import type { Reader } from '@tlsmith/codec';
import { type Bytes, equal, toHex } from '@tlsmith/types';
import { ia5String, octetString } from './asn1.ts';
import {
  anyElement,
  constructed,
  type DerType,
  explicit,
  field,
  implicit,
  nextTag,
  remaining,
  sequence,
} from './der.ts';
import { formatIp } from './ip.ts';
import { describeName, type Name, name, nameKey } from './name.ts';
import { objectIdentifier } from './oid.ts';

/** `GeneralName` (RFC 5280 §4.2.1.6), with the RFC's names for its forms. */
export type GeneralName =
  | { readonly form: 'otherName'; readonly typeId: string; readonly value: Bytes }
  | { readonly form: 'rfc822Name'; readonly value: string }
  | { readonly form: 'dNSName'; readonly value: string }
  | { readonly form: 'x400Address'; readonly value: Bytes }
  | { readonly form: 'directoryName'; readonly value: Name }
  | { readonly form: 'ediPartyName'; readonly value: Bytes }
  | { readonly form: 'uniformResourceIdentifier'; readonly value: string }
  /** 4 or 16 octets; in name constraints twice as many, address and mask. */
  | { readonly form: 'iPAddress'; readonly value: Bytes }
  | { readonly form: 'registeredID'; readonly value: string };

/** The form of a {@link GeneralName}. */
export type NameForm = GeneralName['form'];

/** `GeneralName` (RFC 5280 §4.2.1.6). */
export const generalName: DerType<GeneralName> = {
  name: 'GeneralName',
  section: 'RFC 5280 §4.2.1.6',
  tag: 0,
  read: (reader) => {
    const number = (nextTag(reader) ?? 0) - 0x80;
    const form = forms[number & ~0x20];
    return form === undefined ? reader.fail('a form of GeneralName') : form(reader);
  },
  content: (reader) => reader.fail('an element with its tag'),
};

/**
 * A name as people write it: `DNS:example.com`, `IP:192.0.2.1`, `email:a@example.com`, `URI:...`, `DirName:...`.
 *
 * @example
 * ```ts
 * import { describeGeneralName } from '@tlsmith/x509';
 * describeGeneralName({ form: 'dNSName', value: 'example.com' }); // 'DNS:example.com'
 * ```
 */
export function describeGeneralName(of: GeneralName): string {
  switch (of.form) {
    case 'dNSName':
      return `DNS:${visible(of.value)}`;
    case 'rfc822Name':
      return `email:${visible(of.value)}`;
    case 'uniformResourceIdentifier':
      return `URI:${visible(of.value)}`;
    case 'iPAddress':
      return `IP:${formatIp(of.value) ?? toHex(of.value)}`;
    case 'directoryName':
      return `DirName:${describeName(of.value)}`;
    case 'registeredID':
      return `RID:${of.value}`;
    case 'otherName':
      return `otherName:${of.typeId}`;
    case 'x400Address':
    case 'ediPartyName':
      return of.form;
  }
}

/**
 * Whether two names are the same: directory names as RFC 5280 §7.1 compares them, DNS names and mailboxes without
 * regard to case, all others octet for octet.
 */
export function sameGeneralName(a: GeneralName, b: GeneralName): boolean {
  if (a.form === 'directoryName') return b.form === a.form && nameKey(a.value) === nameKey(b.value);
  if (a.form === 'otherName') return b.form === a.form && a.typeId === b.typeId && equal(a.value, b.value);
  if (a.form !== b.form) return false;
  if (a.value instanceof Uint8Array) return equal(a.value, b.value as Bytes);
  const isUri = a.form === 'uniformResourceIdentifier';
  return isUri ? a.value === b.value : a.value.toLowerCase() === (b.value as string).toLowerCase();
}

// A name may not steer a terminal or break a log line.
function visible(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}

const otherName = sequence('OtherName', (reader) => ({
  typeId: field(reader, 'type-id', objectIdentifier),
  value: field(reader, 'value', explicit(0, anyElement)).der,
}));

// X.400 addresses and EDI names are kept closed: RFC 5280 gives no rule for them, and they occur nowhere.
const closed = constructed('ANY', 0x30, remaining);

const types = {
  otherName: implicit(0, otherName),
  rfc822Name: implicit(1, ia5String),
  dNSName: implicit(2, ia5String),
  x400Address: implicit(3, closed),
  directoryName: explicit(4, name),
  ediPartyName: implicit(5, closed),
  uniformResourceIdentifier: implicit(6, ia5String),
  iPAddress: implicit(7, octetString),
  registeredID: implicit(8, objectIdentifier),
};

const forms: readonly ((reader: Reader) => GeneralName)[] = [
  (reader) => {
    const { typeId, value } = field(reader, 'otherName', types.otherName);
    return { form: 'otherName', typeId, value };
  },
  (reader) => ({ form: 'rfc822Name', value: field(reader, 'rfc822Name', types.rfc822Name) }),
  (reader) => ({ form: 'dNSName', value: field(reader, 'dNSName', types.dNSName) }),
  (reader) => ({ form: 'x400Address', value: field(reader, 'x400Address', types.x400Address) }),
  (reader) => ({ form: 'directoryName', value: field(reader, 'directoryName', types.directoryName) }),
  (reader) => ({ form: 'ediPartyName', value: field(reader, 'ediPartyName', types.ediPartyName) }),
  (reader) => ({
    form: 'uniformResourceIdentifier',
    value: field(reader, 'uniformResourceIdentifier', types.uniformResourceIdentifier),
  }),
  (reader) => ({ form: 'iPAddress', value: field(reader, 'iPAddress', types.iPAddress) }),
  (reader) => ({ form: 'registeredID', value: field(reader, 'registeredID', types.registeredID) }),
];
