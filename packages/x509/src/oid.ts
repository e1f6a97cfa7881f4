import type { Reader } from '@tlsmith/codec';
import { type Bytes, equal } from '@tlsmith/types';
import { type DerType, primitive, remaining } from './der.ts';
import { oids } from './oids.ts';

/** `OBJECT IDENTIFIER` in dotted form, such as `2.5.29.17` (X.690 §8.19). */
export const objectIdentifier: DerType<string> = primitive('OBJECT IDENTIFIER', 0x06, readOid);

/**
 * The name of an object identifier, itself where none is known.
 *
 * @example
 * ```ts
 * import { oidName } from '@tlsmith/x509';
 * oidName('2.5.29.17'); // 'subjectAltName'
 * ```
 */
export function oidName(oid: string): string {
  names ??= new Map(Object.entries(oids).map(([name, dotted]) => [dotted, name]));
  return names.get(oid) ?? oid;
}

let names: Map<string, string> | undefined;
let interned: Map<number, { readonly octets: Bytes; readonly oid: string }[]> | undefined;

const maximumLength = 64;

// Known identifiers are found by a hash of their octets: spelling out the dotted form takes longer than all the rest.
function readOid(reader: Reader): string {
  const { bytes, at, end } = reader;
  if (end === at || end - at > maximumLength) return reader.fail(`1 to ${maximumLength} octets`);
  let hash = 0;
  for (let i = at; i < end; i++) hash = (hash * 31 + (bytes[i] as number)) | 0;
  interned ??= internAll();
  for (const { octets, oid } of interned.get(hash) ?? []) {
    if (sameOctets(octets, bytes, at, end)) {
      reader.at = end;
      return oid;
    }
  }
  return dotted(reader, remaining(reader));
}

function sameOctets(octets: Bytes, bytes: Bytes, start: number, end: number): boolean {
  if (octets.length !== end - start) return false;
  for (let i = 0; i < octets.length; i++) if (octets[i] !== bytes[start + i]) return false;
  return true;
}

function dotted(reader: Reader, octets: Bytes): string {
  let text = '';
  let start = 0;
  let arc = 0;
  for (let at = 0; at < octets.length; at++) {
    const octet = octets[at] as number;
    // A leading 80 is a zero digit, so not the shortest form (X.690 §8.19.2).
    if (at === start && octet === 0x80) return reader.fail('arcs in their shortest form');
    arc = arc * 128 + (octet & 0x7f);
    if (octet >= 0x80) continue;
    // Seven octets have 49 bits; longer arcs, such as UUIDs, are rare enough for slower numbers.
    const exact = at - start < 7 ? arc : exactArc(octets.subarray(start, at + 1));
    text += start === 0 ? firstArcs(exact) : `.${exact}`;
    start = at + 1;
    arc = 0;
  }
  return start < octets.length ? reader.fail('a complete last arc') : text;
}

// The first two arcs share a number (X.690 §8.19.4).
function firstArcs(joint: number | bigint): string {
  if (typeof joint === 'bigint') return `2.${joint - 80n}`;
  const first = joint >= 80 ? 2 : Math.floor(joint / 40);
  return `${first}.${joint - 40 * first}`;
}

function exactArc(octets: Bytes): bigint {
  return octets.reduce((arc, octet) => arc * 128n + BigInt(octet & 0x7f), 0n);
}

function internAll(): Map<number, { readonly octets: Bytes; readonly oid: string }[]> {
  const table = new Map<number, { readonly octets: Bytes; readonly oid: string }[]>();
  for (const oid of Object.values(oids)) {
    const octets = encodeOid(oid);
    let hash = 0;
    for (const octet of octets) hash = (hash * 31 + octet) | 0;
    const bucket = table.get(hash) ?? [];
    if (!bucket.some((entry) => equal(entry.octets, octets))) bucket.push({ octets, oid });
    table.set(hash, bucket);
  }
  return table;
}

/** The content octets of a dotted object identifier whose arcs are below 2^31. */
export function encodeOid(oid: string): Bytes {
  const [first = 0, second = 0, ...others] = oid.split('.').map(Number);
  const octets: number[] = [];
  for (const arc of [first * 40 + second, ...others]) {
    const digits = [arc % 128];
    for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) {
      digits.unshift(0x80 | (rest % 128));
    }
    octets.push(...digits);
  }
  return Uint8Array.from(octets);
}
