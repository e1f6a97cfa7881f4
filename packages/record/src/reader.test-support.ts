import { node } from '@tlsmith/crypto/node';
import {
  type Bytes,
  type CipherSuite,
  concat,
  type Epoch,
  isTlsViolation,
  type Role,
  secret,
  suites,
  toHex,
} from '@tlsmith/types';
import { type ContentType, contentType, type Protection, protect, RecordChannel, Sealer } from './index.ts';

export const suite13 = suites.TLS_AES_128_GCM_SHA256;
export const suite12 = suites.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256;

/** What a record held, as far as the division of the stream has no say in it. */
export interface Plain {
  readonly type: ContentType;
  readonly epoch: Epoch;
  readonly content: string;
}

/** A channel that reads under this protection. */
export function reader(
  role: Role,
  version?: 'tls12' | 'tls13',
  protectedBy?: Protection,
  epoch: Epoch = 'application',
): RecordChannel {
  const channel = new RecordChannel({ role });
  channel.setVersion(version);
  if (protectedBy !== undefined) channel.installRead(epoch, protectedBy);
  return channel;
}

export function protection(suite: CipherSuite, fill = 1): Protection {
  const aead = node.aeads[suite.aead.name as keyof typeof node.aeads];
  const ivLength = suite.version === 'tls13' ? 12 : suite.fixedIvLength;
  return protect(
    suite,
    aead,
    secret('key', new Uint8Array(suite.aead.keyLength).fill(fill)),
    pattern(ivLength),
  );
}

export function sealed(sealer: Sealer, type: ContentType, content: Bytes, padding = 0): Bytes {
  const output = new Uint8Array(sealer.sealedLength(content.length, padding));
  sealer.seal(type, content, output, padding);
  return output;
}

/** A record in the clear. */
export function plain(type: ContentType, content: Bytes, version = 0x0303): Bytes {
  const header = [
    contentType[type],
    version >> 8,
    version & 0xff,
    content.length >> 8,
    content.length & 0xff,
  ];
  return concat(Uint8Array.from(header), content);
}

export function pattern(length: number): Bytes {
  return Uint8Array.from({ length }, (_, i) => (i * 5 + 3) & 0xff);
}

/** The records that these bytes complete, copied out at once. */
export function readAll(channel: RecordChannel, bytes: Bytes): Plain[] {
  channel.feed(bytes);
  const records: Plain[] = [];
  for (let record = channel.next(); record !== undefined; record = channel.next()) {
    records.push({ type: record.type, epoch: record.epoch, content: toHex(record.content) });
  }
  return records;
}

/** Row and alert with which these bytes are refused, however many pieces bring them. */
export function refusal(channel: RecordChannel, ...pieces: readonly Bytes[]): string {
  try {
    for (const piece of pieces) {
      channel.feed(piece);
      if (channel.next() !== undefined) return 'accepted';
    }
    return channel.next() === undefined ? 'incomplete' : 'accepted';
  } catch (error) {
    if (!isTlsViolation(error)) throw error;
    return `${error.code}: ${error.alert}`;
  }
}
