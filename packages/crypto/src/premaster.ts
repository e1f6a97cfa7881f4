import { type Bytes, TlsMisuse } from '@tlsmith/types';

/** Bytes of a premaster secret in RSA key exchange (RFC 5246 §7.4.7.1). */
export const premasterLength = 48;

/**
 * RSAES-PKCS1-v1_5 padding (RFC 8017 §7.2.1): 00 02, nonzero random bytes, 00, the premaster secret. The result is
 * as long as the modulus.
 *
 * @throws {TlsMisuse} `premaster-length` unless the premaster has 48 bytes, `rsa-key-too-small` when it does not fit.
 */
export function padPremaster(
  premaster: Bytes,
  modulusLength: number,
  random: (length: number) => Bytes,
): Bytes {
  checkSizes(premaster, modulusLength);
  const block = new Uint8Array(modulusLength);
  block[1] = 2;
  block.set(nonzero(modulusLength - overhead, random), 2);
  block.set(premaster, modulusLength - premasterLength);
  return block;
}

/**
 * Takes the premaster secret out of a decrypted block, or `substitute` when the block is not 00 02, nonzero bytes,
 * 00, and 48 bytes that begin with `clientVersion` (RFC 5246 §7.4.7.1, RFC 8017 §7.2.2). Every block of one length
 * costs the same operations: a premaster has 48 bytes, so the place of each byte is known beforehand and nothing is
 * searched for. `accepted` is 1 unless the caller already knows that the block is worthless. The result is fresh.
 *
 * @throws {TlsMisuse} `premaster-length` unless the substitute has 48 bytes, `rsa-key-too-small` for short blocks.
 */
export function unpadPremaster(
  block: Bytes,
  clientVersion: number,
  substitute: Bytes,
  accepted: 0 | 1 = 1,
): Bytes {
  checkSizes(substitute, block.length);
  const start = block.length - premasterLength;
  const at = (index: number): number => block[index] as number;
  let wrong = at(0) | (at(1) ^ 2) | at(start - 1) | (accepted ^ 1);
  for (let index = 2; index < start - 1; index++) wrong |= isZero(at(index));
  wrong |= at(start) ^ (clientVersion >> 8);
  wrong |= at(start + 1) ^ (clientVersion & 0xff);

  const keep = -isZero(wrong) & 0xff;
  const result = new Uint8Array(premasterLength);
  for (let index = 0; index < premasterLength; index++) {
    result[index] = (at(start + index) & keep) | ((substitute[index] as number) & ~keep);
  }
  return result;
}

/** 1 for zero, 0 for other numbers below 2^31, without a branch. */
function isZero(value: number): number {
  return ((value - 1) & ~value) >>> 31;
}

function nonzero(length: number, random: (length: number) => Bytes): Bytes {
  const bytes = new Uint8Array(length);
  for (let filled = 0; filled < length; ) {
    for (const byte of random(length - filled)) if (byte !== 0) bytes[filled++] = byte;
  }
  return bytes;
}

function checkSizes(premaster: Bytes, modulusLength: number): void {
  if (premaster.length !== premasterLength) {
    throw new TlsMisuse('premaster-length', `a premaster secret has ${premasterLength} bytes`);
  }
  if (modulusLength < overhead + shortestPadding) {
    throw new TlsMisuse('rsa-key-too-small', 'RSA key exchange needs a modulus of at least 472 bits');
  }
}

// 00 02 before the padding, 00 and the premaster behind it.
const overhead = 3 + premasterLength;
const shortestPadding = 8;
