import {
  type Bytes,
  type ClientSession,
  isDecodeError,
  isSecret,
  isTlsMisuse,
  noBytes,
  type Secret,
  type ServerSession,
  secret,
  toHex,
} from '@tlsmith/types';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  decodeClientSession,
  decodeServerSession,
  encodeClientSession,
  encodeServerSession,
} from './session.ts';

const bytes = (minLength: number, maxLength = minLength) => fc.uint8Array({ minLength, maxLength });
const text = fc.string({ unit: 'grapheme', maxLength: 40 });
const uint32 = fc.integer({ min: 0, max: 0xffffffff });
const time = fc.integer({ min: 0, max: 2 ** 48 - 1 });
const master = bytes(48).map((key) => secret('master', key));
const psk = bytes(1, 64).map((key) => secret('psk', key));
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const chain = fc.array(bytes(1, 60), { maxLength: 3 });

const serverCommon = {
  cipherSuite: fc.integer({ min: 0, max: 0xffff }),
  createdAt: time,
  lifetime: uint32,
  serverName: maybe(text),
  alpn: maybe(text),
  peerChain: chain,
  context: bytes(0, 40),
};
const serverSession: fc.Arbitrary<ServerSession> = fc.oneof(
  fc.record({
    version: fc.constant('tls12' as const),
    ...serverCommon,
    secret: master,
    ticketAgeAdd: fc.constant(0),
    extendedMasterSecret: fc.boolean(),
  }),
  fc.record({
    version: fc.constant('tls13' as const),
    ...serverCommon,
    secret: psk,
    ticketAgeAdd: uint32,
    extendedMasterSecret: fc.constant(true),
  }),
);

const clientCommon = {
  cipherSuite: fc.integer({ min: 0, max: 0xffff }),
  receivedAt: time,
  lifetime: fc.integer({ min: 0, max: 604_800 }),
  serverName: maybe(text),
  alpn: maybe(text),
  peerChain: chain,
  context: bytes(0, 40),
};
const clientSession: fc.Arbitrary<ClientSession> = fc.oneof(
  fc.record({
    version: fc.constant('tls12' as const),
    ...clientCommon,
    master,
    sessionId: bytes(0, 32),
    ticket: maybe(bytes(0, 300)),
    extendedMasterSecret: fc.boolean(),
  }),
  fc.record({
    version: fc.constant('tls13' as const),
    ...clientCommon,
    psk,
    ticket: bytes(1, 300),
    ticketAgeAdd: uint32,
    maxEarlyDataSize: uint32,
  }),
);

/** Secrets replaced by their bytes, so that sessions compare by value. */
function bared(session: object): object {
  const bare = (value: unknown): unknown =>
    isSecret(value) ? { kind: value.toJSON(), key: value.use((key) => toHex(key)) } : value;
  return Object.fromEntries(Object.entries(session).map(([name, value]) => [name, bare(value)]));
}

/** The session when `decode` takes the bytes; anything but a DecodeError goes through. */
function accepted<T>(decode: (bytes: Bytes) => T, input: Bytes): T | undefined {
  try {
    return decode(input);
  } catch (error) {
    if (!isDecodeError(error)) throw error;
    return undefined;
  }
}

const example: ServerSession = {
  version: 'tls13',
  cipherSuite: 0x1301,
  secret: secret('psk', new Uint8Array(32).fill(7)),
  createdAt: 1_800_000_000_000,
  lifetime: 7200,
  ticketAgeAdd: 0xfffffffe,
  extendedMasterSecret: true,
  serverName: 'example.com',
  alpn: 'h2',
  peerChain: [new Uint8Array([0x30, 0])],
  context: new Uint8Array([1]),
};

test('a server session comes back with every field and its secret of the right kind', () => {
  fc.assert(
    fc.property(serverSession, (session) => {
      const again = decodeServerSession(encodeServerSession(session));
      expect(bared(again)).toEqual(bared(session));
    }),
  );
});

test('a client session comes back with every field and its secret of the right kind', () => {
  fc.assert(
    fc.property(clientSession, (session) => {
      const again = decodeClientSession(encodeClientSession(session));
      expect(bared(again)).toEqual(bared(session));
    }),
  );
});

test('a damaged session is a DecodeError, or a session that encodes to the very same bytes', () => {
  let taken = 0;
  const damage = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 }));
  fc.assert(
    fc.property(serverSession, clientSession, damage, (server, client, [place, mask]) => {
      for (const [recode, whole] of [
        [(input: Bytes) => encodeServerSession(decodeServerSession(input)), encodeServerSession(server)],
        [(input: Bytes) => encodeClientSession(decodeClientSession(input)), encodeClientSession(client)],
      ] as const) {
        const flipped = whole.slice();
        flipped[place % whole.length] = (flipped[place % whole.length] as number) ^ mask;
        const again = accepted(recode, flipped);
        taken += again === undefined ? 0 : 1;
        expect(again ?? flipped).toEqual(flipped);
        expect(accepted(recode, whole.subarray(0, place % whole.length))).toBeUndefined();
        expect(accepted(recode, new Uint8Array([...whole, mask]))).toBeUndefined();
      }
    }),
    { numRuns: 300 },
  );
  expect(taken).toBeGreaterThan(50);
});

test('an unknown format, an unknown TLS version and the other end of the connection are refused', () => {
  const server = encodeServerSession(example);
  const otherFormat = server.slice();
  otherFormat[0] = 0x52;
  const otherVersion = server.slice();
  otherVersion[1] = 4;
  expect(() => decodeServerSession(otherFormat)).toThrow(/format 81/);
  expect(() => decodeServerSession(otherVersion)).toThrow(/TLS 1.2 or 3 for TLS 1.3/);
  expect(accepted(decodeClientSession, server)).toBeUndefined();
  expect(accepted(decodeServerSession, noBytes)).toBeUndefined();
});

test.each<[string, Partial<ServerSession>]>([
  ['a master secret of 47 bytes', { version: 'tls12', secret: secret('master', new Uint8Array(47)) }],
  ['an age addend in TLS 1.2', { version: 'tls12', ticketAgeAdd: 1 }],
  ['TLS 1.3 without what extended_master_secret gives', { extendedMasterSecret: false }],
  ['a fraction of a millisecond', { createdAt: 1.5 }],
  ['half a surrogate pair', { serverName: '\ud800' }],
  ['a byte order mark, which decoding would drop', { serverName: '\ufeffa' }],
])('%s is the caller\u2019s mistake', (_what, change) => {
  const tls12 = { secret: secret('master', new Uint8Array(48)), ticketAgeAdd: 0 };
  const session = { ...example, ...(change.version === 'tls12' ? tls12 : {}), ...change };
  expect(() => encodeServerSession(session)).toThrow(expect.toSatisfy(isTlsMisuse));
});

test('a wiped secret cannot be encoded', () => {
  const gone: Secret<'psk'> = secret('psk', new Uint8Array(32));
  gone.wipe();
  expect(() => encodeServerSession({ ...example, secret: gone })).toThrow(/wiped/);
});

test('a ticket kept longer than seven days is no session (RFC 9846 §4.7.1)', () => {
  const session: ClientSession = {
    version: 'tls13',
    cipherSuite: 0x1301,
    receivedAt: 0,
    lifetime: 604_800,
    serverName: undefined,
    alpn: undefined,
    peerChain: [],
    context: new Uint8Array(0),
    psk: secret('psk', new Uint8Array(32)),
    ticket: new Uint8Array(1),
    ticketAgeAdd: 0,
    maxEarlyDataSize: 0,
  };
  expect(decodeClientSession(encodeClientSession(session)).lifetime).toBe(604_800);
  expect(() => encodeClientSession({ ...session, lifetime: 604_801 })).toThrow(/604800/);
});
