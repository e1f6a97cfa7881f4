import type { Bytes } from '@tlsmith/types';
import { type DerType, primitive, remaining } from '../der.ts';
import { type ExtensionRows, extensionsOf, type ExtensionsOf, noExtensionsOf } from '../extension-list.ts';
import { oids } from '../oids.ts';
import { generalizedTime } from '../time.ts';

/** What the extensions of a response say (RFC 6960 §4.4); undefined where it lacks one. */
export interface KnownResponseExtensions {
  /** The value as it came: it is only compared. */
  readonly nonce: Bytes | undefined;
  /** Present where `revoked` may also mean that a certificate was never issued. */
  readonly extendedRevoke: boolean | undefined;
}

/** What the extensions of a single response say (RFC 6960 §4.4). */
export interface KnownSingleExtensions {
  /** Until when statuses of expired certificates are kept, in milliseconds since 1970-01-01T00:00:00Z. */
  readonly archiveCutoff: number | undefined;
}

// RFC 6960 §4.4.1 has an OCTET STRING here, but responders answer with what they were asked (RFC 6961 §2.2).
const opaque: DerType<Bytes> = { name: 'Nonce', tag: 0, read: remaining, content: remaining };

const responseRows: ExtensionRows<KnownResponseExtensions> = {
  nonce: [oids.ocspNonce, opaque],
  extendedRevoke: [oids.ocspExtendedRevoke, primitive('NULL', 0x05, () => true)],
};
const singleRows: ExtensionRows<KnownSingleExtensions> = {
  archiveCutoff: [oids.ocspArchiveCutoff, generalizedTime],
};

/** `Extensions` of a response. */
export const responseExtensions: DerType<ExtensionsOf<KnownResponseExtensions>> = extensionsOf(responseRows);
/** The extensions of a response that has none. */
export const noResponseExtensions: ExtensionsOf<KnownResponseExtensions> = noExtensionsOf(responseRows);
/** `Extensions` of a single response. */
export const singleExtensions: DerType<ExtensionsOf<KnownSingleExtensions>> = extensionsOf(singleRows);
/** The extensions of a single response that has none. */
export const noSingleExtensions: ExtensionsOf<KnownSingleExtensions> = noExtensionsOf(singleRows);
