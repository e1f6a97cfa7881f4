import type { Reader, Span } from '@tlsmith/codec';
import type { Bytes } from '@tlsmith/types';
import { enumerated, octetStringOf } from '../asn1.ts';
import { decodeDer, inspectDer } from '../decode.ts';
import { type DerType, explicit, field, optional, sequence } from '../der.ts';
import { objectIdentifier } from '../oid.ts';
import { oids } from '../oids.ts';
import { rejections } from '../rejection.ts';
import { type BasicOcspResponse, basicResponse } from './basic-response.ts';

/** A parsed OCSP response (RFC 6960 §4.2.1), nothing of it checked but its form. */
export interface OcspResponse {
  readonly responseStatus: OcspResponseStatus;
  /** The answer; undefined exactly where the status is an error. */
  readonly basic: BasicOcspResponse | undefined;
}

/** `OCSPResponseStatus` (RFC 6960 §4.2.1); all but `successful` are errors that nobody signs. */
export type OcspResponseStatus =
  | 'successful'
  | 'malformedRequest'
  | 'internalError'
  | 'tryLater'
  | 'sigRequired'
  | 'unauthorized';

/**
 * Parses an OCSP response: strict DER, the structure of RFC 6960 §4.2.1. The bytes are copied. Neither signature nor
 * time is checked.
 *
 * @throws {CertificateRejected} `malformed-ocsp-response` (alert bad_certificate_status_response), with the offset and
 *   what was expected there.
 * @example
 * ```ts
 * import { parseOcspResponse } from '@tlsmith/x509';
 * const statuses = (der: Uint8Array) => parseOcspResponse(der).basic?.responses.map(({ status }) => status.is);
 * ```
 */
export function parseOcspResponse(der: Bytes): OcspResponse {
  return decodeDer(ocspResponse, der, rejections.malformedOcspResponse);
}

/**
 * Parses an OCSP response and says what each byte is: the children of every span cover it.
 *
 * @throws {CertificateRejected} `malformed-ocsp-response`, as {@link parseOcspResponse} does.
 */
export function inspectOcspResponse(der: Bytes): { readonly value: OcspResponse; readonly span: Span } {
  return inspectDer(ocspResponse, der, rejections.malformedOcspResponse);
}

// Far more than the few kilobytes of a response with its responder's certificate.
const maximumLength = 262144;

const responseBytes: DerType<BasicOcspResponse> = sequence('ResponseBytes', (reader) =>
  field(reader, 'responseType', objectIdentifier) === oids.ocspBasic
    ? field(reader, 'response', octetStringOf(basicResponse))
    : reader.fail('the type id-pkix-ocsp-basic'),
);

const bytes = explicit(0, responseBytes);

const ocspResponse: DerType<OcspResponse> = sequence(
  'OCSPResponse',
  (reader: Reader) => {
    if (reader.bytes.length > maximumLength) return reader.fail(`at most ${maximumLength} bytes`);
    const number = field(reader, 'responseStatus', enumerated);
    const responseStatus = statuses[number] ?? reader.fail('a response status that RFC 6960 lists');
    const basic = optional(reader, 'responseBytes', bytes);
    const isAnswer = responseStatus === 'successful';
    return isAnswer === (basic !== undefined)
      ? { responseStatus, basic }
      : reader.fail('an answer where the status is successful, and only there');
  },
  'RFC 6960 §4.2.1',
);

const statuses: Readonly<Record<number, OcspResponseStatus>> = {
  0: 'successful',
  1: 'malformedRequest',
  2: 'internalError',
  3: 'tryLater',
  5: 'sigRequired',
  6: 'unauthorized',
};
