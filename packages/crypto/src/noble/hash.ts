import { hmac as nobleHmac } from '@noble/hashes/hmac.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { type Bytes, type HashName, TlsMisuse } from '@tlsmith/types';

/** `Hash(data)`. */
export function hash(name: HashName, data: Bytes): Bytes {
  return hashFunction(name)(data);
}

/** `HMAC(key, data)` (RFC 2104 §2). */
export function hmac(name: HashName, key: Bytes, data: Bytes): Bytes {
  return nobleHmac(hashFunction(name), key, data);
}

/** Fresh bytes from the platform's Web Crypto. */
export function random(length: number): Bytes {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += quota) {
    globalThis.crypto.getRandomValues(bytes.subarray(at, Math.min(at + quota, length)));
  }
  return bytes;
}

function hashFunction(name: HashName): (typeof functions)[HashName] {
  if (!Object.hasOwn(functions, name)) {
    throw new TlsMisuse('unsupported-hash', `the noble provider has no hash ${name}`);
  }
  return functions[name];
}

const functions = { sha1, sha256, sha384, sha512 };

// More bytes in one call are a QuotaExceededError.
const quota = 65_536;
