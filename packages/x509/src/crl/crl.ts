import type { Reader, Span } from '@tlsmith/codec';
import { type Bytes, equal, TlsMisuse } from '@tlsmith/types';
import { type AlgorithmIdentifier, algorithmIdentifier } from '../algorithm.ts';
import { octetBitString, smallInteger } from '../asn1.ts';
import { decodeDer, inspectDer } from '../decode.ts';
import { type DerType, explicit, field, nextTag, optional, sequence } from '../der.ts';
import type { ExtensionOf, ExtensionsOf } from '../extension-list.ts';
import { type Name, name } from '../name.ts';
import { pemBlocks } from '../pem.ts';
import { rejections } from '../rejection.ts';
import { time } from '../time.ts';
import { type EntrySummary, noEntries, summarizeEntries } from './entry.ts';
import { crlExtensions, type KnownCrlExtensions, noCrlExtensions } from './extensions.ts';

/** A parsed certificate revocation list (`CertificateList`, RFC 5280 §5.1), nothing of it checked but its form. */
export interface CertificateRevocationList extends KnownCrlExtensions {
  /** The whole list, an owned copy that the other byte strings are views of. */
  readonly der: Bytes;
  /** The part that is signed. */
  readonly tbs: Bytes;
  readonly version: 1 | 2;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Bytes;
  readonly issuer: Name;
  /** When it was issued, in milliseconds since 1970-01-01T00:00:00Z. */
  readonly thisUpdate: number;
  /** By when the next one will be issued, as above. */
  readonly nextUpdate: number | undefined;
  /** The entries as they stand; `revokedCertificates` and `findRevoked` read them. */
  readonly entries: Bytes;
  readonly summary: EntrySummary;
  readonly extensions: readonly ExtensionOf<keyof KnownCrlExtensions>[];
}

/**
 * Parses a CRL: strict DER, the structure of RFC 5280 §5.1, and every extension of it and its entries that we
 * understand. The bytes, at most 16 MiB, are copied. Neither signature nor time is checked.
 *
 * @throws {CertificateRejected} `malformed-crl` (alert certificate_unknown), with the offset and what was expected.
 * @example
 * ```ts
 * import { describeName, parseCrl } from '@tlsmith/x509';
 * const about = (der: Uint8Array) => `${describeName(parseCrl(der).issuer)}: ${parseCrl(der).summary.count} entries`;
 * ```
 */
export function parseCrl(der: Bytes): CertificateRevocationList {
  return decodeDer(certificateList, der, rejections.malformedCrl);
}

/**
 * Parses a CRL and says what each byte is: the children of every span cover it.
 *
 * @throws {CertificateRejected} `malformed-crl`, as {@link parseCrl} does.
 */
export function inspectCrl(der: Bytes): { readonly value: CertificateRevocationList; readonly span: Span } {
  return inspectDer(certificateList, der, rejections.malformedCrl);
}

/**
 * The CRLs of PEM text, in order; blocks of other kinds are left out.
 *
 * @throws {TlsMisuse} `malformed-pem`, or `no-crl` when there is none.
 * @throws {CertificateRejected} `malformed-crl`.
 */
export function crlsFromPem(text: string): readonly CertificateRevocationList[] {
  const blocks = pemBlocks(text).filter(({ label }) => label === 'X509 CRL');
  if (blocks.length === 0) throw new TlsMisuse('no-crl', 'the text holds no -----BEGIN X509 CRL----- block');
  return blocks.map(({ der }) => parseCrl(der));
}

const certificateList: DerType<CertificateRevocationList> = sequence(
  'CertificateList',
  readList,
  'RFC 5280 §5.1',
);

function readList(reader: Reader): CertificateRevocationList {
  const start = reader.at;
  const { inner, extensions, ...fields } = field(reader, 'tbsCertList', tbsCertList);
  const tbs = reader.bytes.subarray(start, reader.at);
  const signatureAlgorithm = field(reader, 'signatureAlgorithm', algorithmIdentifier);
  // RFC 5280 §5.1.1.2: both fields contain the same identifier.
  if (!equal(signatureAlgorithm.der, inner.der)) return reader.fail('the algorithm of tbsCertList');
  const signature = field(reader, 'signatureValue', octetBitString);
  const { list, known } = extensions;
  return { der: reader.bytes, tbs, signatureAlgorithm, signature, ...fields, ...known, extensions: list };
}

interface Tbs {
  readonly version: 1 | 2;
  readonly inner: AlgorithmIdentifier;
  readonly issuer: Name;
  readonly thisUpdate: number;
  readonly nextUpdate: number | undefined;
  readonly entries: Bytes;
  readonly summary: EntrySummary;
  readonly extensions: ExtensionsOf<KnownCrlExtensions>;
}

const tbsCertList = sequence('TBSCertList', readTbs, 'RFC 5280 §5.1.2');
const listExtensions = explicit(0, crlExtensions);

const revokedList = sequence('RevokedCertificates', (reader: Reader) => {
  const start = reader.at;
  const summary = summarizeEntries(reader);
  return { entries: reader.bytes.subarray(start, reader.at), summary };
});

function readTbs(reader: Reader): Tbs {
  const version = versionOf(reader, optional(reader, 'version', smallInteger));
  const inner = field(reader, 'signature', algorithmIdentifier);
  const issuer = field(reader, 'issuer', name);
  const thisUpdate = field(reader, 'thisUpdate', time);
  const hasNext = nextTag(reader) === utcTime || nextTag(reader) === generalizedTime;
  const nextUpdate = hasNext ? field(reader, 'nextUpdate', time) : undefined;
  const list = optional(reader, 'revokedCertificates', revokedList) ?? {
    entries: nothing,
    summary: noEntries,
  };
  const extensions = optional(reader, 'crlExtensions', listExtensions);
  const hasExtensions = extensions !== undefined || list.summary.hasExtensions;
  if (version === 1 && hasExtensions) return reader.fail('no extensions in version 1');
  if (list.summary.removes && extensions?.known.baseCrlNumber === undefined) {
    return reader.fail('removeFromCRL in delta CRLs only');
  }
  return {
    version,
    inner,
    issuer,
    thisUpdate,
    nextUpdate,
    ...list,
    extensions: extensions ?? noCrlExtensions,
  };
}

// Version 1 has no version field (RFC 5280 §5.1.2.1).
function versionOf(reader: Reader, number: number | undefined): 1 | 2 {
  if (number === undefined) return 1;
  return number === 1 ? 2 : reader.fail('version 2');
}

const utcTime = 0x17;
const generalizedTime = 0x18;
const nothing: Bytes = new Uint8Array(0);
