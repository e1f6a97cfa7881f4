import type { Reader } from '@tlsmith/codec';
import type { Bytes } from '@tlsmith/types';
import { octetString } from './asn1.ts';
import type { Certificate } from './certificate.ts';
import { decodeDer } from './decode.ts';
import type { DerType } from './der.ts';
import type { ExtensionOf } from './extension-list.ts';
import { oids } from './oids.ts';
import { rejections } from './rejection.ts';

/** By which of the three ways timestamps came (RFC 6962 §3.3). */
export type SctSource = 'certificate' | 'tls' | 'ocsp';

/** A log's promise to publish a certificate (RFC 6962 §3.2), of version 1. */
export interface SignedCertificateTimestamp {
  /** 0 for version 1. */
  readonly version: 0;
  /** SHA-256 of the log's key, 32 bytes. */
  readonly logId: Bytes;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly timestamp: number;
  /** Empty so far; signed as it is. */
  readonly extensions: Bytes;
  /** TLS 1.2's numbers of hash and signature algorithm (RFC 5246 §7.4.1.4.1): 4 is SHA-256; 1 is RSA, 3 is ECDSA. */
  readonly hash: number;
  readonly signatureAlgorithm: number;
  readonly signature: Bytes;
}

/** A timestamp of a version that does not exist yet; those who do not know it pass over it (RFC 6962 §3.3). */
export interface UnknownTimestamp {
  readonly version: number;
  readonly logId?: undefined;
}

/** One item of a list of timestamps. */
export type SctItem = SignedCertificateTimestamp | UnknownTimestamp;

/**
 * Reads a SignedCertificateTimestampList as it stands in the TLS extension signed_certificate_timestamp
 * (RFC 6962 §3.3.1). The bytes are copied.
 *
 * @throws {CertificateRejected} `malformed`, with the offset and what was expected there.
 * @example
 * ```ts
 * import { readSctList } from '@tlsmith/x509';
 * const logs = (list: Uint8Array) => readSctList(list).map(({ logId }) => logId);
 * ```
 */
export function readSctList(list: Bytes): readonly SctItem[] {
  return decodeDer(sctList, list, rejections.malformed);
}

/**
 * The timestamps in a certificate; empty where it has none (RFC 6962 §3.3).
 *
 * @throws {CertificateRejected} `malformed`, as {@link readSctList} does.
 */
export function certificateScts({ extensions }: Pick<Certificate, 'extensions'>): readonly SctItem[] {
  return sctsIn(extensions, oids.signedCertificateTimestamps);
}

/**
 * The timestamps among the singleExtensions of an OCSP response; empty where it has none (RFC 6962 §3.3).
 *
 * @throws {CertificateRejected} `malformed`, as {@link readSctList} does.
 */
export function ocspScts(singleExtensions: readonly ExtensionOf<unknown>[]): readonly SctItem[] {
  return sctsIn(singleExtensions, ocspTimestamps);
}

const ocspTimestamps = '1.3.6.1.4.1.11129.2.4.5';

function sctsIn(extensions: readonly ExtensionOf<unknown>[], wanted: string): readonly SctItem[] {
  const value = extensions.find(({ oid }) => oid === wanted)?.value;
  // An OCTET STRING of its own within that of the extension.
  return value === undefined ? [] : readSctList(decodeDer(octetString, value, rejections.malformed));
}

const sctSchema = { name: 'SerializedSCT', section: 'RFC 6962 §3.3' };

// A TLS structure; what reads DER reads it as well, since both walk over bytes.
const sctList: DerType<readonly SctItem[]> = {
  name: 'SignedCertificateTimestampList',
  section: 'RFC 6962 §3.3',
  tag: 0,
  read: (reader) =>
    reader.within(reader.uint(2), () => {
      const items: SctItem[] = [];
      while (reader.at < reader.end) {
        if (items.length === maximumScts) return reader.fail(`at most ${maximumScts} timestamps`);
        items.push(reader.part(`[${items.length}]`, sctSchema, readItem));
      }
      return items.length === 0 ? reader.fail('at least one timestamp') : items;
    }),
  content: (reader) => reader.fail('a list with its length'),
};

// Certificates in use have two to five; each costs a signature.
const maximumScts = 32;

function readItem(reader: Reader): SctItem {
  return reader.within(reader.uint(2), () => {
    const version = reader.uint(1);
    if (version === 0) return readTimestamp(reader);
    reader.at = reader.end;
    return { version };
  });
}

function readTimestamp(reader: Reader): SignedCertificateTimestamp {
  const logId = reader.view(32);
  // Of 64 bits; those above 2^53 lie 285,000 years ahead, where it no longer matters that they are rounded.
  const timestamp = reader.uint(4) * 2 ** 32 + reader.uint(4);
  const extensions = reader.view(reader.uint(2));
  const [hash, signatureAlgorithm] = [reader.uint(1), reader.uint(1)];
  const signature = reader.view(reader.uint(2));
  return { version: 0, logId, timestamp, extensions, hash, signatureAlgorithm, signature };
}
