import { createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';

/** What opening a captured record takes to know of a cipher suite; written for node:crypto, apart from our suites. */
export interface CapturedSuite {
  readonly hash: 'sha256' | 'sha384';
  readonly cipher: 'aes-128-gcm' | 'aes-256-gcm' | 'aes-128-ccm' | 'chacha20-poly1305' | 'aes-128-cbc';
  readonly keyLength: number;
  readonly tagLength: number;
  /** What the key block of TLS 1.2 gives of the nonce; CBC takes its IV from the record. */
  readonly ivLength12: 0 | 4 | 12;
  /** The HMAC of a CBC suite. */
  readonly mac?: { readonly hash: 'sha1' | 'sha256'; readonly length: number };
}

/** Keys of one direction; `iv` is the salt of 4 bytes in TLS 1.2 with AES. */
export interface CapturedKeys {
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
  readonly mac: Uint8Array;
}

const gcm128 = { cipher: 'aes-128-gcm', keyLength: 16, tagLength: 16, ivLength12: 4 } as const;
const gcm256 = { cipher: 'aes-256-gcm', keyLength: 32, tagLength: 16, ivLength12: 4 } as const;
const chacha = { cipher: 'chacha20-poly1305', keyLength: 32, tagLength: 16, ivLength12: 12 } as const;
const cbc128 = { cipher: 'aes-128-cbc', keyLength: 16, tagLength: 0, ivLength12: 0 } as const;

/** The suites that occur in the captures, by code. */
export const capturedSuites: Readonly<Record<number, CapturedSuite>> = {
  0x1301: { hash: 'sha256', ...gcm128 },
  0x1302: { hash: 'sha384', ...gcm256 },
  0x1303: { hash: 'sha256', ...chacha },
  0x1304: { hash: 'sha256', cipher: 'aes-128-ccm', keyLength: 16, tagLength: 16, ivLength12: 4 },
  0x009c: { hash: 'sha256', ...gcm128 },
  0x009d: { hash: 'sha384', ...gcm256 },
  0x009e: { hash: 'sha256', ...gcm128 },
  0x00a8: { hash: 'sha256', ...gcm128 },
  0xc013: { hash: 'sha256', ...cbc128, mac: { hash: 'sha1', length: 20 } },
  0xc027: { hash: 'sha256', ...cbc128, mac: { hash: 'sha256', length: 32 } },
  0xc02b: { hash: 'sha256', ...gcm128 },
  0xc02c: { hash: 'sha384', ...gcm256 },
  0xc02f: { hash: 'sha256', ...gcm128 },
  0xc030: { hash: 'sha384', ...gcm256 },
  0xc0ae: { hash: 'sha256', cipher: 'aes-128-ccm', keyLength: 16, tagLength: 8, ivLength12: 4 },
  0xcca8: { hash: 'sha256', ...chacha },
  0xcca9: { hash: 'sha256', ...chacha },
};

/** RFC 9846 §5.2: opens a TLS 1.3 record; undefined where the tag does not fit. */
export function open13(
  suite: CapturedSuite,
  keys: CapturedKeys,
  sequence: number,
  record: Uint8Array,
): Uint8Array | undefined {
  return openAead(suite, keys.key, xor(keys.iv, sequence), {
    aad: record.subarray(0, 5),
    sealed: record.subarray(5),
  });
}

/** RFC 5246 §6.2.3.3, RFC 7905 §2: opens an AEAD record of TLS 1.2. */
export function openAead12(
  suite: CapturedSuite,
  keys: CapturedKeys,
  sequence: number,
  record: Uint8Array,
): Uint8Array | undefined {
  const explicit = 12 - suite.ivLength12;
  const nonce = explicit === 0 ? xor(keys.iv, sequence) : Buffer.concat([keys.iv, record.subarray(5, 13)]);
  const sealed = record.subarray(5 + explicit);
  return openAead(suite, keys.key, nonce, {
    aad: header12(sequence, record, sealed.length - suite.tagLength),
    sealed,
  });
}

/** RFC 5246 §6.2.3.2 and RFC 7366 §3: opens a CBC record of TLS 1.2. */
export function openCbc12(
  { mac }: CapturedSuite,
  keys: CapturedKeys,
  sequence: number,
  { record, encryptThenMac }: { readonly record: Uint8Array; readonly encryptThenMac: boolean },
): Uint8Array | undefined {
  if (mac === undefined) throw new Error('a CBC suite without a MAC');
  const tag = (content: Uint8Array): Buffer =>
    createHmac(mac.hash, keys.mac)
      .update(header12(sequence, record, content.length))
      .update(content)
      .digest();
  const end = encryptThenMac ? record.length - mac.length : record.length;
  if (encryptThenMac && !timingSafeEqual(tag(record.subarray(5, end)), record.subarray(end)))
    return undefined;
  const decipher = createDecipheriv('aes-128-cbc', keys.key, record.subarray(5, 21)).setAutoPadding(false);
  const padded = Buffer.concat([decipher.update(record.subarray(21, end)), decipher.final()]);
  const inner = padded.subarray(0, padded.length - 1 - (padded.at(-1) as number));
  if (encryptThenMac) return new Uint8Array(inner);
  const content = inner.subarray(0, inner.length - mac.length);
  return timingSafeEqual(tag(content), inner.subarray(content.length)) ? new Uint8Array(content) : undefined;
}

/** RFC 5246 §6.2.3.3: sequence number, type, version and length. */
function header12(sequence: number, record: Uint8Array, length: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(sequence, 4);
  header.set(record.subarray(0, 3), 8);
  header.writeUInt16BE(length, 11);
  return header;
}

function openAead(
  suite: CapturedSuite,
  key: Uint8Array,
  nonce: Uint8Array,
  { aad, sealed }: { readonly aad: Uint8Array; readonly sealed: Uint8Array },
): Uint8Array | undefined {
  const length = sealed.length - suite.tagLength;
  // One name for all: the types of node:crypto tell CCM from GCM, this does not need to.
  const decipher = createDecipheriv(suite.cipher as 'aes-128-ccm', key, nonce, {
    authTagLength: suite.tagLength,
  });
  decipher.setAuthTag(sealed.subarray(length)).setAAD(aad, { plaintextLength: length });
  try {
    return new Uint8Array(Buffer.concat([decipher.update(sealed.subarray(0, length)), decipher.final()]));
  } catch {
    return undefined;
  }
}

function xor(iv: Uint8Array, sequence: number): Uint8Array {
  const nonce = Uint8Array.from(iv);
  nonce[11] = (nonce[11] as number) ^ sequence;
  return nonce;
}
