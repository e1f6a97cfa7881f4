import { aeads } from '../noble/aead.ts';
import { random } from '../noble/hash.ts';
import { encryptPremaster } from '../noble/premaster.ts';
import { commonSupport } from '../support.ts';
import type { CompleteProvider } from '../synchronous.ts';
import { groups } from './groups.ts';
import { hash, hmac } from './hash.ts';
import { verify } from './signature.ts';
import { importSigningKey } from './signing-key.ts';

/**
 * The provider over Web Crypto, for browsers, workers and every other runtime with `globalThis.crypto.subtle`. Hashes,
 * key exchange and signatures answer with promises; records are noble's, since they wait for nobody. What a platform
 * lacks, noble does: X448 and Ed448 always, X25519, Ed25519 and curves where the platform says that it has none.
 *
 * @example
 * ```ts
 * import { webcrypto } from '@tlsmith/crypto/webcrypto';
 * import { toHex, utf8 } from '@tlsmith/types';
 * toHex(await webcrypto.hash('sha256', utf8('abc'))); // 'ba7816bf...'
 * ```
 */
export const webcrypto: CompleteProvider = {
  name: 'webcrypto',
  // Web Crypto has no RSAES-PKCS1-v1_5; its public half is arithmetic of our own.
  supports: { ...commonSupport, premaster: ['encrypt'] },
  hash,
  hmac,
  aeads,
  groups,
  verify,
  importSigningKey,
  encryptPremaster,
  random,
};
