import type { Bytes } from '@tlsmith/types';
import { bytesOf, textOf } from './input.ts';

/**
 * Reads an IP address in the text form of RFC 3986 §3.2.2 (IPv4: four decimal numbers without leading zeros) or
 * RFC 4291 §2.2 (IPv6, `::` and an embedded IPv4 address included): 4 or 16 bytes, undefined for anything else. Zone
 * identifiers and brackets are not part of an address.
 *
 * @example
 * ```ts
 * import { parseIp } from '@tlsmith/x509';
 * parseIp('192.0.2.1'); // Uint8Array [192, 0, 2, 1]
 * parseIp('192.0.2.01'); // undefined
 * ```
 */
export function parseIp(text: string): Bytes | undefined {
  return textOf(text, 'an IP address').includes(':') ? parseIpv6(text) : parseIpv4(text);
}

/** 4 or 16 bytes in the canonical text form (RFC 5952 §4); undefined for other lengths. */
export function formatIp(address: Bytes): string | undefined {
  if (bytesOf(address, 'an IP address').length === 4) return address.join('.');
  return address.length === 16 ? formatIpv6(address) : undefined;
}

function parseIpv4(text: string): Bytes | undefined {
  const parts = text.split('.');
  if (
    parts.length !== 4 ||
    !parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255)
  ) {
    return undefined;
  }
  return Uint8Array.from(parts, Number);
}

function parseIpv6(text: string): Bytes | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const groups = halves.map((half, i) => parseGroups(half, i === halves.length - 1));
  const [head, tail] = groups;
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const written = head.length + (tail?.length ?? 0);
  // `::` stands for at least one group of zeros (RFC 4291 §2.2).
  if (halves.length === 2 ? written > 14 : written !== 16) return undefined;
  const address = new Uint8Array(16);
  address.set(head);
  address.set(tail ?? [], 16 - (tail?.length ?? 0));
  return address;
}

function parseGroups(text: string, isLast: boolean): readonly number[] | undefined {
  if (text === '') return [];
  const octets: number[] = [];
  const groups = text.split(':');
  for (const [i, group] of groups.entries()) {
    const embedded = isLast && i === groups.length - 1 && group.includes('.') ? parseIpv4(group) : undefined;
    if (embedded === undefined && !/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined;
    const value = Number.parseInt(group, 16);
    octets.push(...(embedded ?? [value >> 8, value & 0xff]));
  }
  return octets;
}

// RFC 5952 §4: lower case, no leading zeros, `::` for the first longest run of at least two zero groups.
function formatIpv6(address: Bytes): string {
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) groups.push((address[i] as number) * 256 + (address[i + 1] as number));
  let run = { start: 0, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > run.length) run = { start, length };
  }
  const text = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':');
  if (run.length < 2) return text(groups);
  return `${text(groups.slice(0, run.start))}::${text(groups.slice(run.start + run.length))}`;
}
