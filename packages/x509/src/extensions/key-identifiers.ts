import type { Bytes } from '@tlsmith/types';
import { integer, octetString } from '../asn1.ts';
import { type DerType, implicit, optional, sequence } from '../der.ts';
import type { GeneralName } from '../general-name.ts';
import { generalNames } from './subject-alt-name.ts';

/** `AuthorityKeyIdentifier` (RFC 5280 §4.2.1.1): issuer and serial number come together or not at all. */
export interface AuthorityKeyIdentifier {
  readonly keyIdentifier: Bytes | undefined;
  readonly issuer: readonly GeneralName[] | undefined;
  readonly serialNumber: Bytes | undefined;
}

const keyIdentifier = implicit(0, octetString);
const issuer = implicit(1, generalNames);
const serialNumber = implicit(2, integer);

/** `AuthorityKeyIdentifier` (RFC 5280 §4.2.1.1). */
export const authorityKeyIdentifier: DerType<AuthorityKeyIdentifier> = sequence(
  'AuthorityKeyIdentifier',
  (reader) => ({
    keyIdentifier: optional(reader, 'keyIdentifier', keyIdentifier),
    issuer: optional(reader, 'authorityCertIssuer', issuer),
    serialNumber: optional(reader, 'authorityCertSerialNumber', serialNumber),
  }),
  'RFC 5280 §4.2.1.1',
);

/** `SubjectKeyIdentifier` (RFC 5280 §4.2.1.2). */
export const subjectKeyIdentifier: DerType<Bytes> = { ...octetString, section: 'RFC 5280 §4.2.1.2' };
