import crypto, { createHash, createHmac, randomFillSync } from 'node:crypto';
import { type Bytes, type HashName, TlsMisuse } from '@tlsmith/types';
import { plain } from './bytes.ts';

/** `Hash(data)`. */
export const hash: (name: HashName, data: Bytes) => Bytes =
  // The one-shot function halves the cost of a short hash; other runtimes lack it, so it is no named import.
  typeof crypto.hash === 'function'
    ? (name, data) => plain(crypto.hash(known(name), data, 'buffer'))
    : (name, data) => plain(createHash(known(name)).update(data).digest());

/** `HMAC(key, data)` (RFC 2104 §2). */
export function hmac(name: HashName, key: Bytes, data: Bytes): Bytes {
  return plain(createHmac(known(name), key).update(data).digest());
}

/** Fresh bytes from OpenSSL's generator. */
export function random(length: number): Bytes {
  return randomFillSync(new Uint8Array(length));
}

function known(name: HashName): HashName {
  if (!names.has(name)) throw new TlsMisuse('unsupported-hash', `the node provider has no hash ${name}`);
  return name;
}

const names: ReadonlySet<string> = new Set<HashName>(['sha1', 'sha256', 'sha384', 'sha512']);
