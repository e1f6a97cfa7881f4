import {
  alertDescriptions,
  certificateStatusTypes,
  clientCertificateTypes,
  compressionMethods,
  contentTypes,
  ecPointFormats,
  handshakeTypes,
  pskKeyExchangeModes,
} from './registries.gen.ts';

/**
 * The registered name of a number from the wire. Never throws: registries grow, and peers send GREASE
 * on purpose (RFC 8701 §2), so an unknown number keeps its digits.
 *
 * @param registry one of this subpath's tables, or your own; a table of yours counts as one of two octets
 * @param value the number as decoded
 * @example
 * ```ts
 * import { nameOf, namedGroups } from '@tlsmith/types/explain';
 * nameOf(namedGroups, 0x001d); // 'x25519'
 * nameOf(namedGroups, 0x9999); // 'unassigned(0x9999)'
 * nameOf(namedGroups, 0x0a0a); // 'GREASE(0x0a0a)'
 * ```
 */
export function nameOf(registry: Readonly<Record<number, string>>, value: number): string {
  const name = registry[value];
  if (name !== undefined) return name;
  const octets = oneOctet.has(registry) ? 1 : 2;
  const digits = `0x${value.toString(16).padStart(octets * 2, '0')}`;
  return isGrease(registry, value) ? `GREASE(${digits})` : `unassigned(${digits})`;
}

// RFC 8701 §2 reserves 0x0A0A, 0x1A1A ... 0xFAFA in every two-octet registry, and of the one-octet
// registries only eight PskKeyExchangeModes: 0x0B and every 0x1F after it.
function isGrease(registry: Readonly<Record<number, string>>, value: number): boolean {
  if (registry === pskKeyExchangeModes) return value % 0x1f === 0x0b && value <= 0xe4;
  if (oneOctet.has(registry)) return false;
  return (value & 0x0f0f) === 0x0a0a && value >> 8 === (value & 0xff);
}

const oneOctet: ReadonlySet<Readonly<Record<number, string>>> = new Set([
  contentTypes,
  handshakeTypes,
  alertDescriptions,
  pskKeyExchangeModes,
  compressionMethods,
  certificateStatusTypes,
  clientCertificateTypes,
  ecPointFormats,
]);
