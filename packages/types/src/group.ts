import type { Version } from './epoch.ts';
import type { KeyExchangeAlgorithm } from './provider.ts';

/** A named group (RFC 9846 §4.3.7, RFC 8422 §5.1.1). */
export interface NamedGroup {
  /** The IANA name, which is also the provider's name for it. */
  readonly name: string;
  /** The number on the wire. */
  readonly code: number;
  /** Bytes of the key_exchange field from each side (RFC 9846 §4.3.8.2). */
  readonly shareLength: { readonly client: number; readonly server: number };
  readonly versions: readonly Version[];
  /** A user's own group brings its code; a built-in one names what the provider supplies. */
  readonly implementation?: KeyExchangeAlgorithm;
}

const both: readonly Version[] = ['tls12', 'tls13'];
const group = (name: string, code: number, length: number): NamedGroup => ({
  name,
  code,
  shareLength: { client: length, server: length },
  versions: both,
});

/** Names of the built-in groups. */
export type GroupName = 'x25519' | 'secp256r1' | 'secp384r1' | 'secp521r1' | 'x448';

/** The built-in groups by IANA name. */
export const groups: Readonly<Record<GroupName, NamedGroup>> = {
  x25519: group('x25519', 0x001d, 32),
  secp256r1: group('secp256r1', 0x0017, 65),
  secp384r1: group('secp384r1', 0x0018, 97),
  secp521r1: group('secp521r1', 0x0019, 133),
  x448: group('x448', 0x001e, 56),
};
