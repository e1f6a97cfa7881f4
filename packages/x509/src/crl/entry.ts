import type { Reader } from '@tlsmith/codec';
import type { Bytes } from '@tlsmith/types';
import { integer } from '../asn1.ts';
import { type DerType, field, itemName, nextTag, sequence } from '../der.ts';
import {
  type ExtensionOf,
  type ExtensionRows,
  extensionsOf,
  noExtensionsOf,
  unknownCritical,
} from '../extension-list.ts';
import { generalNames } from '../extensions/subject-alt-name.ts';
import type { GeneralName } from '../general-name.ts';
import { oids } from '../oids.ts';
import { generalizedTime, time } from '../time.ts';
import { crlReason, type RevocationReason } from './reason.ts';

/** What the extensions of a CRL's entry say (RFC 5280 §5.3); undefined where it lacks one. */
export interface KnownEntryExtensions {
  readonly reason: RevocationReason | undefined;
  /** Since when the certificate is suspected, in milliseconds since 1970-01-01T00:00:00Z. */
  readonly invalidityDate: number | undefined;
  /** Who issued the certificate, where that changes from the entry before. */
  readonly certificateIssuer: readonly GeneralName[] | undefined;
}

/** An entry of a CRL (RFC 5280 §5.1.2.6). */
export interface RevokedCertificate extends KnownEntryExtensions {
  /** Content octets of the INTEGER, two's complement. */
  readonly serialNumber: Bytes;
  /** In milliseconds since 1970-01-01T00:00:00Z. */
  readonly revocationDate: number;
  readonly extensions: readonly ExtensionOf<keyof KnownEntryExtensions>[];
}

const rows: ExtensionRows<KnownEntryExtensions> = {
  reason: [oids.cRLReasons, crlReason],
  invalidityDate: [oids.invalidityDate, generalizedTime],
  certificateIssuer: [oids.certificateIssuer, { ...generalNames, section: 'RFC 5280 §5.3.3' }],
};
const entryExtensions = extensionsOf(rows);
const none = noExtensionsOf(rows);

/** An element of `revokedCertificates` (RFC 5280 §5.1). */
export const revokedCertificate: DerType<RevokedCertificate> = sequence(
  'RevokedCertificate',
  (reader) => {
    const serialNumber = field(reader, 'userCertificate', integer);
    const revocationDate = field(reader, 'revocationDate', time);
    const hasExtensions = nextTag(reader) !== undefined;
    const { list, known } = hasExtensions ? field(reader, 'crlEntryExtensions', entryExtensions) : none;
    const { reason, invalidityDate, certificateIssuer } = known;
    return { serialNumber, revocationDate, reason, invalidityDate, certificateIssuer, extensions: list };
  },
  'RFC 5280 §5.1.2.6',
);

/** What has to be known of all entries of a CRL; the entries themselves are read again when they are looked for. */
export interface EntrySummary {
  readonly count: number;
  /** Whether an entry says whose certificate it is about. */
  readonly namesIssuers: boolean;
  /** Whether an entry has extensions, which version 1 does not know. */
  readonly hasExtensions: boolean;
  /** Whether an entry takes a certificate off the list, which only delta CRLs may do. */
  readonly removes: boolean;
  /** A critical extension of an entry that is not understood. */
  readonly unknownCritical: string | undefined;
}

/** The content of `revokedCertificates`: checks every entry, keeps none. */
export function summarizeEntries(reader: Reader): EntrySummary {
  let [count, namesIssuers, hasExtensions, removes] = [0, false, false, false];
  let critical: string | undefined;
  while (reader.at < reader.end) {
    // Names such as `[7]` are for those who look at spans: a list may have a million entries.
    const entry =
      reader.inspection === undefined
        ? revokedCertificate.read(reader)
        : field(reader, itemName(count), revokedCertificate);
    count += 1;
    if (entry.extensions.length === 0) continue;
    hasExtensions = true;
    namesIssuers ||= entry.certificateIssuer !== undefined;
    removes ||= entry.reason === 'removeFromCRL';
    critical ??= unknownCritical(entry.extensions);
  }
  return { count, namesIssuers, hasExtensions, removes, unknownCritical: critical };
}

/** The summary of a CRL without entries. */
export const noEntries: EntrySummary = {
  count: 0,
  namesIssuers: false,
  hasExtensions: false,
  removes: false,
  unknownCritical: undefined,
};
