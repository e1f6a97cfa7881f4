import type { SynchronousKeyExchange, GroupName } from '../synchronous.ts';
import { ecdh } from './ecdh.ts';
import { xdh } from './xdh.ts';

/** The groups of node:crypto (RFC 9846 §4.3.8.2, RFC 8422 §5.1.1). */
export const groups: Readonly<Record<GroupName, SynchronousKeyExchange>> = {
  x25519: xdh('x25519'),
  secp256r1: ecdh('secp256r1'),
  secp384r1: ecdh('secp384r1'),
  secp521r1: ecdh('secp521r1'),
  x448: xdh('x448'),
};
