import {
  copyBytes,
  type Bytes,
  type HashAsk,
  type HashInfo,
  type HmacAsk,
  isSecret,
  type Secret,
  type SecretKind,
  secret,
  TlsMisuse,
  type Work,
} from '@tlsmith/types';

/** Work of this package: it asks for hashes and HMACs, and whoever runs it may answer at once or later. */
export type Derivation<T> = Work<T, HashAsk | HmacAsk>;

/** The keys of one direction of the record layer (RFC 9846 §7.3, RFC 5246 §6.3). */
export interface DirectionKeys {
  readonly key: Secret<'key'>;
  /** The per-connection part of the nonce: 12 bytes, or `fixedIvLength` bytes in TLS 1.2. */
  readonly iv: Bytes;
}

/** Moves bytes that are ours into a secret: the array they came in is overwritten. */
export function intoSecret<Kind extends SecretKind>(kind: Kind, bytes: Bytes): Secret<Kind> {
  try {
    return secret(kind, bytes);
  } finally {
    bytes.fill(0);
  }
}

/** A copy that the caller owns and overwrites; needed where bytes outlive one `use`, across a `yield`. */
export function copyOf(value: Secret | Bytes): Bytes {
  return isSecret(value) ? value.use(copyBytes) : copyBytes(value);
}

/** The first `length` bytes of the blocks, in a fresh array; the blocks stay the caller's to overwrite. */
export function firstBytes(blocks: readonly Bytes[], length: number): Bytes {
  const joined = new Uint8Array(length);
  let at = 0;
  for (const block of blocks) {
    joined.set(block.subarray(0, length - at), at);
    at += block.length;
  }
  return joined;
}

/** Refuses anything but a whole hash: a transcript given unhashed, or hashed with another suite's function. */
export function hashOutput(hash: HashInfo, value: Bytes): Bytes {
  if (value.length !== hash.length) {
    throw new TlsMisuse(
      'not-a-hash',
      `give the ${hash.length}-byte ${hash.name} hash of the transcript, not ${value.length} bytes`,
    );
  }
  return value;
}
