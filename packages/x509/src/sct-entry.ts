import { type Bytes, concat } from '@tlsmith/types';
import type { Certificate } from './certificate.ts';
import { oids } from './oids.ts';
import { encodeOid } from './oid.ts';

/**
 * The TBSCertificate of the precertificate that a certificate was made from: its own without the extension that holds
 * the timestamps (RFC 6962 §3.2). A certificate without that extension gives its own.
 */
export function precertificateTbs({ tbs, extensions }: Pick<Certificate, 'tbs' | 'extensions'>): Bytes {
  const index = extensions.findIndex(({ oid }) => oid === oids.signedCertificateTimestamps);
  if (index < 0) return tbs;
  const fields = elements(content(tbs));
  // Extensions are the last field (RFC 5280 §4.1): `[3]` around a SEQUENCE of them.
  const list = elements(content(content(fields.at(-1) as Bytes)));
  const kept = list.filter((extension) => !startsWithSctOid(content(extension)));
  const last = kept.length === 0 ? [] : [element(0xa3, element(0x30, ...kept))];
  return element(0x30, ...fields.slice(0, -1), ...last);
}

const sctOid = Uint8Array.of(
  6,
  encodeOid(oids.signedCertificateTimestamps).length,
  ...encodeOid(oids.signedCertificateTimestamps),
);

function startsWithSctOid(extension: Bytes): boolean {
  return sctOid.every((octet, index) => extension[index] === octet);
}

// What follows works on certificates that were parsed, so on well-formed DER with tags of one octet.

function elements(bytes: Bytes): readonly Bytes[] {
  const found: Bytes[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { header, length } = sizes(bytes.subarray(at));
    found.push(bytes.subarray(at, at + header + length));
    at += header + length;
  }
  return found;
}

function content(of: Bytes): Bytes {
  return of.subarray(sizes(of).header);
}

function sizes(of: Bytes): { readonly header: number; readonly length: number } {
  const first = of[1] as number;
  if (first < 0x80) return { header: 2, length: first };
  const width = first - 0x80;
  return {
    header: 2 + width,
    length: of.subarray(2, 2 + width).reduce((sum, octet) => sum * 256 + octet, 0),
  };
}

function element(tag: number, ...parts: readonly Bytes[]): Bytes {
  const body = concat(...parts);
  const { length } = body;
  if (length < 0x80) return concat(Uint8Array.of(tag, length), body);
  const octets = [length >> 16, (length >> 8) & 0xff, length & 0xff].slice(
    length < 0x100 ? 2 : length < 0x10000 ? 1 : 0,
  );
  return concat(Uint8Array.of(tag, 0x80 + octets.length, ...octets), body);
}
