import { randomFillSync } from 'node:crypto';
import type { Bytes } from '@tlsmith/types';

/**
 * Fresh bytes from OpenSSL's generator. Small amounts come out of a pool that is filled 4 KiB at a time, since a call costs
 * the same for 32 bytes as for a thousand; no byte of it is given out twice or stays there afterwards.
 */
export function random(length: number): Bytes {
  // What is no count throws there, and must not move the pool's mark back over bytes that are gone.
  if (!Number.isInteger(length) || length < 0 || length > largest) {
    return randomFillSync(new Uint8Array(length));
  }
  if (used + length > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const end = used + length;
  const bytes = pool.slice(used, end);
  pool.fill(0, used, end);
  used = end;
  return bytes;
}

const largest = 256;
const pool = new Uint8Array(4096);
let used = pool.length;
