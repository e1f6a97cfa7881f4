import { existsSync, readFileSync } from 'node:fs';
import { type Bytes, type DecodeError, equal, isDecodeError, isTlsMisuse, uint } from '@tlsmith/types';
import { expect, test } from 'vitest';
import * as codec from './index.ts';
import { type Codec, decode, encode, inspect, type RawExtension, type Span, spanRows } from './index.ts';

/** One field of one structure: its declaration in an RFC, its place, and a value in which it takes so many bytes. */
type Field<T> = readonly [rfc: number, declared: string, path: string, of: (length: number) => T, but?: But];

/** Where a field cannot reach its declared bounds, and by how many bytes it grows. */
interface But {
  /** Bounds that the items inside or the structure around leave. */
  readonly least?: number;
  readonly most?: number;
  readonly step?: number;
}

interface Row {
  readonly schema: Codec<unknown>;
  readonly field: Field<unknown>;
}

const fieldsOf = <T>(schema: Codec<T>, ...fields: readonly Field<T>[]): readonly Row[] =>
  fields.map((field) => ({ schema: schema as Codec<unknown>, field: field as Field<unknown> }));

const bytes = (length: number): Bytes => new Uint8Array(length);
const u8s = (length: number): readonly number[] => Array.from({ length }, (_, i) => i & 0xff);
const u16s = (length: number): readonly number[] => Array.from({ length: length / 2 }, (_, i) => i);
const pairs: But = { step: 2 };

/** Contents of items that take `length` bytes together, each `overhead` bytes and `least` to `most` more. */
function split(length: number, overhead: number, most = 0xffff, least = 1): readonly Bytes[] {
  const parts: Bytes[] = [];
  for (let left = length; left > 0; ) {
    const full = Math.min(left, overhead + most);
    const rest = left - full;
    const taken = rest > 0 && rest < overhead + least ? full - overhead - least : full;
    parts.push(bytes(Math.max(taken - overhead, 0)));
    left -= taken;
  }
  return parts;
}

/** An extension list of so many bytes. */
const list = (length: number): readonly RawExtension[] =>
  length === 0 ? [] : [{ type: 0x9999, body: bytes(length - 4) }];

const random = bytes(32);
const extensions: readonly RawExtension[] = [];
const clientHello = {
  legacyVersion: 0x0303,
  random,
  legacySessionId: bytes(0),
  cipherSuites: [0x1301],
  legacyCompressionMethods: bytes(1),
  extensions: undefined,
};
const serverHello = {
  legacyVersion: 0x0303,
  random,
  legacySessionIdEcho: bytes(0),
  cipherSuite: 0x1301,
  legacyCompressionMethod: 0,
  extensions: undefined,
};
const entry = { certData: bytes(1), extensions };
const chain = { certificateRequestContext: bytes(0), certificateList: [entry] };
const request13 = { certificateRequestContext: bytes(0), extensions };
const request12 = { certificateTypes: [1], supportedSignatureAlgorithms: [1], certificateAuthorities: [] };
const params = { curveType: 3, namedCurve: 29, publicPoint: bytes(1) };
const keyExchange = { params, algorithm: 0x0403, signature: bytes(0) };
const ticket = { ticketLifetime: 1, ticketAgeAdd: 2, ticketNonce: bytes(0), ticket: bytes(1), extensions };
const ocsp = { responderIdList: [], requestExtensions: bytes(0) };
const offered = { identities: [{ identity: bytes(1), obfuscatedTicketAge: 0 }], binders: [bytes(32)] };
const filter = { certificateExtensionOid: bytes(1), certificateExtensionValues: bytes(0) };
const eccPoint = 'point <1..2^8-1>';
const scheme16 = 'supported_signature_algorithms<2..2^16-2>';
const list16 = 'extensions<0..2^16-1>';

// RFC 9846 counts the hellos' extensions from 7 and 6 bytes on, which those of TLS 1.2 need not reach.
const rows: readonly Row[] = [
  ...fieldsOf(
    codec.ClientHello,
    [
      9846,
      'legacy_session_id<0..32>',
      'legacySessionId',
      (n) => ({ ...clientHello, legacySessionId: bytes(n) }),
    ],
    [
      9846,
      'cipher_suites<2..2^16-2>',
      'cipherSuites',
      (n) => ({ ...clientHello, cipherSuites: u16s(n) }),
      pairs,
    ],
    [
      9846,
      'legacy_compression_methods<1..2^8-1>',
      'legacyCompressionMethods',
      (n) => ({ ...clientHello, legacyCompressionMethods: bytes(n) }),
    ],
    [5246, list16, 'extensions', (n) => ({ ...clientHello, extensions: list(n) })],
  ),
  ...[codec.ServerHello, codec.ServerHello12, codec.HelloRetryRequest].flatMap((schema) =>
    fieldsOf(
      schema,
      [
        9846,
        'legacy_session_id_echo<0..32>',
        'legacySessionIdEcho',
        (n) => ({ ...serverHello, legacySessionIdEcho: bytes(n) }),
      ],
      [5246, list16, 'extensions', (n) => ({ ...serverHello, extensions: list(n) })],
    ),
  ),
  ...fieldsOf(
    codec.EncryptedExtensions,
    [9846, list16, 'extensions', (n) => ({ extensions: list(n) })],
    [
      9846,
      'extension_data<0..2^16-1>',
      'extensions.content.[0]',
      (n) => ({ extensions: list(n + 4) }),
      { most: 0xfffb },
    ],
  ),
  ...fieldsOf(
    codec.CertificateRequest13,
    [
      9846,
      'certificate_request_context<0..2^8-1>',
      'certificateRequestContext',
      (n) => ({ ...request13, certificateRequestContext: bytes(n) }),
    ],
    [9846, list16, 'extensions', (n) => ({ ...request13, extensions: list(n) })],
  ),
  ...fieldsOf(
    codec.CertificateRequest12,
    [
      5246,
      'certificate_types<1..2^8-1>',
      'certificateTypes',
      (n) => ({ ...request12, certificateTypes: u8s(n) }),
    ],
    [
      9846,
      scheme16,
      'supportedSignatureAlgorithms',
      (n) => ({ ...request12, supportedSignatureAlgorithms: u16s(n) }),
      pairs,
    ],
    [
      5246,
      'certificate_authorities<0..2^16-1>',
      'certificateAuthorities',
      (n) => ({ ...request12, certificateAuthorities: split(n, 2) }),
    ],
    [
      5246,
      'DistinguishedName<1..2^16-1>',
      'certificateAuthorities.content.[0]',
      (n) => ({ ...request12, certificateAuthorities: [bytes(n)] }),
      { most: 0xfffd },
    ],
  ),
  ...fieldsOf(
    codec.Certificate13,
    [
      9846,
      'certificate_request_context<0..2^8-1>',
      'certificateRequestContext',
      (n) => ({ ...chain, certificateRequestContext: bytes(n) }),
    ],
    [
      9846,
      'certificate_list<0..2^24-1>',
      'certificateList',
      (n) => ({
        ...chain,
        certificateList: split(n, 5, 2 ** 23).map((certData) => ({ certData, extensions })),
      }),
    ],
    [
      9846,
      'cert_data<1..2^24-1>',
      'certificateList.content.[0].certData',
      (n) => ({ ...chain, certificateList: [{ ...entry, certData: bytes(n) }] }),
      { most: 0xfffffa },
    ],
    [
      9846,
      list16,
      'certificateList.content.[0].extensions',
      (n) => ({ ...chain, certificateList: [{ ...entry, extensions: list(n) }] }),
    ],
  ),
  ...fieldsOf(
    codec.Certificate12,
    [
      5246,
      'certificate_list<0..2^24-1>',
      'certificateList',
      (n) => ({ certificateList: split(n, 3, 2 ** 23) }),
    ],
    [
      5246,
      'ASN.1Cert<1..2^24-1>',
      'certificateList.content.[0]',
      (n) => ({ certificateList: [bytes(n)] }),
      { most: 0xfffffc },
    ],
  ),
  ...fieldsOf(codec.CertificateVerify, [
    9846,
    'signature<0..2^16-1>',
    'signature',
    (n) => ({ algorithm: 1, signature: bytes(n) }),
  ]),
  ...fieldsOf(
    codec.ServerKeyExchange,
    [
      8422,
      eccPoint,
      'params.publicPoint',
      (n) => ({ ...keyExchange, params: { ...params, publicPoint: bytes(n) } }),
    ],
    [5246, 'signature<0..2^16-1>', 'signature', (n) => ({ ...keyExchange, signature: bytes(n) })],
  ),
  ...fieldsOf(codec.EcdheClientKeyExchange, [8422, eccPoint, 'ecdhYc', (n) => ({ ecdhYc: bytes(n) })]),
  // RFC 5246 §4.7 declares what public-key encryption yields.
  ...fieldsOf(codec.RsaClientKeyExchange, [
    5246,
    'vector <0..2^16-1>',
    'encryptedPremasterSecret',
    (n) => ({ encryptedPremasterSecret: bytes(n) }),
  ]),
  ...fieldsOf(
    codec.NewSessionTicket13,
    [9846, 'ticket_nonce<0..255>', 'ticketNonce', (n) => ({ ...ticket, ticketNonce: bytes(n) })],
    [9846, 'ticket<1..2^16-1>', 'ticket', (n) => ({ ...ticket, ticket: bytes(n) })],
    [9846, list16, 'extensions', (n) => ({ ...ticket, extensions: list(n) })],
  ),
  ...fieldsOf(codec.NewSessionTicket12, [
    5077,
    'ticket<0..2^16-1>',
    'ticket',
    (n) => ({ ticketLifetimeHint: 0, ticket: bytes(n) }),
  ]),
  ...fieldsOf(codec.CertificateStatus, [
    6066,
    'OCSPResponse<1..2^24-1>',
    'body',
    (n) => ({ tag: 1, body: bytes(n) }),
  ]),
  ...fieldsOf(
    codec.serverName.in.client_hello,
    [6066, 'server_name_list<1..2^16-1>', '', (n) => (n === 0 ? [] : [{ tag: 9, body: bytes(n - 1) }])],
    [6066, 'HostName<1..2^16-1>', 'content.[0].body', (n) => [{ tag: 0, body: bytes(n) }], { most: 0xfffc }],
  ),
  ...fieldsOf(
    codec.statusRequest.in.client_hello,
    [
      6066,
      'responder_id_list<0..2^16-1>',
      'body.responderIdList',
      (n) => ({ tag: 1, body: { ...ocsp, responderIdList: split(n, 2) } }),
    ],
    [
      6066,
      'ResponderID<1..2^16-1>',
      'body.responderIdList.content.[0]',
      (n) => ({ tag: 1, body: { ...ocsp, responderIdList: [bytes(n)] } }),
      { most: 0xfffd },
    ],
    [
      6066,
      'Extensions<0..2^16-1>',
      'body.requestExtensions',
      (n) => ({ tag: 1, body: { ...ocsp, requestExtensions: bytes(n) } }),
    ],
  ),
  // Items of two bytes cannot fill the 2^16-1 that the RFC allows.
  ...fieldsOf(codec.supportedGroups.in.client_hello, [
    9846,
    'named_group_list<2..2^16-1>',
    '',
    u16s,
    { step: 2, most: 0xfffe },
  ]),
  ...fieldsOf(codec.ecPointFormats.in.client_hello, [8422, 'ec_point_format_list<1..2^8-1>', '', u8s]),
  ...fieldsOf(codec.signatureAlgorithms.in.client_hello, [9846, scheme16, '', u16s, pairs]),
  ...fieldsOf(codec.signatureAlgorithmsCert.in.certificate_request, [9846, scheme16, '', u16s, pairs]),
  ...fieldsOf(
    codec.applicationLayerProtocolNegotiation.in.client_hello,
    [7301, 'protocol_name_list<2..2^16-1>', '', (n) => split(n, 1, 255)],
    [7301, 'ProtocolName<1..2^8-1>', 'content.[0]', (n) => [bytes(n), bytes(1)]],
  ),
  ...fieldsOf(
    codec.signedCertificateTimestamp.in.certificate,
    [6962, 'sct_list <1..2^16-1>', '', (n) => split(n, 2), { least: 3 }],
    [6962, 'SerializedSCT<1..2^16-1>', 'content.[0]', (n) => [bytes(n)], { most: 0xfffd }],
  ),
  ...fieldsOf(codec.compressCertificate.in.client_hello, [8879, 'algorithms<2..2^8-2>', '', u16s, pairs]),
  ...fieldsOf(
    codec.OfferedPsks,
    [
      9846,
      'identities<7..2^16-1>',
      'identities',
      (n) => ({
        ...offered,
        identities: split(n, 6).map((identity) => ({ identity, obfuscatedTicketAge: 0 })),
      }),
    ],
    [
      9846,
      'identity<1..2^16-1>',
      'identities.content.[0].identity',
      (n) => ({ ...offered, identities: [{ identity: bytes(n), obfuscatedTicketAge: 0 }] }),
      { most: 0xfff9 },
    ],
    [9846, 'binders<33..2^16-1>', 'binders', (n) => ({ ...offered, binders: split(n, 1, 255, 32) })],
    [
      9846,
      'PskBinderEntry<32..255>',
      'binders.content.[0]',
      (n) => ({ ...offered, binders: [bytes(n), bytes(32)] }),
    ],
  ),
  ...fieldsOf(codec.supportedVersions.in.client_hello, [9846, 'versions<2..254>', '', u16s, pairs]),
  ...fieldsOf(codec.cookie.in.client_hello, [9846, 'cookie<1..2^16-1>', '', bytes]),
  ...fieldsOf(codec.pskKeyExchangeModes.in.client_hello, [9846, 'ke_modes<1..255>', '', u8s]),
  ...fieldsOf(
    codec.certificateAuthorities.in.client_hello,
    [9846, 'authorities<3..2^16-1>', '', (n) => split(n, 2)],
    [9846, 'DistinguishedName<1..2^16-1>', 'content.[0]', (n) => [bytes(n)], { most: 0xfffd }],
  ),
  ...fieldsOf(
    codec.oidFilters.in.certificate_request,
    [
      9846,
      'filters<0..2^16-1>',
      '',
      (n) => split(n, 4, 2 ** 15, 0).map((value) => ({ ...filter, certificateExtensionValues: value })),
    ],
    [
      9846,
      'certificate_extension_oid<1..2^8-1>',
      'content.[0].certificateExtensionOid',
      (n) => [{ ...filter, certificateExtensionOid: bytes(n) }],
    ],
    [
      9846,
      'certificate_extension_values<0..2^16-1>',
      'content.[0].certificateExtensionValues',
      (n) => [{ ...filter, certificateExtensionValues: bytes(n) }],
      { most: 0xfffb },
    ],
  ),
  ...fieldsOf(codec.keyShare.in.client_hello, [
    9846,
    'client_shares<0..2^16-1>',
    '',
    (n) => split(n, 4, 2 ** 15).map((value) => ({ group: 1, keyExchange: value })),
  ]),
  ...fieldsOf(codec.keyShare.in.server_hello, [
    9846,
    'key_exchange<1..2^16-1>',
    'keyExchange',
    (n) => ({ group: 1, keyExchange: bytes(n) }),
  ]),
  ...fieldsOf(codec.renegotiationInfo.in.client_hello, [5746, 'renegotiated_connection<0..255>', '', bytes]),
];

const named = rows.map((row) => [row.schema.name, row.field[1], row] as const);

test.each(named)('%s: %s holds at both ends, in both directions', (_name, _field, { schema, field }) => {
  const [, , path, of] = field;
  const { declared, least, most, step } = boundsOf(field);
  for (const length of new Set([least, most])) {
    const encoded = encode(schema, of(length));
    expect(lengthAt(schema, encoded, path).value).toBe(length);
    expect(equal(encode(schema, decode(schema, encoded)), encoded)).toBe(true);
  }
  const text = `a length of ${declared.min} to ${declared.max} bytes`;
  for (const length of [least - step, most + step]) {
    if (length < 0) continue;
    expect(() => encode(schema, of(length)), `${length}`).toThrow(expect.toSatisfy(isTlsMisuse));
    const damaged = withLength(schema, encode(schema, of(least)), path, length);
    if (damaged === undefined) continue;
    const error = refusal(schema, damaged);
    const isDeclared = length < declared.min || length > declared.max;
    expect(error.expected).toMatch(isDeclared ? `${text}, not ${length}` : /.+/);
  }
});

test('the bounds in this table are those of the RFCs', () => {
  const absent = new Set<string>();
  for (const { field } of rows) {
    const file = field[0] === 9846 ? 'rfc9846.md' : `rfc${field[0]}.txt`;
    const url = new URL(`../../../../shared/rfcs/${file}`, import.meta.url);
    if (existsSync(url)) expect(readFileSync(url, 'utf8').includes(field[1]), field[1]).toBe(true);
    else absent.add(file);
  }
  if (absent.size > 0) console.log(`Not here, so not compared: ${[...absent].join(', ')}`);
  expect(rows.length).toBeGreaterThan(60);
});

test('every length field of every structure is in this table', () => {
  const covered = new Set(rows.map(({ schema, field }) => `${schema.name} ${field[2]}`));
  const met = rows.flatMap(({ schema, field }) => {
    const encoded = encode(schema, field[3](boundsOf(field).least));
    return spanRows(inspect(schema, encoded).span, encoded)
      .filter(({ span }) => span.name === 'length')
      .map(({ path }) => path.slice(schema.name.length + 1).replace(/\.?length$/, ''))
      .map((path) => `${schema.name} ${path.replace(/\[\d+\]/g, '[0]')}`);
  });
  // The length of an extension's body has its one row under EncryptedExtensions.
  const wanted = met.filter((place) => !place.endsWith('xtensions.content.[0]'));
  expect(wanted.filter((place) => !covered.has(place))).toEqual([]);
});

test.each([codec.ClientHello, codec.ServerHello])(
  'the random of a $name takes 32 bytes, no fewer and no more',
  (schema) => {
    const hello = schema === codec.ClientHello ? clientHello : serverHello;
    for (const length of [31, 33]) {
      const value = { ...hello, random: bytes(length) };
      expect(() => encode(schema as Codec<unknown>, value)).toThrow(expect.toSatisfy(isTlsMisuse));
    }
  },
);

function boundsOf([, declaration, , , but = {}]: Field<unknown>) {
  const [, min, max] = /<(\d+)\.\.([^>]+)>/.exec(declaration) ?? [];
  const [, exponent, minus] = /^2\^(\d+)-(\d)$/.exec(max as string) ?? [];
  const top = exponent === undefined ? Number(max) : 2 ** Number(exponent) - Number(minus);
  const declared = { min: Number(min), max: top };
  return { declared, least: but.least ?? declared.min, most: but.most ?? top, step: but.step ?? 1 };
}

function lengthAt(schema: Codec<unknown>, encoded: Bytes, path: string): Span {
  const steps = [...path.split('.'), 'length'].filter((step) => step !== '');
  const found = steps.reduce<Span | undefined>(
    (span, step) => span?.children?.find(({ name }) => name === step),
    inspect(schema, encoded).span,
  );
  expect(found, path).toBeDefined();
  return found as Span;
}

/** The encoding with another number in a length field; undefined when the field has no room for it. */
function withLength(schema: Codec<unknown>, encoded: Bytes, path: string, length: number): Bytes | undefined {
  const { start, end } = lengthAt(schema, encoded, path);
  if (length >= 256 ** (end - start)) return undefined;
  const damaged = encoded.slice();
  damaged.set(uint(length, end - start), start);
  return damaged;
}

function refusal(schema: Codec<unknown>, damaged: Bytes): DecodeError {
  try {
    decode(schema, damaged);
  } catch (error) {
    if (isDecodeError(error)) return error;
    throw error;
  }
  throw new RangeError('the bytes were accepted');
}
