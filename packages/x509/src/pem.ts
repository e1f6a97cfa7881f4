import { type Bytes, TlsMisuse } from '@tlsmith/types';
import { bytesOf, textOf } from './input.ts';

/** One block of PEM text (RFC 7468 §2). */
export interface PemBlock {
  /** What stands after BEGIN, such as `CERTIFICATE`. */
  readonly label: string;
  readonly der: Bytes;
}

/**
 * The blocks of PEM text (RFC 7468), in order. Text between blocks is skipped, as in bundles with comments; inside of
 * a block only base64 with correct padding and line breaks are allowed.
 *
 * @throws {TlsMisuse} `malformed-pem`, with the line where it goes wrong.
 */
export function pemBlocks(text: string): readonly PemBlock[] {
  const blocks: PemBlock[] = [];
  let open: { readonly label: string; readonly line: number; base64: string } | undefined;
  for (const [index, raw] of textOf(text, 'PEM')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const line = raw.trim();
    const [, kind, label = ''] = boundary.exec(line) ?? [];
    if (kind === undefined) {
      if (open !== undefined) open.base64 += line;
    } else if (kind === 'BEGIN') {
      if (open !== undefined) throw malformed(index, `BEGIN ${label} inside of ${open.label}`);
      open = { label, line: index, base64: '' };
    } else {
      if (open?.label !== label) throw malformed(index, `END ${label} without its BEGIN`);
      blocks.push({ label, der: fromBase64(open.base64, open.line) });
      open = undefined;
    }
  }
  if (open !== undefined) throw malformed(open.line, `BEGIN ${open.label} without its END`);
  return blocks;
}

/**
 * The certificates of PEM text, in order; blocks of other kinds are left out.
 *
 * @throws {TlsMisuse} `malformed-pem`, or `no-certificate` when there is none.
 * @example
 * ```ts
 * import { certificatesFromPem } from '@tlsmith/x509';
 * const chain = (pem: string) => certificatesFromPem(pem); // leaf first in a server's file
 * ```
 */
export function certificatesFromPem(text: string): readonly [Bytes, ...Bytes[]] {
  const [first, ...others] = pemBlocks(text)
    .filter(({ label }) => label === 'CERTIFICATE')
    .map(({ der }) => der);
  if (first !== undefined) return [first, ...others];
  throw new TlsMisuse('no-certificate', 'the text holds no -----BEGIN CERTIFICATE----- block');
}

/** A block as PEM text (RFC 7468 §2): lines of 64 characters, the last line ended. */
export function toPem(label: string, der: Bytes): string {
  let binary = '';
  for (const byte of bytesOf(der, 'der')) binary += String.fromCharCode(byte);
  const lines = btoa(binary).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.map((line) => `${line}\n`).join('')}-----END ${label}-----\n`;
}

const boundary = /^-----(BEGIN|END) ([A-Z0-9][A-Z0-9 ]*)-----$/;

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function fromBase64(text: string, line: number): Bytes {
  if (!base64.test(text)) throw malformed(line, 'something that is not base64');
  const binary = atob(text);
  // Bits behind the padding must be zero (RFC 4648 §3.5): each byte string has one text.
  if (btoa(binary) !== text) throw malformed(line, 'base64 with bits left over');
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function malformed(line: number, what: string): TlsMisuse {
  return new TlsMisuse('malformed-pem', `line ${line + 1} of the PEM text: ${what}`);
}
