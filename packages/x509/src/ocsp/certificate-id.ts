import { type Bytes, equal, hash, type HashAsk, type HashName, type Work } from '@tlsmith/types';
import { type AlgorithmIdentifier, algorithmIdentifier } from '../algorithm.ts';
import { integer, octetString } from '../asn1.ts';
import type { Certificate } from '../certificate.ts';
import { type DerType, field, sequence } from '../der.ts';
import { element, oidElement } from '../encode.ts';
import { oids } from '../oids.ts';
import type { Issuer } from '../revocation/status.ts';

/** `CertID` (RFC 6960 §4.1.1): which certificate a request or response is about. */
export interface CertificateId {
  readonly hashAlgorithm: AlgorithmIdentifier;
  readonly issuerNameHash: Bytes;
  readonly issuerKeyHash: Bytes;
  /** Content octets of the INTEGER, two's complement. */
  readonly serialNumber: Bytes;
}

/** Hashes of an issuer, which is all that tells it in a {@link CertificateId}. */
export interface IssuerHashes {
  readonly name: Bytes;
  readonly key: Bytes;
}

/** `CertID` (RFC 6960 §4.1.1). */
export const certificateId: DerType<CertificateId> = sequence(
  'CertID',
  (reader) => ({
    hashAlgorithm: field(reader, 'hashAlgorithm', algorithmIdentifier),
    issuerNameHash: field(reader, 'issuerNameHash', octetString),
    issuerKeyHash: field(reader, 'issuerKeyHash', octetString),
    serialNumber: field(reader, 'serialNumber', integer),
  }),
  'RFC 6960 §4.1.1',
);

/** The hash that an identifier is made with; undefined where we do not know it. */
export function hashOf({ hashAlgorithm: { algorithm } }: CertificateId): HashName | undefined {
  return names.find((name) => oids[name] === algorithm);
}

/** Hashes the name and the key of a certificate's issuer (RFC 6960 §4.1.1). */
export function* issuerHashes(
  name: HashName,
  { issuer: issuerName }: Pick<Certificate, 'issuer'>,
  { publicKey }: Pick<Issuer, 'publicKey'>,
): Work<IssuerHashes, HashAsk> {
  return { name: yield* hash(name, issuerName.der), key: yield* hash(name, publicKey.key) };
}

/** Whether an identifier is that of a certificate; the hashes are those that its algorithm gives. */
export function identifies(
  id: CertificateId,
  { serialNumber }: Pick<Certificate, 'serialNumber'>,
  issuer: IssuerHashes,
): boolean {
  const isIssuer = equal(id.issuerNameHash, issuer.name) && equal(id.issuerKeyHash, issuer.key);
  return isIssuer && equal(id.serialNumber, serialNumber);
}

/** Writes an identifier. */
export function encodeCertificateId(
  name: HashName,
  { serialNumber }: Pick<Certificate, 'serialNumber'>,
  issuer: IssuerHashes,
): Bytes {
  // Responders compare octets, and all of them know the NULL (RFC 5019 appendix A.1).
  const algorithm = element(0x30, oidElement(oids[name]), element(0x05));
  return element(
    0x30,
    algorithm,
    element(0x04, issuer.name),
    element(0x04, issuer.key),
    element(0x02, serialNumber),
  );
}

const names: readonly HashName[] = ['sha1', 'sha256', 'sha384', 'sha512'];
