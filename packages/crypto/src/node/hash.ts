import crypto, { createHash } from 'node:crypto';
import { type Bytes, type HashName, TlsMisuse } from '@tlsmith/types';
import { fromLatin1, plain } from './bytes.ts';

/** `Hash(data)`. */
export const hash: (name: HashName, data: Bytes) => Bytes =
  // The one-shot function halves the cost of a short hash; other runtimes lack it, so it is no named import. A string
  // halves it once more: Node makes one faster than it makes memory outside the heap. Never so for secrets (hmac.ts).
  typeof crypto.hash === 'function'
    ? (name, data) => fromLatin1(crypto.hash(known(name), data, 'binary'))
    : (name, data) => plain(createHash(known(name)).update(data).digest());

/**
 * The name of a hash function, as OpenSSL knows it.
 *
 * @throws {TlsMisuse} `unsupported-hash`.
 */
export function known(name: HashName): HashName {
  if (!names.has(name)) throw new TlsMisuse('unsupported-hash', `the node provider has no hash ${name}`);
  return name;
}

const names: ReadonlySet<string> = new Set<HashName>(['sha1', 'sha256', 'sha384', 'sha512']);
