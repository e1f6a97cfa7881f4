import type { Reader } from '@tlsmith/codec';
import { namedBits } from '../asn1.ts';
import type { DerType } from '../der.ts';

/** The uses of a key (RFC 5280 §4.2.1.3), in the order of their bits. */
export const keyUses = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;

/** A use of a key (RFC 5280 §4.2.1.3). */
export type KeyUse = (typeof keyUses)[number];

/** `KeyUsage` (RFC 5280 §4.2.1.3): at least one bit is set. */
export const keyUsage: DerType<readonly KeyUse[]> = {
  ...namedBits,
  name: 'KeyUsage',
  section: 'RFC 5280 §4.2.1.3',
  read: (reader: Reader) => uses(reader, namedBits.read(reader)),
  content: (reader: Reader) => uses(reader, namedBits.content(reader)),
};

function uses(reader: Reader, bits: number): readonly KeyUse[] {
  const found = keyUses.filter((_, i) => (bits & (1 << i)) !== 0);
  return found.length === 0 ? reader.fail('at least one use') : found;
}
