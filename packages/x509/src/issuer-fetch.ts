import { type Reader, Reader as DerReader } from '@tlsmith/codec';
import { type Bytes, equal, isCertificateRejected, isDecodeError, type Work } from '@tlsmith/types';
import { smallInteger } from './asn1.ts';
import { type Certificate, parseCertificate } from './certificate.ts';
import {
  anyElement,
  constructed,
  type DerType,
  explicit,
  field,
  nextTag,
  optional,
  sequence,
} from './der.ts';
import type { AccessDescription } from './extensions/access.ts';
import { type FetchAsk, fetched, type Fetching, urlsOf } from './fetch.ts';
import { objectIdentifier } from './oid.ts';
import { oids } from './oids.ts';

/**
 * Fetches certificates of a certificate's issuer (RFC 5280 §4.2.2.1): one in DER, or a bundle in CMS. What cannot be
 * read is as good as not there.
 */
export function* fetchIssuers(
  fetching: Fetching,
  { authorityInfoAccess }: { readonly authorityInfoAccess: readonly AccessDescription[] | undefined },
): Work<readonly Certificate[], FetchAsk> {
  const found: Certificate[] = [];
  for (const url of accessUrls(authorityInfoAccess, oids.caIssuers)) {
    const answer = yield* fetched(fetching, 'issuer', url);
    if (answer !== undefined) found.push(...certificatesIn(answer));
  }
  return found;
}

/** The URLs of an access method in authorityInfoAccess. */
export function accessUrls(
  access: readonly AccessDescription[] | undefined,
  wanted: string,
): readonly string[] {
  return urlsOf((access ?? []).filter(({ method }) => method === wanted).map(({ location }) => location));
}

// A bundle may name every authority there is; a path needs one of them.
const maximumBundle = 16;

function certificatesIn(answer: Bytes): readonly Certificate[] {
  return (bundle(answer) ?? [answer]).slice(0, maximumBundle).flatMap((der) => {
    try {
      return [parseCertificate(der)];
    } catch (error) {
      if (isCertificateRejected(error)) return [];
      throw error;
    }
  });
}

function bundle(answer: Bytes): readonly Bytes[] | undefined {
  try {
    return contentInfo.read(new DerReader(answer));
  } catch (error) {
    if (isDecodeError(error)) return undefined;
    throw error;
  }
}

const signedDataType = '1.2.840.113549.1.7.2';

const certificateSet = constructed('CertificateSet', 0xa0, (reader: Reader) => {
  const found: Bytes[] = [];
  while (reader.at < reader.end) found.push(field(reader, `[${found.length}]`, anyElement).der);
  return found;
});

// SignedData (RFC 5652 §5.1) without signers: all but the certificates is passed over.
const signedData: DerType<readonly Bytes[]> = sequence('SignedData', (reader) => {
  const skipped = [
    field(reader, 'version', smallInteger),
    field(reader, 'digestAlgorithms', anyElement),
    field(reader, 'encapContentInfo', anyElement),
  ];
  const certificates = optional(reader, 'certificates', certificateSet) ?? [];
  while (nextTag(reader) !== undefined) skipped.push(field(reader, 'rest', anyElement));
  return certificates;
});

const contentInfo: DerType<readonly Bytes[]> = sequence('ContentInfo', (reader) => {
  const type = field(reader, 'contentType', objectIdentifier);
  if (type !== signedDataType) return reader.fail('SignedData');
  return field(reader, 'content', explicit(0, signedData)).filter(
    (der, index, all) => all.findIndex((other) => equal(other, der)) === index,
  );
});
