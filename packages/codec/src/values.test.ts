import type { Bytes } from '@tlsmith/types';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as codec from './index.ts';
import {
  AlertMessage,
  Certificate12,
  Certificate13,
  CertificateRequest12,
  CertificateRequest13,
  CertificateStatus,
  CertificateVerify,
  ClientHello,
  type Codec,
  decode,
  EcdheClientKeyExchange,
  EncryptedExtensions,
  EndOfEarlyData,
  encode,
  type Extension,
  Finished,
  HelloRequest,
  HelloRetryRequest,
  inspect,
  KeyUpdate,
  knownExtensions,
  leaves,
  NewSessionTicket12,
  NewSessionTicket13,
  type RawExtension,
  RsaClientKeyExchange,
  ServerHello,
  ServerHello12,
  ServerHelloDone,
  ServerKeyExchange,
} from './index.ts';

const u8 = fc.integer({ min: 0, max: 0xff });
const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffffffff });
const bytes = (minLength: number, maxLength = 40): fc.Arbitrary<Bytes> =>
  fc.uint8Array({ minLength, maxLength });
const many = <T>(item: fc.Arbitrary<T>, minLength = 0, maxLength = 5): fc.Arbitrary<readonly T[]> =>
  fc.array(item, { minLength, maxLength });
const zeros = fc.nat(60).map((length) => new Uint8Array(length));
const nothing = fc.constant(true as const);

const extensions: fc.Arbitrary<readonly RawExtension[]> = fc.uniqueArray(
  fc.record({ type: u16, body: bytes(0) }),
  { selector: ({ type }) => type, maxLength: 6 },
);
const hello = {
  legacyVersion: u16,
  random: bytes(32, 32),
  extensions: fc.option(extensions, { nil: undefined }),
};
const serverHello = fc.record({
  ...hello,
  legacySessionIdEcho: bytes(0, 32),
  cipherSuite: u16,
  legacyCompressionMethod: u8,
});
const tagged = <T>(known: number, body: fc.Arbitrary<T>) =>
  fc.oneof(
    fc.record({ tag: fc.constant(known), body }),
    fc.record({ tag: u8.filter((tag) => tag !== known), body: bytes(0) }),
  );
const emptyObject = fc.constant({});

/** A codec and the values it must bring back. */
const both = <T>(
  schema: Codec<T>,
  values: fc.Arbitrary<T>,
): readonly [Codec<unknown>, fc.Arbitrary<unknown>] => [schema as Codec<unknown>, values];

const messages: Readonly<Record<string, readonly [Codec<unknown>, fc.Arbitrary<unknown>]>> = {
  AlertMessage: both(AlertMessage, fc.record({ level: u8, description: u8 })),
  ClientHello: both(
    ClientHello,
    fc.record({
      ...hello,
      legacySessionId: bytes(0, 32),
      cipherSuites: many(u16, 1),
      legacyCompressionMethods: bytes(1),
    }),
  ),
  ServerHello: both(ServerHello, serverHello),
  ServerHello12: both(ServerHello12, serverHello),
  HelloRetryRequest: both(HelloRetryRequest, serverHello),
  EncryptedExtensions: both(EncryptedExtensions, fc.record({ extensions })),
  CertificateRequest13: both(
    CertificateRequest13,
    fc.record({ certificateRequestContext: bytes(0), extensions }),
  ),
  CertificateRequest12: both(
    CertificateRequest12,
    fc.record({
      certificateTypes: many(u8, 1),
      supportedSignatureAlgorithms: many(u16, 1),
      certificateAuthorities: many(bytes(1)),
    }),
  ),
  Certificate13: both(
    Certificate13,
    fc.record({
      certificateRequestContext: bytes(0),
      certificateList: many(fc.record({ certData: bytes(1), extensions })),
    }),
  ),
  Certificate12: both(Certificate12, fc.record({ certificateList: many(bytes(1)) })),
  CertificateStatus: both(CertificateStatus, tagged(1, bytes(1))),
  CertificateVerify: both(CertificateVerify, fc.record({ algorithm: u16, signature: bytes(0) })),
  ServerKeyExchange: both(
    ServerKeyExchange,
    fc.record({
      params: fc.record({ curveType: fc.constant(3), namedCurve: u16, publicPoint: bytes(1) }),
      algorithm: u16,
      signature: bytes(0),
    }),
  ),
  EcdheClientKeyExchange: both(EcdheClientKeyExchange, fc.record({ ecdhYc: bytes(1) })),
  RsaClientKeyExchange: both(RsaClientKeyExchange, fc.record({ encryptedPremasterSecret: bytes(0) })),
  Finished: both(Finished, fc.record({ verifyData: bytes(0) })),
  KeyUpdate: both(KeyUpdate, fc.record({ requestUpdate: u8 })),
  NewSessionTicket13: both(
    NewSessionTicket13,
    fc.record({
      ticketLifetime: u32,
      ticketAgeAdd: u32,
      ticketNonce: bytes(0),
      ticket: bytes(1),
      extensions,
    }),
  ),
  NewSessionTicket12: both(NewSessionTicket12, fc.record({ ticketLifetimeHint: u32, ticket: bytes(0) })),
  HelloRequest: both(HelloRequest, emptyObject),
  ServerHelloDone: both(ServerHelloDone, emptyObject),
  EndOfEarlyData: both(EndOfEarlyData, emptyObject),
};

const schemes = many(u16, 1);
const serverNames = fc.oneof(
  many(fc.record({ tag: fc.constant(0), body: bytes(1) }), 1),
  // A name of an unknown kind has no length of its own that we know, so it takes the rest of the list.
  tagged(0, bytes(1)).map((name) => [name]),
);
const share = fc.record({ group: u16, keyExchange: bytes(1) });
const psks = fc.record({
  identities: many(fc.record({ identity: bytes(1), obfuscatedTicketAge: u32 }), 1),
  binders: many(bytes(32, 64), 1),
});
const ocsp = fc.record({ responderIdList: many(bytes(1)), requestExtensions: bytes(0) });

/** Values of every extension in every message that it may stand in. */
const bodies: Readonly<Record<string, Readonly<Record<string, fc.Arbitrary<unknown>>>>> = {
  server_name: {
    client_hello: serverNames,
    certificate_request: serverNames,
    encrypted_extensions: nothing,
    tls12_server_hello: nothing,
  },
  max_fragment_length: { client_hello: u8, encrypted_extensions: u8, tls12_server_hello: u8 },
  status_request: {
    client_hello: tagged<unknown>(1, ocsp),
    certificate_request: nothing,
    certificate: tagged(1, bytes(1)),
    tls12_server_hello: nothing,
  },
  supported_groups: { client_hello: schemes, encrypted_extensions: schemes },
  ec_point_formats: { client_hello: many(u8, 1), tls12_server_hello: many(u8, 1) },
  signature_algorithms: { client_hello: schemes, certificate_request: schemes },
  application_layer_protocol_negotiation: {
    client_hello: many(bytes(1), 1),
    encrypted_extensions: bytes(1),
    tls12_server_hello: bytes(1),
  },
  signed_certificate_timestamp: {
    client_hello: nothing,
    certificate_request: nothing,
    certificate: many(bytes(1), 1),
    tls12_server_hello: many(bytes(1), 1),
  },
  padding: { client_hello: zeros },
  encrypt_then_mac: { client_hello: nothing, tls12_server_hello: nothing },
  extended_main_secret: { client_hello: nothing, tls12_server_hello: nothing },
  compress_certificate: { client_hello: schemes, certificate_request: schemes },
  record_size_limit: { client_hello: u16, encrypted_extensions: u16, tls12_server_hello: u16 },
  session_ticket: { client_hello: bytes(0), tls12_server_hello: nothing },
  pre_shared_key: { client_hello: psks, server_hello: u16 },
  early_data: { client_hello: nothing, encrypted_extensions: nothing, new_session_ticket: u32 },
  supported_versions: { client_hello: schemes, server_hello: u16, hello_retry_request: u16 },
  cookie: { client_hello: bytes(1), hello_retry_request: bytes(1) },
  psk_key_exchange_modes: { client_hello: many(u8, 1) },
  certificate_authorities: { client_hello: many(bytes(1), 1), certificate_request: many(bytes(1), 1) },
  oid_filters: {
    certificate_request: many(
      fc.record({ certificateExtensionOid: bytes(1), certificateExtensionValues: bytes(0) }),
    ),
  },
  post_handshake_auth: { client_hello: nothing },
  signature_algorithms_cert: { client_hello: schemes, certificate_request: schemes },
  key_share: { client_hello: many(share), server_hello: share, hello_retry_request: u16 },
  renegotiation_info: { client_hello: bytes(0), tls12_server_hello: bytes(0) },
};

test.each(Object.entries(messages))('a %s comes back from its bytes as it was', (_name, [schema, values]) => {
  fc.assert(
    fc.property(values, (value) => {
      expect(again(schema, value)).toEqual([value, value]);
    }),
  );
});

const entries = [...knownExtensions.values()].flatMap((extension) =>
  Object.entries(extension.in as Readonly<Record<string, Codec<unknown>>>).map(
    ([message, schema]) => [extension.name, message, schema] as const,
  ),
);

test.each(entries)('%s in %s comes back from its bytes as it was', (name, message, schema) => {
  const values = bodies[name]?.[message] as fc.Arbitrary<unknown>;
  fc.assert(
    fc.property(values, (value) => {
      expect(again(schema, value)).toEqual([value, value]);
    }),
  );
});

test('values are made here for every message and every place of every extension, and for no other', () => {
  const isBody = (value: unknown): boolean => typeof value === 'object' && value !== null && 'read' in value;
  const parts =
    /^(cipherSuite|namedGroup|protocolVersionCode|signatureScheme|empty|rest|KeyShareEntry|OfferedPsks|ServerECDHParams)$/;
  const exported = Object.entries(codec).flatMap(([name, value]) =>
    isBody(value) && !parts.test(name) ? [name] : [],
  );
  expect(exported.toSorted()).toEqual(Object.keys(messages).toSorted());
  const places = (map: Readonly<Record<string, object>>): readonly string[] =>
    Object.entries(map)
      .flatMap(([name, at]) => Object.keys(at).map((message) => `${name} in ${message}`))
      .toSorted();
  const known = [...knownExtensions.values()].map(({ name, in: at }: Extension) => [name, at] as const);
  expect(places(bodies)).toEqual(places(Object.fromEntries(known)));
});

/** What decoding and inspecting make of a value's bytes, whose spans must cover them. */
function again(schema: Codec<unknown>, value: unknown): readonly unknown[] {
  const encoded = encode(schema, value);
  const { value: inspected, span } = inspect(schema, encoded);
  expect(leaves(span).reduce((at, { start, end }) => (start === at ? end : -1), 0)).toBe(encoded.length);
  return [decode(schema, encoded), inspected];
}
