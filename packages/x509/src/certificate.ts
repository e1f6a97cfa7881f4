import type { Reader, Span } from '@tlsmith/codec';
import { type Bytes, equal, type PublicKey } from '@tlsmith/types';
import { type AlgorithmIdentifier, algorithmIdentifier } from './algorithm.ts';
import { bitString, integer, octetBitString, smallInteger } from './asn1.ts';
import { decodeDer, inspectDer } from './decode.ts';
import { type DerType, explicit, field, implicit, optional, sequence } from './der.ts';
import {
  type Extension,
  type Extensions,
  extensions,
  type KnownExtensions,
  noExtensions,
} from './extension.ts';
import type { GeneralName } from './general-name.ts';
import { describeName, type Name, name } from './name.ts';
import { rejected, rejections } from './rejection.ts';
import { type CertificateKey, subjectPublicKeyInfo } from './spki.ts';
import { time } from './time.ts';

/** A parsed certificate (RFC 5280 §4.1): plain data, nothing of it checked but its form. */
export interface Certificate extends KnownExtensions {
  /** The whole certificate, an owned copy that the other byte strings are views of. */
  readonly der: Bytes;
  /** The part that is signed. */
  readonly tbs: Bytes;
  readonly version: 1 | 2 | 3;
  /** Content octets of the INTEGER, two's complement. */
  readonly serialNumber: Bytes;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Bytes;
  readonly issuer: Name;
  readonly subject: Name;
  /** First moment of validity, in milliseconds since 1970-01-01T00:00:00Z. */
  readonly notBefore: number;
  /** Last moment of validity, as above, the whole second included. */
  readonly notAfter: number;
  /** The key, or why it cannot be used: `type` tells. */
  readonly publicKey: CertificateKey;
  readonly extensions: readonly Extension[];
  /** The names in subjectAltName; empty where there is none. */
  readonly sans: readonly GeneralName[];
}

/**
 * Parses a certificate: strict DER, the structure of RFC 5280 §4.1, and every extension that we understand. The bytes
 * are copied. Neither signature nor validity is checked.
 *
 * @throws {CertificateRejected} `malformed` (alert bad_certificate), with the offset and what was expected there.
 * @example
 * ```ts
 * import { certificatesFromPem, describeName, parseCertificate } from '@tlsmith/x509';
 * const subjectOf = (pem: string) => describeName(parseCertificate(certificatesFromPem(pem)[0]).subject);
 * ```
 */
export function parseCertificate(der: Bytes): Certificate {
  return decodeDer(certificate, der, rejections.malformed);
}

/**
 * Parses a certificate and says what each byte is: the children of every span cover it.
 *
 * @throws {CertificateRejected} `malformed`, as {@link parseCertificate} does.
 */
export function inspectCertificate(der: Bytes): { readonly value: Certificate; readonly span: Span } {
  return inspectDer(certificate, der, rejections.malformed);
}

/**
 * The key of a certificate, for those who verify with it.
 *
 * @throws {CertificateRejected} `unsupported-key` or `weak-key` (alert unsupported_certificate).
 */
export function usableKey(of: Pick<Certificate, 'publicKey' | 'subject'>): PublicKey {
  const { publicKey, subject } = of;
  if (publicKey.type !== 'unusable') return publicKey;
  throw rejected(publicKey.reason, { certificate: describeName(subject), detail: publicKey.detail });
}

/** Whether issuer and subject are the same name (RFC 5280 §6.1: self-issued). */
export function isSelfIssued(of: Certificate): boolean {
  return equal(of.issuer.der, of.subject.der);
}

// More than any certificate in use has, and little enough to be read in a few milliseconds.
const maximumLength = 262144;

const certificate: DerType<Certificate> = sequence('Certificate', readCertificate, 'RFC 5280 §4.1');

function readCertificate(reader: Reader): Certificate {
  if (reader.bytes.length > maximumLength) return reader.fail(`at most ${maximumLength} bytes`);
  const start = reader.at;
  const fields = field(reader, 'tbsCertificate', tbsCertificate);
  const tbs = reader.bytes.subarray(start, reader.at);
  const signatureAlgorithm = field(reader, 'signatureAlgorithm', algorithmIdentifier);
  // RFC 5280 §4.1.1.2: both fields contain the same identifier, so that the signed one cannot be swapped.
  if (!equal(signatureAlgorithm.der, fields.inner.der)) return reader.fail('the algorithm of tbsCertificate');
  const signature = field(reader, 'signatureValue', octetBitString);
  return assemble({ der: reader.bytes, tbs, signatureAlgorithm, signature }, fields);
}

type Outer = Pick<Certificate, 'der' | 'tbs' | 'signatureAlgorithm' | 'signature'>;

// Written out field by field: spreading objects costs as much as parsing the certificate.
function assemble(outer: Outer, fields: Tbs): Certificate {
  const { list, known } = fields.extensions;
  return {
    der: outer.der,
    tbs: outer.tbs,
    version: fields.version,
    serialNumber: fields.serialNumber,
    signatureAlgorithm: outer.signatureAlgorithm,
    signature: outer.signature,
    issuer: fields.issuer,
    subject: fields.subject,
    notBefore: fields.validity.notBefore,
    notAfter: fields.validity.notAfter,
    publicKey: fields.publicKey,
    extensions: list,
    sans: known.subjectAltName ?? [],
    authorityKeyIdentifier: known.authorityKeyIdentifier,
    subjectKeyIdentifier: known.subjectKeyIdentifier,
    keyUsage: known.keyUsage,
    certificatePolicies: known.certificatePolicies,
    policyMappings: known.policyMappings,
    subjectAltName: known.subjectAltName,
    issuerAltName: known.issuerAltName,
    basicConstraints: known.basicConstraints,
    nameConstraints: known.nameConstraints,
    policyConstraints: known.policyConstraints,
    extendedKeyUsage: known.extendedKeyUsage,
    crlDistributionPoints: known.crlDistributionPoints,
    freshestCrl: known.freshestCrl,
    inhibitAnyPolicy: known.inhibitAnyPolicy,
    authorityInfoAccess: known.authorityInfoAccess,
    tlsFeature: known.tlsFeature,
    ocspNoCheck: known.ocspNoCheck,
  };
}

interface Tbs {
  readonly version: 1 | 2 | 3;
  readonly serialNumber: Bytes;
  readonly inner: AlgorithmIdentifier;
  readonly issuer: Name;
  readonly validity: { readonly notBefore: number; readonly notAfter: number };
  readonly subject: Name;
  readonly publicKey: CertificateKey;
  readonly extensions: Extensions;
}

const tbsCertificate = sequence('TBSCertificate', readTbs, 'RFC 5280 §4.1.2');

function readTbs(reader: Reader): Tbs {
  const version = versionOf(reader, optional(reader, 'version', versionNumber));
  const serialNumber = field(reader, 'serialNumber', integer);
  const inner = field(reader, 'signature', algorithmIdentifier);
  const issuer = field(reader, 'issuer', name);
  const period = field(reader, 'validity', validity);
  const subject = field(reader, 'subject', name);
  const publicKey = field(reader, 'subjectPublicKeyInfo', subjectPublicKeyInfo);
  const issuerId = optional(reader, 'issuerUniqueID', issuerUniqueId);
  const subjectId = optional(reader, 'subjectUniqueID', subjectUniqueId);
  if (version === 1 && (issuerId ?? subjectId) !== undefined)
    return reader.fail('no unique IDs in version 1');
  const found = optional(reader, 'extensions', extensions);
  if (version !== 3 && found !== undefined) return reader.fail('no extensions before version 3');
  return {
    version,
    serialNumber,
    inner,
    issuer,
    validity: period,
    subject,
    publicKey,
    extensions: found ?? noExtensions,
  };
}

const versionNumber = explicit(0, smallInteger);

// Version 1 is the default and therefore absent (RFC 5280 §4.1.2.1, X.690 §11.5).
function versionOf(reader: Reader, number: number | undefined): 1 | 2 | 3 {
  if (number === undefined) return 1;
  return number === 1 || number === 2 ? (number === 1 ? 2 : 3) : reader.fail('version 2 or 3');
}

const validity = sequence('Validity', (reader) => ({
  notBefore: field(reader, 'notBefore', time),
  notAfter: field(reader, 'notAfter', time),
}));

const issuerUniqueId = implicit(1, bitString);
const subjectUniqueId = implicit(2, bitString);
