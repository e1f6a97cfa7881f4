import { createHash } from 'node:crypto';
import { parseCertificate } from '@tlsmith/x509';
import {
  bitString,
  der,
  enumerated,
  explicit,
  generalizedTime,
  implicit,
  integer,
  nothing,
  octetString,
  oid,
  sequence,
} from '../../pki/der.ts';
import { type ExtensionInput, encodeExtension } from '../../pki/extensions.ts';
import type { Authority } from './authority.ts';
import type { Signer } from './certificate.ts';
import { type SignatureHash, signContent } from './signature.ts';

/** What an OCSP response says; every field but the subject has a default that makes an ordinary one saying good. */
export interface OcspInput {
  readonly responses: readonly SingleInput[];
  /** Who signs, where that is not the issuer; its certificate is sent along. */
  readonly responder?: Pick<Signer, 'name' | 'key'> & { readonly certificate: Uint8Array };
  /** How the signer is named; default `name`. */
  readonly by?: 'name' | 'key';
  /** Milliseconds since the epoch; default 2026-01-01. */
  readonly producedAt?: number;
  /** Certificates that are sent along, instead of the responder's. */
  readonly certificates?: readonly Uint8Array[];
  readonly extensions?: readonly ExtensionInput[];
  readonly version?: number;
  readonly signatureHash?: SignatureHash;
  /** Breaks the signature after it was made. */
  readonly breakSignature?: boolean;
}

/** What is said about one certificate. */
export interface SingleInput {
  /** The certificate, DER. */
  readonly about: Uint8Array;
  /** Default `good`. */
  readonly status?: 'good' | 'unknown' | { readonly revokedAt: number; readonly reason?: number };
  /** Milliseconds since the epoch; default 2026-01-01. */
  readonly thisUpdate?: number;
  /** Milliseconds since the epoch, or none; default 2049-12-31. */
  readonly nextUpdate?: number | 'none';
  /** Default `sha1`. */
  readonly hash?: keyof typeof hashes;
  readonly extensions?: readonly ExtensionInput[];
}

/**
 * An OCSPResponse, DER (RFC 6960 §4.2.1), signed by the issuer of the certificates or by a responder of its.
 *
 * @example
 * ```ts
 * import { issue, makeAuthority, makeOcspResponse } from '@tlsmith/testkit/node';
 * const root = makeAuthority({ name: 'Root' });
 * const leaf = issue(root, { subject: 'leaf' });
 * makeOcspResponse(root, { responses: [{ about: leaf.certificate }] }); // good until the end of 2049
 * ```
 */
export function makeOcspResponse(issuer: Authority, input: OcspInput): Uint8Array {
  const signer = input.responder ?? issuer;
  const choice = { hash: input.signatureHash ?? 'sha256', padding: 'pkcs1' as const };
  const { algorithm, content, value } = signContent(signer.key, choice, () =>
    sequence(
      ...(input.version === undefined ? [] : [explicit(0, integer(input.version))]),
      input.by === 'key'
        ? explicit(2, octetString(keyHash('sha1', signer.key.spki)))
        : explicit(1, signer.name),
      generalizedTime(input.producedAt ?? from2026),
      sequence(...input.responses.map((single) => singleResponse(issuer, single))),
      ...(input.extensions === undefined ? [] : [explicit(1, extensionList(input.extensions))]),
    ),
  );
  const signature = value.slice();
  if (input.breakSignature === true) signature[signature.length - 1] = (signature.at(-1) as number) ^ 1;
  const sent = input.certificates ?? (input.responder === undefined ? [] : [input.responder.certificate]);
  const certificates = sent.length === 0 ? [] : [explicit(0, sequence(...sent))];
  const basic = sequence(content, algorithm, bitString(signature), ...certificates);
  const bytes = sequence(oid('1.3.6.1.5.5.7.48.1.1'), octetString(basic));
  return sequence(enumerated(0), explicit(0, bytes));
}

/** An OCSPResponse that is an error (RFC 6960 §2.3): 3 is tryLater, 6 unauthorized. */
export const ocspError = (status: number): Uint8Array => sequence(enumerated(status));

function singleResponse(issuer: Authority, input: SingleInput): Uint8Array {
  return sequence(
    certificateId(issuer, input),
    statusOf(input.status ?? 'good'),
    generalizedTime(input.thisUpdate ?? from2026),
    ...(input.nextUpdate === 'none' ? [] : [explicit(0, generalizedTime(input.nextUpdate ?? until2049))]),
    ...(input.extensions === undefined ? [] : [explicit(1, extensionList(input.extensions))]),
  );
}

function certificateId({ name, key }: Authority, { about, hash = 'sha1' }: SingleInput): Uint8Array {
  return sequence(
    sequence(oid(hashes[hash]), nothing),
    octetString(Uint8Array.from(createHash(hash).update(name).digest())),
    octetString(keyHash(hash, key.spki)),
    der(0x02, parseCertificate(about).serialNumber),
  );
}

function statusOf(status: NonNullable<SingleInput['status']>): Uint8Array {
  if (status === 'good') return implicit(0, nothing);
  if (status === 'unknown') return implicit(2, nothing);
  const { revokedAt, reason } = status;
  const reasons = reason === undefined ? [] : [explicit(0, enumerated(reason))];
  return implicit(1, sequence(generalizedTime(revokedAt), ...reasons));
}

/** Hash of a key without the tag and length of its BIT STRING (RFC 6960 §4.1.1). */
function keyHash(hash: string, spki: Uint8Array): Uint8Array {
  let at = elementAt(spki, 0).start;
  at = elementAt(spki, at).end;
  const { start, end } = elementAt(spki, at);
  return Uint8Array.from(
    createHash(hash)
      .update(spki.subarray(start + 1, end))
      .digest(),
  );
}

function elementAt(bytes: Uint8Array, at: number): { readonly start: number; readonly end: number } {
  const first = bytes[at + 1] as number;
  const octets = first < 0x80 ? 0 : first - 0x80;
  const length =
    octets === 0 ? first : bytes.subarray(at + 2, at + 2 + octets).reduce((sum, one) => sum * 256 + one, 0);
  const start = at + 2 + octets;
  return { start, end: start + length };
}

const extensionList = (extensions: readonly ExtensionInput[]): Uint8Array =>
  sequence(...extensions.map(encodeExtension));

const hashes = {
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
} as const;

const from2026 = Date.UTC(2026, 0, 1);
const until2049 = Date.UTC(2049, 11, 31);
