import type { ProviderSupport } from '@tlsmith/types';
import { signatureAlgorithms, signingAlgorithms } from './signature.ts';
import type { AeadName, GroupName } from './synchronous.ts';

/** What all providers of this package have in common; each says what it lacks. */
export const commonSupport: ProviderSupport & {
  readonly aeads: readonly AeadName[];
  readonly groups: readonly GroupName[];
} = {
  hashes: ['sha256', 'sha384', 'sha512', 'sha1'],
  aeads: ['aes-128-gcm', 'aes-256-gcm', 'chacha20-poly1305'],
  groups: ['x25519', 'secp256r1', 'secp384r1', 'secp521r1', 'x448'],
  verify: signatureAlgorithms(),
  sign: signingAlgorithms(),
  curves: ['p256', 'p384', 'p521', 'ed25519', 'ed448'],
  premaster: ['encrypt', 'decrypt'],
};
