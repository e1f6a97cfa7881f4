import { type Bytes, type HashInfo, hmac, noBytes, type Secret, TlsMisuse, utf8 } from '@tlsmith/types';
import { copyOf, type Derivation } from './derivation.ts';

/**
 * HKDF-Extract (RFC 5869 §2.2): concentrates `ikm` into a pseudorandom key of `hash.length` bytes.
 * An empty salt stands for `hash.length` zero bytes. The result is secret and belongs to the caller.
 *
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { hkdfExtract } from '@tlsmith/key-schedule';
 * import { compute, noBytes, sha256 } from '@tlsmith/types';
 * compute(node, hkdfExtract(sha256, noBytes, new Uint8Array(32))); // 33ad0a1c607ec03b...
 * ```
 */
export function* hkdfExtract(hash: HashInfo, salt: Secret | Bytes, ikm: Bytes | Secret): Derivation<Bytes> {
  // HMAC pads a short key with zeros, so this changes no result; WebCrypto refuses an empty key.
  const key = salt.length === 0 ? new Uint8Array(hash.length) : salt;
  const data = copyOf(ikm);
  try {
    return yield* hmac(hash.name, key, data);
  } finally {
    data.fill(0);
  }
}

/**
 * HKDF-Expand (RFC 5869 §2.3): `length` bytes from a pseudorandom key. A shorter result is a prefix of a longer one.
 * The result is secret and belongs to the caller.
 *
 * @throws {TlsMisuse} `hkdf-length` unless `length` is an integer from 0 to 255 times the hash's length;
 * `hkdf-key` when `prk` is shorter than the hash.
 *
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { hkdfExpand } from '@tlsmith/key-schedule';
 * import { compute, sha256, utf8 } from '@tlsmith/types';
 * compute(node, hkdfExpand(sha256, new Uint8Array(32).fill(7), utf8('info'), 42)).length; // 42
 * ```
 */
export function* hkdfExpand(
  hash: HashInfo,
  prk: Secret | Bytes,
  info: Bytes,
  length: number,
): Derivation<Bytes> {
  const count = blockCount(hash, prk, length);
  const output = new Uint8Array(length);
  let block = noBytes;
  let input = noBytes;
  try {
    for (let counter = 1; counter <= count; counter++) {
      input = blockInput(block, info, counter);
      block.fill(0);
      block = yield* hmac(hash.name, prk, input);
      input.fill(0);
      const from = (counter - 1) * hash.length;
      const taken = Math.min(hash.length, length - from);
      for (let index = 0; index < taken; index++) output[from + index] = block[index] as number;
    }
    return output;
  } finally {
    block.fill(0);
    input.fill(0);
  }
}

/**
 * HKDF-Expand-Label (RFC 9846 §7.1): HKDF-Expand under an HkdfLabel. `label` comes without its `tls13 ` prefix and
 * `context` is mostly a transcript hash or empty. The result is secret and belongs to the caller.
 *
 * @throws {TlsMisuse} `hkdf-label` unless the label has 1 to 249 bytes, `hkdf-context` when the context has more
 * than 255 bytes, and what {@link hkdfExpand} throws.
 *
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { hkdfExpandLabel } from '@tlsmith/key-schedule';
 * import { compute, noBytes, sha256 } from '@tlsmith/types';
 * compute(node, hkdfExpandLabel(sha256, new Uint8Array(32), 'key', noBytes, 16)).length; // 16
 * ```
 */
// oxlint-disable-next-line eslint/max-params -- the RFC's four and the hash; the other packages call it this way
export function hkdfExpandLabel(
  hash: HashInfo,
  secret: Secret | Bytes,
  label: string,
  context: Bytes,
  length: number,
): Derivation<Bytes> {
  return hkdfExpand(hash, secret, hkdfLabel(label, context, length), length);
}

function blockCount(hash: HashInfo, prk: Secret | Bytes, length: number): number {
  // A shorter key is a secret of another hash, or one that never went through HKDF-Extract (RFC 5869 §2.3).
  if (prk.length < hash.length) {
    throw new TlsMisuse(
      'hkdf-key',
      `HKDF-Expand with ${hash.name} takes a key of ${hash.length} bytes or more`,
    );
  }
  const most = 255 * hash.length;
  if (!Number.isInteger(length) || length < 0 || length > most) {
    throw new TlsMisuse(
      'hkdf-length',
      `HKDF-Expand with ${hash.name} gives 0 to ${most} bytes, not ${length}`,
    );
  }
  return Math.ceil(length / hash.length);
}

/** T(N-1) | info | N, of which T(N-1) is output. */
function blockInput(previous: Bytes, info: Bytes, counter: number): Bytes {
  const input = new Uint8Array(previous.length + info.length + 1);
  input.set(previous);
  input.set(info, previous.length);
  input[input.length - 1] = counter;
  return input;
}

/** The HkdfLabel structure (RFC 9846 §7.1). */
function hkdfLabel(label: string, context: Bytes, length: number): Bytes {
  const { read, written } = encoder.encodeInto(label, labelRoom);
  if (label.length === 0 || read < label.length) {
    throw new TlsMisuse('hkdf-label', `a label has 1 to 249 bytes, not ${utf8(label).length}`);
  }
  if (context.length > 255) {
    throw new TlsMisuse(
      'hkdf-context',
      `a context has at most 255 bytes, not ${context.length}: hash it first`,
    );
  }
  const structure = new Uint8Array(2 + 1 + prefix.length + written + 1 + context.length);
  structure[0] = length >> 8;
  structure[1] = length;
  structure[2] = prefix.length + written;
  structure.set(prefix, 3);
  const contextAt = 3 + prefix.length + written;
  for (let index = 0; index < written; index++)
    structure[contextAt - written + index] = labelRoom[index] as number;
  structure[contextAt] = context.length;
  structure.set(context, contextAt + 1);
  return structure;
}

const encoder = new TextEncoder();
const prefix = utf8('tls13 ');
const labelRoom = new Uint8Array(255 - prefix.length);
