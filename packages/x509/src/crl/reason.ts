import type { Reader } from '@tlsmith/codec';
import { enumerated } from '../asn1.ts';
import type { DerType } from '../der.ts';

/** Why a certificate was revoked (RFC 5280 §5.3.1). */
export type RevocationReason =
  | 'unspecified'
  | 'keyCompromise'
  | 'cACompromise'
  | 'affiliationChanged'
  | 'superseded'
  | 'cessationOfOperation'
  | 'certificateHold'
  | 'removeFromCRL'
  | 'privilegeWithdrawn'
  | 'aACompromise';

/** `CRLReason` (RFC 5280 §5.3.1): 7 is not used, and there is none above 10. */
export const crlReason: DerType<RevocationReason> = {
  name: 'CRLReason',
  section: 'RFC 5280 §5.3.1',
  tag: enumerated.tag,
  read: (reader) => reasonOf(reader, enumerated.read(reader)),
  content: (reader) => reasonOf(reader, enumerated.content(reader)),
};

/** All bits of `ReasonFlags` (RFC 5280 §4.2.1.13): 1 to 8; bit 0 is not used. */
export const allReasons = 0b1_1111_1110;

const reasons: Readonly<Record<number, RevocationReason>> = {
  0: 'unspecified',
  1: 'keyCompromise',
  2: 'cACompromise',
  3: 'affiliationChanged',
  4: 'superseded',
  5: 'cessationOfOperation',
  6: 'certificateHold',
  8: 'removeFromCRL',
  9: 'privilegeWithdrawn',
  10: 'aACompromise',
};

function reasonOf(reader: Reader, value: number): RevocationReason {
  return reasons[value] ?? reader.fail('a reason that RFC 5280 lists');
}
