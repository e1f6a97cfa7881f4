import { commonSupport } from '../support.ts';
import type { SynchronousProvider } from '../synchronous.ts';
import { aeads } from './aead.ts';
import { groups } from './groups.ts';
import { hash, hmac, random } from './hash.ts';
import { encryptPremaster } from './premaster.ts';
import { verify } from './signature.ts';
import { importSigningKey } from './signing-key.ts';

/**
 * The provider in JavaScript alone, over noble: runs wherever `globalThis.crypto.getRandomValues` exists, synchronous.
 * It verifies RSA signatures and has no RSA private keys.
 *
 * @example
 * ```ts
 * import { noble } from '@tlsmith/crypto/noble';
 * import { toHex, utf8 } from '@tlsmith/types';
 * toHex(noble.hash('sha256', utf8('abc'))); // 'ba7816bf...'
 * ```
 */
export const noble: SynchronousProvider = {
  name: 'noble',
  synchronous: true,
  supports: {
    ...commonSupport,
    sign: commonSupport.sign.filter((algorithm) => !algorithm.startsWith('rsa-')),
    premaster: ['encrypt'],
  },
  hash,
  hmac,
  aeads,
  groups,
  verify,
  importSigningKey,
  encryptPremaster,
  random,
};
