import crypto, { createHmac } from 'node:crypto';
import type { Bytes, HashName } from '@tlsmith/types';
import { plain } from './bytes.ts';
import { known } from './hash.ts';

/** `HMAC(key, data)` (RFC 2104 §2). */
export const hmac: (name: HashName, key: Bytes, data: Bytes) => Bytes =
  // A handshake computes about forty short MACs. Two one-shot hashes cost what `createHmac` does on OpenSSL 3.0, and a
  // sixth of it on OpenSSL 3.5, where its set-up has become slow.
  typeof crypto.hash === 'function' ? fromTwoHashes : streamed;

function fromTwoHashes(name: HashName, key: Bytes, data: Bytes): Bytes {
  const { blockLength, inner, outer } = rooms[known(name)];
  if (key.length > blockLength || data.length > longest) return streamed(name, key, data);
  for (let at = 0; at < blockLength; at++) {
    const byte = at < key.length ? (key[at] as number) : 0;
    inner[at] = byte ^ 0x36;
    outer[at] = byte ^ 0x5c;
  }
  inner.set(data, blockLength);
  const digest = crypto.hash(name, inner.subarray(0, blockLength + data.length), 'buffer');
  for (let at = 0; at < digest.length; at++) outer[blockLength + at] = digest[at] as number;
  const mac = plain(crypto.hash(name, outer, 'buffer'));
  // The rooms outlive the key.
  inner.fill(0, 0, blockLength + data.length);
  outer.fill(0);
  digest.fill(0);
  return mac;
}

function streamed(name: HashName, key: Bytes, data: Bytes): Bytes {
  return plain(createHmac(known(name), key).update(data).digest());
}

/** Where the inputs of the two hashes are put together: nothing here is called while it is at work. */
interface Room {
  readonly blockLength: number;
  readonly inner: Bytes;
  readonly outer: Bytes;
}

// What TLS authenticates is shorter: labels, hashes, and seeds of two randoms.
const longest = 512;

const room = (blockLength: number, digestLength: number): Room => ({
  blockLength,
  inner: new Uint8Array(blockLength + longest),
  outer: new Uint8Array(blockLength + digestLength),
});

const rooms: Readonly<Record<HashName, Room>> = {
  sha1: room(64, 20),
  sha256: room(64, 32),
  sha384: room(128, 48),
  sha512: room(128, 64),
};
