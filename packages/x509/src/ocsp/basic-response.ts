import type { Reader } from '@tlsmith/codec';
import type { Bytes } from '@tlsmith/types';
import { type AlgorithmIdentifier, algorithmIdentifier } from '../algorithm.ts';
import { octetBitString, octetString, smallInteger } from '../asn1.ts';
import { crlReason, type RevocationReason } from '../crl/reason.ts';
import {
  anyElement,
  type DerType,
  explicit,
  field,
  implicit,
  nextTag,
  optional,
  primitive,
  sequence,
  sequenceOf,
} from '../der.ts';
import type { ExtensionOf } from '../extension-list.ts';
import { type Name, name } from '../name.ts';
import { generalizedTime } from '../time.ts';
import { type CertificateId, certificateId } from './certificate-id.ts';
import {
  type KnownResponseExtensions,
  type KnownSingleExtensions,
  noResponseExtensions,
  noSingleExtensions,
  responseExtensions,
  singleExtensions,
} from './extensions.ts';

/** `BasicOCSPResponse` (RFC 6960 §4.2.1), nothing of it checked but its form. */
export interface BasicOcspResponse extends KnownResponseExtensions {
  /** `tbsResponseData`, the part that is signed. */
  readonly tbs: Bytes;
  readonly responderId: ResponderId;
  /** When it was signed, in milliseconds since 1970-01-01T00:00:00Z. */
  readonly producedAt: number;
  readonly responses: readonly SingleResponse[];
  readonly extensions: readonly ExtensionOf<keyof KnownResponseExtensions>[];
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Bytes;
  /** Certificates that help to verify the signature, DER, as they came. */
  readonly certificates: readonly Bytes[];
}

/** `ResponderID` (RFC 6960 §4.2.1): a name, or the SHA-1 of a key. */
export type ResponderId =
  | { readonly name: Name; readonly keyHash?: undefined }
  | { readonly keyHash: Bytes; readonly name?: undefined };

/** `SingleResponse` (RFC 6960 §4.2.1): what is said about one certificate; times as in the response. */
export interface SingleResponse extends KnownSingleExtensions {
  readonly certificateId: CertificateId;
  readonly status: CertStatus;
  readonly thisUpdate: number;
  readonly nextUpdate: number | undefined;
  readonly extensions: readonly ExtensionOf<keyof KnownSingleExtensions>[];
}

/** `CertStatus` (RFC 6960 §4.2.1). */
export type CertStatus =
  | { readonly is: 'good' | 'unknown' }
  | {
      readonly is: 'revoked';
      readonly revocationTime: number;
      readonly revocationReason: RevocationReason | undefined;
    };

const version = explicit(0, smallInteger);
const byName = explicit(1, name);
const byKey = explicit(2, octetString);
const good = implicit(0, verdict('good'));
const unknown = implicit(2, verdict('unknown'));
const revocationReason = explicit(0, crlReason);
const nextUpdate = explicit(0, generalizedTime);
const ofSingle = explicit(1, singleExtensions);
const ofResponse = explicit(1, responseExtensions);

const revoked = implicit(
  1,
  sequence('RevokedInfo', (reader) => ({
    is: 'revoked' as const,
    revocationTime: field(reader, 'revocationTime', generalizedTime),
    revocationReason: optional(reader, 'revocationReason', revocationReason),
  })),
);

const singleResponse: DerType<SingleResponse> = sequence('SingleResponse', (reader) => {
  const found = {
    certificateId: field(reader, 'certID', certificateId),
    status: certStatus(reader),
    thisUpdate: field(reader, 'thisUpdate', generalizedTime),
    nextUpdate: optional(reader, 'nextUpdate', nextUpdate),
  };
  const { list, known } = optional(reader, 'singleExtensions', ofSingle) ?? noSingleExtensions;
  return { ...found, ...known, extensions: list };
});

const responses = sequenceOf('Responses', singleResponse);

const responseData = sequence('ResponseData', readData, 'RFC 6960 §4.2.1');

// More than one certificate, the responder's, is hardly ever there.
const maximumCertificates = 16;
const certificates = explicit(0, sequenceOf('Certificates', anyElement));

/** `BasicOCSPResponse` (RFC 6960 §4.2.1). */
export const basicResponse: DerType<BasicOcspResponse> = sequence(
  'BasicOCSPResponse',
  (reader) => {
    const start = reader.at;
    const data = field(reader, 'tbsResponseData', responseData);
    const tbs = reader.bytes.subarray(start, reader.at);
    const signatureAlgorithm = field(reader, 'signatureAlgorithm', algorithmIdentifier);
    const signature = field(reader, 'signature', octetBitString);
    const sent = optional(reader, 'certs', certificates) ?? [];
    return sent.length > maximumCertificates
      ? reader.fail(`at most ${maximumCertificates} certificates`)
      : { tbs, ...data, signatureAlgorithm, signature, certificates: sent.map(({ der }) => der) };
  },
  'RFC 6960 §4.2.1',
);

type Data = Omit<BasicOcspResponse, 'tbs' | 'signatureAlgorithm' | 'signature' | 'certificates'>;

function readData(reader: Reader): Data {
  // The default, v1 (0), which DER leaves out; responders are known to write it (RFC 5019 appendix A.2).
  if ((optional(reader, 'version', version) ?? 0) !== 0) return reader.fail('version 1');
  const found = {
    responderId: responderId(reader),
    producedAt: field(reader, 'producedAt', generalizedTime),
    responses: field(reader, 'responses', responses),
  };
  const { list, known } = optional(reader, 'responseExtensions', ofResponse) ?? noResponseExtensions;
  return { ...found, ...known, extensions: list };
}

function responderId(reader: Reader): ResponderId {
  if (nextTag(reader) === byName.tag) return { name: field(reader, 'byName', byName) };
  const keyHash = field(reader, 'byKey', byKey);
  return keyHash.length === 20 ? { keyHash } : reader.fail('a SHA-1 hash of 20 octets');
}

function certStatus(reader: Reader): CertStatus {
  if (nextTag(reader) === revoked.tag) return field(reader, 'revoked', revoked);
  return nextTag(reader) === good.tag ? field(reader, 'good', good) : field(reader, 'unknown', unknown);
}

function verdict<Is extends 'good' | 'unknown'>(is: Is): DerType<{ readonly is: Is }> {
  return primitive('NULL', 0x05, () => ({ is }));
}
