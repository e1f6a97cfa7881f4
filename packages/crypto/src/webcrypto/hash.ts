import { type Bytes, copyBytes, type HashName } from '@tlsmith/types';
import { hashName, subtle } from './platform.ts';

/** `Hash(data)`. */
export async function hash(name: HashName, data: Bytes): Promise<Bytes> {
  return new Uint8Array(await subtle().digest(hashName(name), data as BufferSource));
}

/** `HMAC(key, data)` (RFC 2104 §2). */
export async function hmac(name: HashName, key: Bytes, data: Bytes): Promise<Bytes> {
  const platform = subtle();
  const algorithm = { name: 'HMAC', hash: hashName(name) };
  const content = copyBytes(data);
  try {
    // Web Crypto refuses an empty key; HMAC pads short ones with zeros, so that one zero byte is the same key.
    const bytes = key.length === 0 ? new Uint8Array(1) : key;
    const imported = await platform.importKey('raw', bytes as BufferSource, algorithm, false, ['sign']);
    return new Uint8Array(await platform.sign('HMAC', imported, content as BufferSource));
  } finally {
    // What HKDF extracts from is secret.
    content.fill(0);
  }
}
