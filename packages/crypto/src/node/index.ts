import { commonSupport } from '../support.ts';
import type { SynchronousProvider } from '../synchronous.ts';
import { aeads } from './aead.ts';
import { dsaAlgorithms } from './dsa.ts';
import { groups } from './groups.ts';
import { hash } from './hash.ts';
import { hmac } from './hmac.ts';
import { mlDsaAlgorithms } from './ml-dsa.ts';
import { encryptPremaster } from './premaster.ts';
import { random } from './random.ts';
import { verify } from './signature.ts';
import { importSigningKey } from './signing-key.ts';

/**
 * The provider over node:crypto: native speed, all algorithms, synchronous. Runs on Node, and on other runtimes as far
 * as their node:crypto goes.
 *
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { toHex, utf8 } from '@tlsmith/types';
 * toHex(node.hash('sha256', utf8('abc'))); // 'ba7816bf...'
 * ```
 */
export const node: SynchronousProvider = {
  name: 'node',
  synchronous: true,
  supports: {
    ...commonSupport,
    verify: [...commonSupport.verify, 'rsa-pkcs1-md5', ...dsaAlgorithms, ...mlDsaAlgorithms()],
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
