import { type Bytes, concat } from '@tlsmith/types';
import { encodeOid } from './oid.ts';

/** One element in DER (X.690 §8.1, §10.1): the few that an OCSP request needs are written, never read back. */
export function element(tag: number, ...contents: readonly Bytes[]): Bytes {
  const content = concat(...contents);
  return concat(Uint8Array.from([tag, ...lengthOctets(content.length)]), content);
}

/** `OBJECT IDENTIFIER` from its dotted form. */
export function oidElement(oid: string): Bytes {
  return element(0x06, encodeOid(oid));
}

function lengthOctets(length: number): readonly number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return [0x80 + octets.length, ...octets];
}
