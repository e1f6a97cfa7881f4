import { existsSync, readFileSync } from 'node:fs';
import { type Bytes, type DecodeError, fromHex, isDecodeError, isTlsMisuse, toHex } from '@tlsmith/types';
import { extensionTypes, nameOf } from '@tlsmith/types/explain';
import { expect, test } from 'vitest';
import {
  allowedExtensions,
  applicationLayerProtocolNegotiation,
  bindersLength,
  Certificate13,
  ClientHello,
  cookie,
  decode,
  decodeMessage,
  encode,
  type Extension,
  type ExtensionList,
  type ExtensionMessage,
  earlyData,
  hasExtension,
  hostNameList,
  hostNameOf,
  keyShare,
  knownExtensions,
  message13,
  preSharedKey,
  protocolName,
  rawExtension,
  readExtension,
  ServerHello,
  serverName,
  supportedVersions,
  uint,
} from './index.ts';

const hello: ClientHello = {
  legacyVersion: 0x0303,
  random: new Uint8Array(32),
  legacySessionId: new Uint8Array(0),
  cipherSuites: [0x1301],
  legacyCompressionMethods: new Uint8Array(1),
  extensions: undefined,
};
const thrown = (f: () => unknown): DecodeError => {
  try {
    f();
  } catch (error) {
    if (isDecodeError(error)) return error;
    throw error;
  }
  throw new RangeError('nothing was thrown');
};

test('a hello without an extensions field is not one with an empty field (RFC 5246 §7.4.1.2)', () => {
  const absent = encode(ClientHello, hello);
  const empty = encode(ClientHello, { ...hello, extensions: [] });
  expect(empty.length).toBe(absent.length + 2);
  expect(decode(ClientHello, absent).extensions).toBeUndefined();
  expect(decode(ClientHello, empty).extensions).toEqual([]);
});

test('a ServerHello may lack the field as well (RFC 5246 §7.4.1.3)', () => {
  const bytes = fromHex(`0303${'00'.repeat(32)}00c02f00`);
  expect(decode(ServerHello, bytes).extensions).toBeUndefined();
  expect(toHex(encode(ServerHello, decode(ServerHello, bytes)))).toBe(toHex(bytes));
});

test('half a length field is no extensions field', () => {
  const error = thrown(() => decode(ClientHello, fromHex(`${toHex(encode(ClientHello, hello))}00`)));
  expect([error.kind, error.path]).toEqual(['malformed', ['ClientHello', 'extensions', 'length']]);
});

test.each<[string, (list: ExtensionList) => Bytes]>([
  ['ClientHello', (extensions) => message13('client_hello', { ...hello, extensions }).raw],
  ['EncryptedExtensions', (extensions) => message13('encrypted_extensions', { extensions }).raw],
])('an extension that stands twice in a %s is a duplicate, known or not (RFC 9846 §4.3)', (_name, make) => {
  for (const type of [51, 0x9999]) {
    const raw = make([
      { type, body: fromHex('01') },
      { type: 0x8888, body: fromHex('') },
      { type, body: fromHex('02') },
    ]);
    const error = thrown(() => decodeMessage(raw, { version: 'tls13' }));
    expect(error.kind).toBe('duplicate-extension');
    expect(error.expected).toBe(`extension ${type} once`);
  }
});

test('each certificate has its own list: the same extension in two of them is no duplicate', () => {
  const one = { certData: fromHex('30'), extensions: [{ type: 5, body: fromHex('00') }] };
  const value = { certificateRequestContext: fromHex(''), certificateList: [one, one] };
  expect(decode(Certificate13, encode(Certificate13, value))).toEqual(value);
  const twice = {
    ...value,
    certificateList: [{ ...one, extensions: [...one.extensions, ...one.extensions] }],
  };
  expect(thrown(() => decode(Certificate13, encode(Certificate13, twice))).kind).toBe('duplicate-extension');
});

test('every known extension is forbidden in exactly the messages that it does not define', () => {
  const messages: readonly ExtensionMessage[] = [
    'client_hello',
    'server_hello',
    'tls12_server_hello',
    'hello_retry_request',
    'encrypted_extensions',
    'certificate',
    'certificate_request',
    'new_session_ticket',
  ];
  for (const extension of knownExtensions.values()) {
    for (const message of messages) {
      const list = [
        { type: 0x9999, body: fromHex('') },
        { type: extension.type, body: fromHex('') },
      ];
      if (message in extension.in) {
        expect(allowedExtensions(list, message, knownExtensions)).toBe(list);
        continue;
      }
      const error = thrown(() => allowedExtensions(list, message, knownExtensions));
      expect([error.kind, error.path]).toEqual(['forbidden-extension', [message, extension.name]]);
    }
  }
});

test('an extension that nobody knows is allowed everywhere, and a missing list is an empty one', () => {
  const grease = [{ type: 0x0a0a, body: fromHex('ff') }];
  expect(allowedExtensions(grease, 'encrypted_extensions', knownExtensions)).toBe(grease);
  expect(allowedExtensions(undefined, 'client_hello', knownExtensions)).toEqual([]);
});

test('TLS 1.3 extensions stand where the table of RFC 9846 §4.3 says', () => {
  const file = new URL('../../../../shared/rfcs/rfc9846.md', import.meta.url);
  if (!existsSync(file)) {
    console.log('rfc9846.md is not here: the table of extensions is not compared');
    return;
  }
  const short: Readonly<Record<string, string>> = {
    client_hello: 'CH',
    server_hello: 'SH',
    encrypted_extensions: 'EE',
    certificate: 'CT',
    certificate_request: 'CR',
    new_session_ticket: 'NST',
    hello_retry_request: 'HRR',
  };
  const table = new Map(
    [...readFileSync(file, 'utf8').matchAll(/^\| (\w+) .*\| *([A-Z, ]+) *\|$/gm)].map(([, name, places]) => [
      name as string,
      (places as string).split(',').map((place) => place.trim()),
    ]),
  );
  const compared = [...knownExtensions.values()].filter(({ name }) => table.has(name));
  for (const { name, in: places } of compared) {
    const ours = Object.keys(places).flatMap((message) => short[message] ?? []);
    expect(ours.toSorted(), name).toEqual(table.get(name)?.toSorted());
  }
  expect(compared.length).toBeGreaterThanOrEqual(18);
});

test('names and numbers are those that IANA registered', () => {
  for (const [type, extension] of knownExtensions) {
    expect(extension.type).toBe(type);
    expect(nameOf(extensionTypes, type)).toBe(
      // RFC 9846 §11.1 renames it; the registry still has the old name.
      extension.name === 'extended_main_secret' ? 'extended_master_secret' : extension.name,
    );
    expect(extension.section).toMatch(/^RFC \d+ §\d+(\.\d+)*$/);
  }
});

test('an extension is decoded when asked for, and its error says which one', () => {
  const list = [
    rawExtension(supportedVersions, 'client_hello', [0x0304, 0x0303]),
    { type: cookie.type, body: fromHex('0002aa') },
  ];
  expect(readExtension(list, supportedVersions, 'client_hello')).toEqual([0x0304, 0x0303]);
  expect(readExtension(list, keyShare, 'client_hello')).toBeUndefined();
  expect(readExtension(undefined, keyShare, 'client_hello')).toBeUndefined();
  expect([hasExtension(list, cookie), hasExtension(list, keyShare), hasExtension(undefined, cookie)]).toEqual(
    [true, false, false],
  );
  const error = thrown(() => readExtension(list, cookie, 'client_hello'));
  expect([error.path, error.at]).toEqual([['cookie'], 2]);
});

test('bytes after an extension\u2019s structure are refused (RFC 9846 §4.3)', () => {
  const list = [{ type: earlyData.type, body: fromHex('00') }];
  expect(thrown(() => readExtension(list, earlyData, 'client_hello')).expected).toBe(
    'the end of the structure',
  );
  const share = [{ type: keyShare.type, body: fromHex('001d000101ff') }];
  expect(thrown(() => readExtension(share, keyShare, 'server_hello')).at).toBe(5);
});

test('an extension cannot be read or written in a message that forbids it: it does not compile', () => {
  const none: ExtensionList = [];
  // @ts-expect-error: pre_shared_key has no structure in EncryptedExtensions
  expect(readExtension(none, preSharedKey, 'encrypted_extensions')).toBeUndefined();
  // @ts-expect-error: key_share has none in Certificate
  expect(readExtension(none, keyShare, 'certificate')).toBeUndefined();
  // @ts-expect-error: supported_versions has none in a ServerHello of TLS 1.2
  expect(readExtension(none, supportedVersions, 'tls12_server_hello')).toBeUndefined();
  // @ts-expect-error: the server's cookie goes into HelloRetryRequest, not into ServerHello
  expect(() => rawExtension(cookie, 'server_hello', fromHex('00'))).toThrow(TypeError);
  const share = { group: 29, keyExchange: fromHex('00') };
  // @ts-expect-error: a HelloRetryRequest names a group and carries no share
  expect(() => rawExtension(keyShare, 'hello_retry_request', share)).toThrow(/does not fit/);
  const group: number | undefined = readExtension(none, keyShare, 'hello_retry_request');
  expect(group).toBeUndefined();
});

test('a private extension needs its number, its name and its structure, and gets its span', () => {
  const mine: Extension<{ client_hello: number }> = {
    type: 0xff77,
    name: 'my_extension',
    section: 'RFC 9846 §4.3',
    in: { client_hello: uint(2, 'MyNumber') },
  };
  const list = [rawExtension(mine, 'client_hello', 0x1234)];
  expect(readExtension(list, mine, 'client_hello')).toBe(0x1234);
});

test('the server\u2019s ALPN answer holds exactly one name (RFC 7301 §3.1)', () => {
  const two = [{ type: 16, body: fromHex('0006 0268320268 33') }];
  expect(() => readExtension(two, applicationLayerProtocolNegotiation, 'client_hello')).not.toThrow();
  expect(
    thrown(() => readExtension(two, applicationLayerProtocolNegotiation, 'encrypted_extensions')).expected,
  ).toBe('exactly one protocol name');
  expect(protocolName.of(protocolName.bytes('http/1.1'))).toBe('http/1.1');
});

test('a host name is one name of printable ASCII, in lower case (RFC 6066 §3)', () => {
  const body = (text: string) => ({ tag: 0, body: new TextEncoder().encode(text) });
  expect(hostNameOf([{ tag: 7, body: fromHex('00') }, body('Example.COM')])).toBe('example.com');
  expect(hostNameOf(hostNameList('xn--bcher-kva.example'))).toBe('xn--bcher-kva.example');
  for (const list of [
    [],
    [{ tag: 7, body: fromHex('00') }],
    [body('a'), body('b')],
    [body('b\u00fccher')],
    [body('a b')],
  ]) {
    expect(isDecodeError(thrown(() => hostNameOf(list)))).toBe(true);
  }
  for (const host of ['', 'b\u00fccher.example', 'a b', 'a'.repeat(256)]) {
    expect(() => hostNameList(host)).toThrow(expect.toSatisfy(isTlsMisuse));
  }
  expect(
    readExtension([rawExtension(serverName, 'client_hello', hostNameList('a'))], serverName, 'client_hello'),
  ).toEqual([body('a')]);
});

test('binders end the ClientHello, so what they do not cover has a known length (RFC 9846 §4.3.11.2)', () => {
  const binders = [new Uint8Array(32).fill(1), new Uint8Array(48).fill(2)];
  const identities = binders.map(() => ({ identity: fromHex('aa'), obfuscatedTicketAge: 7 }));
  const offer = rawExtension(preSharedKey, 'client_hello', { identities, binders });
  const { raw } = message13('client_hello', { ...hello, extensions: [offer] });
  expect(bindersLength(binders)).toBe(2 + 33 + 49);
  expect(toHex(raw.subarray(raw.length - bindersLength(binders)))).toBe(
    `0052${'20'}${'01'.repeat(32)}${'30'}${'02'.repeat(48)}`,
  );
});
