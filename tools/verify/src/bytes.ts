import { type Span, spanRows } from '@tlsmith/codec';
import { isCertificateRejected } from '@tlsmith/types';
import { describeName, inspectCertificate, oidName } from '@tlsmith/x509';

/** What every byte of a certificate is: offset, octets, field, type and section; containers have no octets. */
export function byteLines(der: Uint8Array): readonly string[] {
  try {
    const { value, span } = inspectCertificate(der);
    const rows = spanRows(span, der).flatMap(({ depth, hex, start, span: of }) =>
      rowLines(of, { depth, hex, start }),
    );
    return [`${describeName(value.subject)}, ${der.length} bytes`, ...rows];
  } catch (error) {
    if (!isCertificateRejected(error)) throw error;
    const { at, path, expected } = error.facts;
    return [
      `cannot be read: at byte ${String(at)}, in ${String(path) || 'Certificate'}, expected ${String(expected)}`,
    ];
  }
}

const octetsInLine = 16;

interface Row {
  readonly depth: number;
  readonly hex: string;
  readonly start: number;
}

function rowLines(span: Span, { depth, hex, start }: Row): readonly string[] {
  const meaning = [
    span.name,
    span.schema === span.name ? '' : span.schema,
    valueOf(span),
    span.section ?? '',
  ];
  const title = `${' '.repeat(depth * 2)}${meaning.filter((part) => part !== '').join(' · ')}`;
  const lines: string[] = [];
  for (let at = 0; at === 0 || at < hex.length; at += 2 * octetsInLine) {
    const octets = hex.slice(at, at + 2 * octetsInLine).replace(/..(?=.)/g, '$& ');
    const offset = (start + at / 2).toString().padStart(6);
    lines.push(`${offset}  ${octets.padEnd(3 * octetsInLine)} ${at === 0 ? title : ''}`.trimEnd());
  }
  return lines;
}

function valueOf({ schema, value }: Span): string {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') return '';
  return schema === 'OBJECT IDENTIFIER' ? oidName(value) : JSON.stringify(value);
}
