import {
  type Bytes,
  type DecodeError,
  fromHex,
  isDecodeError,
  noBytes,
  toHex,
  type Version,
} from '@tlsmith/types';
import { type Rfc8448Section, section } from '@tlsmith/testkit/node';
import { expect, test } from 'vitest';
import {
  ClientHello,
  decode,
  decodeMessage,
  downgradeSentinel,
  encode,
  type Extension,
  handshakeCodec,
  handshakeType,
  helloRetryRequestRandom,
  inspect,
  inspectMessage,
  knownExtensions,
  type Message,
  type MessageContext,
  type MessageName,
  message12,
  message13,
  messageCodec,
  namedCurveType,
  rawExtension,
  type ServerHello,
  ServerKeyExchange,
  type Span,
  sentinelOf,
  serverHelloKind,
  signedServerKeyExchange,
  spanRows,
  supportedVersions,
  uint,
} from './index.ts';

const refused = (f: () => unknown): DecodeError => {
  try {
    f();
  } catch (error) {
    if (isDecodeError(error)) return error;
    throw error;
  }
  throw new RangeError('nothing was thrown');
};
const serverHello = (
  extensions: ServerHello['extensions'],
  random: Bytes = new Uint8Array(32),
): ServerHello => ({
  legacyVersion: 0x0303,
  random,
  legacySessionIdEcho: noBytes,
  cipherSuite: 0x1301,
  legacyCompressionMethod: 0,
  extensions,
});
const chosen13 = rawExtension(supportedVersions, 'server_hello', 0x0304);

const names: Readonly<Record<string, MessageName>> = {
  ClientHello: 'client_hello',
  EncryptedExtensions: 'encrypted_extensions',
  Certificate: 'certificate',
  CertificateRequest: 'certificate_request',
  CertificateVerify: 'certificate_verify',
  Finished: 'finished',
  NewSessionTicket: 'new_session_ticket',
  EndOfEarlyData: 'end_of_early_data',
};

test.each<Rfc8448Section>([3, 4, 5, 6, 7])(
  'the messages of RFC 8448 §%i come back byte by byte',
  (number) => {
    const all = section(number);
    const payloads = all.flatMap(({ values }) => values.filter(({ name }) => name === 'payload'));
    const steps = all.filter(({ action }) => action.startsWith('construct a'));
    expect(steps.length).toBeGreaterThanOrEqual(6);
    for (const { action, values } of steps) {
      const [value] = values;
      const hex = toHex(value?.bytes as Bytes);
      // In §4 a ClientHello is shown without its binders; the record that sends it has them.
      const isWhole = Number.parseInt(hex.slice(2, 8), 16) === hex.length / 2 - 4;
      const raw = (isWhole ? value : payloads.find(({ bytes }) => toHex(bytes).startsWith(hex)))
        ?.bytes as Bytes;
      const { message, span } = inspectMessage(raw, { version: 'tls13' });
      const isRetry = raw[0] === 2 && serverHelloKind(raw.subarray(4)) === 'hello_retry_request';
      const hello = isRetry ? 'hello_retry_request' : 'server_hello';
      expect(message.type, action).toBe(names[value?.name as string] ?? hello);
      const make = message13 as (type: string, body: unknown) => Message;
      expect(toHex(make(message.type, message.body).raw)).toBe(toHex(raw));
      expect(span.end).toBe(raw.length);
    }
  },
);

test('every message type has its number (RFC 9846 §4, RFC 5246 §7.4), and HelloRetryRequest shares one', () => {
  const numbers = Object.entries(handshakeType).filter(([name]) => name !== 'hello_retry_request');
  expect(new Set(numbers.map(([, number]) => number)).size).toBe(numbers.length);
  expect(handshakeType.hello_retry_request).toBe(handshakeType.server_hello);
});

test.each<[Version | undefined, readonly MessageName[]]>([
  [undefined, ['client_hello', 'server_hello']],
  [
    'tls12',
    [
      'hello_request',
      'client_hello',
      'server_hello',
      'new_session_ticket',
      'certificate',
      'server_key_exchange',
      'certificate_request',
      'server_hello_done',
      'certificate_verify',
      'client_key_exchange',
      'finished',
      'certificate_status',
    ],
  ],
  [
    'tls13',
    [
      'client_hello',
      'server_hello',
      'new_session_ticket',
      'end_of_early_data',
      'encrypted_extensions',
      'certificate',
      'certificate_request',
      'certificate_verify',
      'finished',
      'key_update',
    ],
  ],
])('with version %s exactly its own messages have a structure', (version, expected) => {
  const found = Array.from({ length: 256 }, (_, code) => messageCodec(code, noBytes, { version })?.type);
  expect(found.filter((type) => type !== undefined)).toEqual(expected);
});

test('a message of a type that the version lacks survives as it is', () => {
  const raw = fromHex('63000003010203');
  const message = decodeMessage(raw, { version: 'tls13' });
  expect(message).toEqual({ type: 'unknown', body: fromHex('010203'), raw });
  expect(decodeMessage(fromHex('18000001 00'), { version: 'tls12' }).type).toBe('unknown');
  const { span } = inspectMessage(raw, { version: 'tls13' });
  expect(spanRows(span, raw).map(({ path, hex }) => `${path} ${hex}`)).toEqual([
    'Handshake ',
    'Handshake.msg_type 63',
    'Handshake.length 000003',
    'Handshake.body 010203',
  ]);
});

test.each(['', '01', '0100', '010000', '01000001', '0100000000', '16000000'])(
  'the bytes %j are no whole ClientHello',
  (hex) => {
    const decoded = (): unknown => decodeMessage(fromHex(hex), { version: undefined });
    if (hex === '16000000') expect(decoded()).toHaveProperty('type', 'unknown');
    else expect(refused(decoded).path[0]).toBe('Handshake');
  },
);

test('a message is a structure of its own, which writes the bytes that it keeps', () => {
  const whole = handshakeCodec({ version: 'tls13' });
  const raw = fromHex('1800000101');
  expect(decode(whole, raw)).toEqual({ type: 'key_update', body: { requestUpdate: 1 }, raw });
  expect(toHex(encode(whole, decode(whole, raw)))).toBe(toHex(raw));
  expect(refused(() => decode(whole, fromHex('180000010100'))).expected).toBe('the end of the structure');
});

test('the offset of an error counts from the start of the message, and its path says where', () => {
  const error = refused(() => decodeMessage(fromHex('0b000004 00000001'), { version: 'tls13' }));
  expect([error.at, error.path]).toEqual([8, ['Certificate', 'certificateList']]);
  expect(error.expected).toBe('1 more bytes');
});

test('the random of HelloRetryRequest makes a ServerHello one (RFC 9846 §4.2.3)', () => {
  const retry = message13('hello_retry_request', serverHello([chosen13], helloRetryRequestRandom));
  expect(decodeMessage(retry.raw, { version: undefined }).type).toBe('hello_retry_request');
  const other = helloRetryRequestRandom.slice();
  other[31] = (other[31] as number) ^ 1;
  const hello = message13('server_hello', serverHello([chosen13], other));
  expect(decodeMessage(hello.raw, { version: undefined }).type).toBe('server_hello');
  expect(serverHelloKind(retry.raw.subarray(4, 37))).toBe('server_hello');
});

test.each<[MessageContext['keyExchange'], string]>([
  ['ecdhe', 'ecdhYc'],
  [undefined, 'ecdhYc'],
  ['rsa', 'encryptedPremasterSecret'],
])('with key exchange %s a ClientKeyExchange holds %s', (keyExchange, field) => {
  const value = { [field]: fromHex('04aabb') };
  const { raw } = message12('client_key_exchange', value as never);
  expect(decodeMessage(raw, { version: 'tls12', keyExchange }).body).toEqual(value);
});

test('without a version a ServerHello is annotated as the version that it chose', () => {
  const alpn = { type: 16, body: fromHex('0003026832') };
  const tls12 = message12('server_hello', serverHello([alpn])).raw;
  const tls13 = message13('server_hello', serverHello([chosen13])).raw;
  const bodyOf = (raw: Bytes): Span | undefined =>
    inspectMessage(raw, { version: undefined }).span.children?.find(({ name }) => name === 'body');
  expect(bodyOf(tls12)?.section).toBe('RFC 5246 §7.4.1.3');
  expect(bodyOf(tls13)?.section).toBe('RFC 9846 §4.2.3');
  // ALPN stands in the ServerHello of TLS 1.2 alone.
  const schemaOfAlpn = (raw: Bytes, version: Version): string | undefined =>
    spanRows(inspectMessage(raw, { version }).span, raw).find(({ span }) => span.name === alpnName)?.span
      .schema;
  const alpnName = 'application_layer_protocol_negotiation';
  expect(schemaOfAlpn(tls12, 'tls12')).toBe('opaque list');
  expect(schemaOfAlpn(tls12, 'tls13')).toBe('opaque');
});

test('a private extension is named in the spans when its structure is handed over', () => {
  const mine: Extension<{ encrypted_extensions: number }> = {
    type: 0xff77,
    name: 'my_extension',
    section: 'RFC 9846 §4.3',
    in: { encrypted_extensions: uint(2, 'MyNumber', 'namedGroups') },
  };
  const { raw } = message13('encrypted_extensions', {
    extensions: [rawExtension(mine, 'encrypted_extensions', 0x001d), { type: 0xff78, body: fromHex('00') }],
  });
  const rowsWith = (known: typeof knownExtensions): readonly string[] =>
    spanRows(inspectMessage(raw, { version: 'tls13' }, known).span, raw).map(
      ({ span: { name, schema, registry }, hex }) => `${name} ${schema} ${registry ?? ''} ${hex}`,
    );
  expect(rowsWith(new Map([...knownExtensions, [mine.type, mine]]))).toContain(
    'my_extension MyNumber namedGroups 001d',
  );
  expect(rowsWith(knownExtensions)).toContain('extension_data opaque  001d');
  expect(rowsWith(knownExtensions)).toContain('extension_data opaque  00');
});

test('an extension body that does not fit stays opaque under its name, and the rest is annotated', () => {
  const { raw } = message13('encrypted_extensions', {
    extensions: [
      { type: 16, body: fromHex('0004026832ff') },
      { type: 10, body: fromHex('0002001d') },
    ],
  });
  const rows = spanRows(inspectMessage(raw, { version: 'tls13' }).span, raw);
  const leaf = rows.find(({ hex }) => hex === '0004026832ff');
  expect([leaf?.span.name, leaf?.span.schema]).toEqual(['application_layer_protocol_negotiation', 'opaque']);
  expect(rows.at(-1)?.path).toBe('Handshake.body.extensions.content.[1].supported_groups.content.[0]');
});

test('the last 8 bytes of a random tell what the server could have spoken (RFC 9846 §4.2.3)', () => {
  const ending = (last: Bytes): Bytes => new Uint8Array([...new Uint8Array(24), ...last]);
  expect(sentinelOf(ending(downgradeSentinel.tls12))).toBe('tls12');
  expect(sentinelOf(ending(downgradeSentinel.tls11))).toBe('tls11');
  expect(sentinelOf(ending(fromHex('444f574e47524402')))).toBeUndefined();
  expect(new TextDecoder().decode(downgradeSentinel.tls12.subarray(0, 7))).toBe('DOWNGRD');
});

test('the signature of a ServerKeyExchange covers both randoms and the parameters (RFC 8422 §5.4)', () => {
  const params = { curveType: namedCurveType, namedCurve: 0x001d, publicPoint: fromHex('aabb') };
  expect(toHex(signedServerKeyExchange(fromHex('c1'), fromHex('51'), params))).toBe('c15103001d02aabb');
  const explicit = fromHex('01001d02aabb04030000');
  expect(refused(() => decode(ServerKeyExchange, explicit)).expected).toBe('curve type named_curve');
});

test('a decoded message owns copies: changing the input later changes no value', () => {
  const hello = encode(ClientHello, {
    legacyVersion: 0x0303,
    random: new Uint8Array(32).fill(7),
    legacySessionId: fromHex('aa'),
    cipherSuites: [0x1301],
    legacyCompressionMethods: fromHex('00'),
    extensions: [{ type: 0x9999, body: fromHex('bb') }],
  });
  const value = decode(ClientHello, hello);
  const { span } = inspect(ClientHello, hello);
  hello.fill(0);
  expect(toHex(value.random.subarray(0, 2))).toBe('0707');
  expect(value.extensions).toEqual([{ type: 0x9999, body: fromHex('bb') }]);
  expect(span.children?.[1]?.value).toEqual(new Uint8Array(32).fill(7));
});
