import {
  type Bytes,
  type ClientSession,
  type ClientSession12,
  type ClientSession13,
  equal,
  fromUtf8,
  type Secret,
  type SecretKind,
  type ServerSession,
  secret,
  TlsMisuse,
  utf8,
  type Version,
} from '@tlsmith/types';
import { type Codec, decode, mapped, opaque, type Range, refine, struct, uint, vector } from './schema.ts';
import { Writer } from './writer.ts';

/**
 * A server's session as bytes, to be sealed into a ticket or kept in a store. They hold the secret in the clear:
 * encrypt them before they leave the process, and overwrite them afterwards.
 *
 * @throws {TlsMisuse} when a field lies outside its range or the secret was wiped.
 * @example
 * ```ts
 * import { decodeServerSession, encodeServerSession } from '@tlsmith/codec';
 * import { noBytes, secret } from '@tlsmith/types';
 * const bytes = encodeServerSession({
 *   version: 'tls13', cipherSuite: 0x1301, secret: secret('psk', new Uint8Array(32)),
 *   createdAt: 1_800_000_000_000, lifetime: 7200, ticketAgeAdd: 1, extendedMasterSecret: true,
 *   serverName: 'example.com', alpn: undefined, peerChain: [], context: noBytes,
 * });
 * decodeServerSession(bytes).serverName; // 'example.com'
 * ```
 */
export function encodeServerSession(session: ServerSession): Bytes {
  return encodeSession(serverSession, session);
}

/**
 * What {@link encodeServerSession} wrote; the caller still owns and should overwrite `bytes`.
 *
 * @throws {DecodeError} when the bytes are malformed or of another format version.
 */
export function decodeServerSession(bytes: Bytes): ServerSession {
  return decode(serverSession, bytes);
}

/**
 * A client's session as bytes, for a store of the user's. They hold the secret in the clear.
 *
 * @throws {TlsMisuse} when a field lies outside its range or the secret was wiped.
 */
export function encodeClientSession(session: ClientSession): Bytes {
  return encodeSession(clientSession, session);
}

/**
 * What {@link encodeClientSession} wrote; the caller still owns and should overwrite `bytes`.
 *
 * @throws {DecodeError} when the bytes are malformed or of another format version.
 */
export function decodeClientSession(bytes: Bytes): ClientSession {
  return decode(clientSession, bytes);
}

function encodeSession<T>(codec: Codec<T>, session: T): Bytes {
  const writer = new Writer();
  try {
    codec.write(writer, session);
    return writer.finish();
  } finally {
    writer.wipe();
  }
}

/** A session behind the two bytes that say which format it has and which TLS version it is of. */
function versioned<T extends { readonly version: Version }>(
  name: string,
  format: number,
  bodies: Readonly<Record<Version, Codec<T>>>,
): Codec<T> {
  const formatCodec = refine(uint(1, 'format'), (found) => found === format, `format ${format}`);
  return {
    name,
    read: (reader) => {
      reader.part('format', formatCodec, formatCodec.read);
      const version = reader.part('version', versionCode, versionCode.read);
      return reader.part('body', bodies[version], bodies[version].read);
    },
    write: (writer, session) => {
      formatCodec.write(writer, format);
      versionCode.write(writer, session.version);
      bodies[session.version].write(writer, session);
    },
  };
}

/** A field that takes no bytes because another one decides it. */
function constant<T extends string | number | boolean>(value: T): Codec<T> {
  return {
    name: String(value),
    read: () => value,
    write: (_writer, given) => {
      if (given !== value) throw new TlsMisuse('value-out-of-range', `a session takes ${value} here`);
    },
  };
}

/** Read without a copy that nobody would overwrite. */
function secretOf<Kind extends SecretKind>(kind: Kind, range: Required<Range>): Codec<Secret<Kind>> {
  return {
    name: `${kind} secret`,
    read: (reader) => {
      const length = reader.uint(1);
      if (length < range.min || length > range.max) reader.fail(`${range.min} to ${range.max} bytes`);
      return secret(kind, reader.view(length));
    },
    write: (writer, held) => writer.sized(1, range, () => held.use((bytes) => writer.bytes(bytes))),
  };
}

/** A field that may be undefined: 0, or 1 and the value. */
function maybe<T extends {}>(inner: Codec<T>): Codec<T | undefined> {
  return {
    name: inner.name,
    read: (reader) => (flag.read(reader) ? inner.read(reader) : undefined),
    write: (writer, value) => {
      flag.write(writer, value !== undefined);
      if (value !== undefined) inner.write(writer, value);
    },
  };
}

// Ill-formed UTF-8 and lone surrogates would come back as other text, so neither is taken.
const survives = (text: string): boolean => fromUtf8(utf8(text)) === text;
const text: Codec<string> = {
  name: 'text',
  read: (reader) => textBytes.read(reader),
  write: (writer, value) => {
    if (!survives(value)) throw new TlsMisuse('value-out-of-range', 'a session takes well-formed text');
    textBytes.write(writer, value);
  },
};
const textBytes: Codec<string> = mapped(
  refine(opaque(2), (bytes) => ascii(bytes) !== undefined || equal(utf8(fromUtf8(bytes)), bytes), 'UTF-8'),
  (bytes) => ascii(bytes) ?? fromUtf8(bytes),
  utf8,
);
/** Names are ASCII nearly always, and short: a text decoder takes many times as long. */
function ascii(bytes: Bytes): string | undefined {
  if (bytes.length > 64) return undefined;
  let found = '';
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] as number;
    if (byte > 127) return undefined;
    found += String.fromCharCode(byte);
  }
  return found;
}
const flag: Codec<boolean> = mapped(
  refine(uint(1, 'flag'), (value) => value <= 1, '0 or 1'),
  (value) => value === 1,
  (value) => (value ? 1 : 0),
);
const versionCode: Codec<Version> = mapped(
  refine(uint(1, 'version'), (value) => value === 2 || value === 3, '2 for TLS 1.2 or 3 for TLS 1.3'),
  (value) => (value === 3 ? 'tls13' : 'tls12'),
  (version) => (version === 'tls13' ? 3 : 2),
);
const milliseconds = uint(6, 'milliseconds since the epoch');
const chain: Codec<readonly Bytes[]> = vector(3, opaque(3, 1));
const master = secretOf('master', { min: 48, max: 48 });
const psk = secretOf('psk', { min: 1, max: 255 });
// 604,800 seconds: RFC 9846 §4.7.1 forbids to keep a ticket longer.
const clientLifetime = refine(uint(4, 'seconds'), (value) => value <= 604_800, 'at most 604800 seconds');

const serverCommon = {
  cipherSuite: uint(2, 'CipherSuite', 'cipherSuites'),
  createdAt: milliseconds,
  lifetime: uint(4, 'seconds'),
  serverName: maybe(text),
  alpn: maybe(text),
  peerChain: chain,
  context: opaque(2),
};

const serverSession: Codec<ServerSession> = versioned<ServerSession>('ServerSession', 0x51, {
  tls12: struct<ServerSession>('ServerSession', {
    version: constant<Version>('tls12'),
    ...serverCommon,
    secret: master as Codec<Secret<'master' | 'psk'>>,
    ticketAgeAdd: constant<number>(0),
    extendedMasterSecret: flag,
  }),
  tls13: struct<ServerSession>('ServerSession', {
    version: constant<Version>('tls13'),
    ...serverCommon,
    secret: psk as Codec<Secret<'master' | 'psk'>>,
    ticketAgeAdd: uint(4),
    extendedMasterSecret: constant<boolean>(true),
  }),
});

const clientCommon = {
  cipherSuite: uint(2, 'CipherSuite', 'cipherSuites'),
  receivedAt: milliseconds,
  lifetime: clientLifetime,
  serverName: maybe(text),
  alpn: maybe(text),
  peerChain: chain,
  context: opaque(2),
};

const clientSession: Codec<ClientSession> = versioned<ClientSession>('ClientSession', 0xc1, {
  tls12: struct<ClientSession12>('ClientSession12', {
    version: constant<'tls12'>('tls12'),
    ...clientCommon,
    master,
    sessionId: opaque(1, 0, 32),
    ticket: maybe(opaque(2)),
    extendedMasterSecret: flag,
  }) as Codec<ClientSession>,
  tls13: struct<ClientSession13>('ClientSession13', {
    version: constant<'tls13'>('tls13'),
    ...clientCommon,
    psk,
    ticket: opaque(2, 1),
    ticketAgeAdd: uint(4),
    maxEarlyDataSize: uint(4),
  }) as Codec<ClientSession>,
});
