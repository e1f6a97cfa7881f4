import type { Coverage } from './collect.ts';
import { sectionsOf } from './sections.ts';

/** A section that nothing implements, with the reason where that is meant to be so. */
export interface Gap {
  readonly section: string;
  readonly title: string;
  readonly reason: string | undefined;
}

/** The sections of RFC 9846, chapters 4 to 7, that no file cites where it implements something. */
export function gaps(covered: readonly Coverage[]): readonly Gap[] {
  const cited = new Set(
    covered
      .filter(({ rfc, implementedIn }) => rfc === '9846' && implementedIn.length > 0)
      .map(({ section }) => section),
  );
  return [...(sectionsOf('9846') ?? [])]
    .filter(([section]) => /^[4-7]\b/.test(section) && !cited.has(section))
    .map(([section, title]) => ({ section, title, reason: reasons[section] }));
}

/** The sections that are only half there, on purpose: cited, and yet not everything in them is done. */
export const partly: Readonly<Record<string, string>> = {
  '4.3.3': 'signature_algorithms_cert is read and written by the codec and sent by neither end',
  '4.3.5': 'the codec reads and writes oid_filters; no server sends it, no client answers it',
  '4.3.6': 'the codec reads and writes post_handshake_auth; no client offers it',
  '4.3.9': 'psk_dhe_ke only: resumption always includes (EC)DHE',
  '4.3.10': 'no end sends early data; a server skips what it is sent',
  '4.3.11': 'PSKs come from tickets only, external ones are not offered',
  '4.6': 'the codec reads and writes EndOfEarlyData; no state expects it',
};

const heading = 'a heading; what it introduces is cited by number';
const reasons: Readonly<Record<string, string>> = {
  '4.2': heading,
  '4.3.8.1': 'finite-field groups are not implemented',
  '4.3.11.3': 'about a server that accepts early data; none does',
  '4.4': heading,
  '4.5': heading,
  '4.7': heading,
  '4.7.2': 'post-handshake authentication is not implemented; a CertificateRequest there is refused',
  '7': heading,
  '7.4.1': 'finite-field groups are not implemented',
};
