import { Reader } from '@tlsmith/codec';
import type { Bytes } from '@tlsmith/types';
import type { Certificate } from '../certificate.ts';
import type { GeneralName } from '../general-name.ts';
import { sameName } from '../name.ts';
import type { CertificateRevocationList } from './crl.ts';
import { revokedCertificate, type RevokedCertificate } from './entry.ts';

/**
 * The entries of a CRL, read one by one.
 *
 * @example
 * ```ts
 * import { parseCrl, revokedCertificates } from '@tlsmith/x509';
 * const keyCompromises = (der: Uint8Array) =>
 *   [...revokedCertificates(parseCrl(der))].filter(({ reason }) => reason === 'keyCompromise');
 * ```
 */
export function* revokedCertificates({
  entries,
}: Pick<CertificateRevocationList, 'entries'>): Generator<RevokedCertificate> {
  const reader = new Reader(entries);
  while (reader.at < reader.end) yield revokedCertificate.read(reader);
}

/**
 * The entry about a certificate (RFC 5280 §5.3.3): its serial number, under its issuer. In an indirect CRL each entry
 * is about the issuer that it names, else about that of the entry before; the first about the CRL's own. The time
 * grows with the length of the list, at some ten nanoseconds an entry.
 */
export function findRevoked(
  crl: CertificateRevocationList,
  certificate: Pick<Certificate, 'issuer' | 'serialNumber'>,
): RevokedCertificate | undefined {
  const { entries, summary, issuer } = crl;
  let isAbout = sameName(issuer, certificate.issuer);
  if (!isAbout && !summary.namesIssuers) return undefined;
  const reader = new Reader(entries);
  while (reader.at < reader.end) {
    const end = elementEnd(entries, reader.at);
    const isSame = hasSerial(entries, contentStart(entries, reader.at), certificate.serialNumber);
    if (!summary.namesIssuers && !isSame) {
      reader.at = end;
      continue;
    }
    const entry = revokedCertificate.read(reader);
    if (entry.certificateIssuer !== undefined) isAbout = names(entry.certificateIssuer, certificate);
    if (isAbout && isSame) return entry;
  }
  return undefined;
}

// RFC 5280 §5.3.3: the issuer's distinguished name is among them.
function names(issuers: readonly GeneralName[], { issuer }: Pick<Certificate, 'issuer'>): boolean {
  return issuers.some((name) => name.form === 'directoryName' && sameName(name.value, issuer));
}

// What follows reads headers of elements whose form was checked when the CRL was parsed.

function contentStart(bytes: Bytes, at: number): number {
  const first = bytes[at + 1] as number;
  return at + (first < 0x80 ? 2 : first - 0x80 + 2);
}

function elementEnd(bytes: Bytes, at: number): number {
  const first = bytes[at + 1] as number;
  if (first < 0x80) return at + 2 + first;
  let length = 0;
  for (let i = 0; i < first - 0x80; i++) length = length * 256 + (bytes[at + 2 + i] as number);
  return contentStart(bytes, at) + length;
}

function hasSerial(bytes: Bytes, at: number, serialNumber: Bytes): boolean {
  const start = contentStart(bytes, at);
  if (elementEnd(bytes, at) - start !== serialNumber.length) return false;
  for (let i = 0; i < serialNumber.length; i++) if (bytes[start + i] !== serialNumber[i]) return false;
  return true;
}
