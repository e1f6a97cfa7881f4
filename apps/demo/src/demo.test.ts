import { beforeAll, describe, expect, test } from 'vitest';
import { playDemo } from './demo.ts';
import type { DemoEvent, MessageEvent, SecretEvent, VerdictEvent } from './events.ts';
import { plain } from './paint.ts';
import { render } from './render.ts';
import { lineWidth } from './wrap.ts';

const events: DemoEvent[] = [];
let holds = false;

beforeAll(async () => {
  holds = await playDemo(['a', 'b', 'c', 'd', 'e', 'f'], (event) => void events.push(event));
});

test('every scene ends as it should', () => {
  expect(ofKind('check').filter((check) => !check.holds)).toEqual([]);
  expect(holds).toBe(true);
  expect(ofKind('scene-end').map(({ scene }) => scene)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  expect(events.at(-1)).toMatchObject({ event: 'end', holds: true, connections: 18 });
});

const page = ['> application data', '< application data'];
const goodbye = ['< Alert close_notify', '> Alert close_notify'];

describe('the messages are those of the RFCs, in their order', () => {
  const first13 = ['> ClientHello', '< ServerHello', '< ChangeCipherSpec', '< EncryptedExtensions'];
  const server13 = ['< Certificate', '< CertificateVerify', '< Finished', '> ChangeCipherSpec'];
  const tickets = ['< NewSessionTicket', '< NewSessionTicket'];

  test('a: TLS 1.3, full (RFC 9846 §2, figure 1)', () => {
    const end = ['> Finished', '> application data', ...tickets, '< application data', ...goodbye];
    expect(ladderOf('a1')).toEqual([...first13, ...server13, ...end]);
  });

  test('a: TLS 1.3, resumed without a certificate (RFC 9846 §2.2)', () => {
    const end = ['< Finished', '> ChangeCipherSpec', '> Finished', '> application data', ...tickets];
    expect(ladderOf('a2')).toEqual([...first13, ...end, '< application data', ...goodbye]);
  });

  const first12 = ['> ClientHello', '< ServerHello', '< Certificate'];
  const client12 = ['> ClientKeyExchange', '> ChangeCipherSpec', '> Finished'];
  const server12 = ['< ChangeCipherSpec', '< Finished'];

  test('b: TLS 1.2 with ECDHE and a new ticket (RFC 5077 §3.1, figure 1)', () => {
    const exchange = ['< ServerKeyExchange', '< ServerHelloDone', ...client12, '< NewSessionTicket'];
    expect(ladderOf('b1')).toEqual([...first12, ...exchange, ...server12, ...page, ...goodbye]);
  });

  test('b: TLS 1.2 without tickets has a session ID instead (RFC 5246 §7.3, figure 1)', () => {
    const exchange = ['< ServerKeyExchange', '< ServerHelloDone', ...client12];
    expect(ladderOf('b3')).toEqual([...first12, ...exchange, ...server12, ...page, ...goodbye]);
    expect(factNames('b3', 'ServerHello')).toContain('session ID');
    expect(factNames('b1', 'ServerHello')).not.toContain('session ID');
  });

  test.each(['b2', 'b4'])('%s: TLS 1.2 resumed (RFC 5246 §7.3, figure 2)', (connection) => {
    const short = ['> ClientHello', '< ServerHello', ...server12, '> ChangeCipherSpec', '> Finished'];
    expect(ladderOf(connection)).toEqual([...short, ...page, ...goodbye]);
  });

  test.each(['c1', 'c2'])('%s: RSA key exchange has no ServerKeyExchange (RFC 5246 §7.4.3)', (connection) => {
    const exchange = ['< ServerHelloDone', ...client12, ...server12];
    expect(ladderOf(connection)).toEqual([...first12, ...exchange, ...page, ...goodbye]);
  });

  const asking13 = [...first13, '< CertificateRequest', ...server13];

  test('d: a client certificate in TLS 1.3 (RFC 9846 §2, figure 1)', () => {
    const client = ['> Certificate', '> CertificateVerify', '> Finished'];
    expect(ladderOf('d1')).toEqual([...asking13, ...client, ...page, ...goodbye]);
    expect(ladderOf('d2')).toEqual([...asking13, ...client, '> application data', '< Alert unknown_ca']);
  });

  test('d: without one the list is empty and CertificateVerify is left out (RFC 9846 §4.5.1)', () => {
    const none = ['> Certificate', '> Finished', '> application data', '< Alert certificate_required'];
    expect(ladderOf('d3')).toEqual([...asking13, ...none]);
    const flight = ['< ServerKeyExchange', '< CertificateRequest', '< ServerHelloDone', '> Certificate'];
    expect(ladderOf('d4')).toEqual([...first12, ...flight, ...client12, '< Alert handshake_failure']);
  });

  test.each([
    ['e1', 'certificate_expired'],
    ['e2', 'bad_certificate'],
    ['e3', 'unknown_ca'],
  ])('%s: the client ends the handshake with %s (RFC 9846 §6.2)', (connection, alert) => {
    expect(ladderOf(connection)).toEqual([...first13, ...server13, `> Alert ${alert}`]);
  });

  test.each(['f1', 'f2', 'f3'])('%s: the first answer is protocol_version (RFC 9846 §6.2)', (connection) => {
    expect(ladderOf(connection)).toEqual(['> ClientHello', '< Alert protocol_version']);
  });
});

test('the hand-made peers offer what they say', () => {
  const highest = ['f1', 'f2', 'f3'].map((connection) =>
    factValue(connection, 'ClientHello', 'highest version'),
  );
  expect(highest).toEqual(['SSL 3.0', 'TLS 1.0', 'TLS 1.1']);
});

test('each refused certificate comes with the sentence of a browser', () => {
  const sentences = ['e1', 'e2', 'e3'].map((connection) => verdictOn(connection).reason?.browser);
  expect(sentences).toEqual([
    expect.stringMatching(/expired on \d{4}-\d\d-\d\d\.$/),
    expect.stringContaining('not for shop.example, only for'),
    expect.stringContaining('issued by CN=Stranger Root, which is not known here'),
  ]);
  expect(verdictOn('e1').checks[0]?.failed.map(({ check }) => check)).toEqual(['validity']);
});

test('an accepted certificate comes with its path and the checks of each certificate on it', () => {
  const { verdict, path, checks } = verdictOn('a1');
  expect(verdict).toBe('accepted');
  expect(path.map((line) => line.replace(/ \(.*/, ''))).toEqual([
    'CN=shop.example',
    'CN=Demo Issuer',
    'CN=Demo Root',
  ]);
  expect(checks.map(({ subject }) => subject)).toEqual(['CN=shop.example', 'CN=Demo Issuer', 'CN=Demo Root']);
  expect(checks.flatMap(({ failed }) => failed)).toEqual([]);
  expect(verdictOn('a2').verdict).toBe('from-session');
});

test('messages that the other end never looked at say so', () => {
  const unread = messagesOf('e1').filter(({ read }) => read === false);
  expect(unread.map(({ name }) => name)).toEqual(['CertificateVerify', 'Finished']);
  expect(messagesOf('a1').filter(({ read }) => read !== true)).toEqual([]);
});

test('every secret of a finished handshake is derived at both ends alike, and its value is not told', () => {
  const secrets = ofKind('secret').filter(({ connection }) => connection === 'a1');
  expect(secrets.map(({ label, same }) => [label, same])).toEqual([
    ['CLIENT_HANDSHAKE_TRAFFIC_SECRET', true],
    ['SERVER_HANDSHAKE_TRAFFIC_SECRET', true],
    ['CLIENT_TRAFFIC_SECRET_0', true],
    ['SERVER_TRAFFIC_SECRET_0', true],
    ['EXPORTER_SECRET', true],
  ]);
  const fields: readonly (keyof SecretEvent)[] = [
    'event',
    'connection',
    'label',
    'name',
    'length',
    'use',
    'ends',
    'same',
  ];
  for (const secret of secrets) expect(Object.keys(secret).toSorted()).toEqual([...fields].toSorted());
});

test('values are told of RSA key exchange alone', () => {
  const connections = new Set(ofKind('derivation').map(({ connection }) => connection));
  expect([...connections]).toEqual(['c1', 'c2']);
  const values = ofKind('derivation').filter(({ connection }) => connection === 'c1');
  expect(values.map(({ name, length }) => [name, length])).toEqual([
    ['EncryptedPreMasterSecret', 256],
    ['premaster secret', 48],
    ['client random', 32],
    ['server random', 32],
    ['master secret', 48],
    ['key block', 40],
    ['client_write_key', 16],
    ['server_write_key', 16],
    ['client_write_IV', 4],
    ['server_write_IV', 4],
  ]);
  const value = (name: string): string => values.find((one) => one.name === name)?.value ?? '';
  expect(value('premaster secret')).toMatch(/^0303/);
  const parts = ['client_write_key', 'server_write_key', 'client_write_IV', 'server_write_IV'];
  expect(value('key block')).toBe(parts.map(value).join(''));
});

test('the events survive JSON, and the text is made of nothing else', () => {
  const lines = events.map((event) => JSON.stringify(event));
  const read = lines.map((line) => JSON.parse(line) as DemoEvent);
  expect(read).toEqual(events);
  expect(render(read, plain)).toEqual(render(events, plain));
});

test('the text fits its width and has no colour outside a terminal', () => {
  const lines = render(events, plain);
  expect(lines.filter((line) => line.length > lineWidth)).toEqual([]);
  expect(lines.filter((line) => line.includes('\u001b'))).toEqual([]);
});

type OfKind<K> = Extract<DemoEvent, { readonly event: K }>;

function ofKind<K extends DemoEvent['event']>(kind: K): readonly OfKind<K>[] {
  return events.filter((event): event is OfKind<K> => event.event === kind);
}

const messagesOf = (connection: string): readonly MessageEvent[] =>
  ofKind('message').filter((message) => message.connection === connection);

/** `> ClientHello` for what the client sends, `< ServerHello` for what the server sends. */
const ladderOf = (connection: string): readonly string[] =>
  messagesOf(connection).map(({ from, name }) => `${from === 'client' ? '>' : '<'} ${name}`);

const factsOf = (connection: string, name: string): MessageEvent['facts'] =>
  messagesOf(connection).find((message) => message.name === name)?.facts ?? [];

const factNames = (connection: string, message: string): readonly string[] =>
  factsOf(connection, message).map(({ name }) => name);

const factValue = (connection: string, message: string, fact: string): unknown =>
  factsOf(connection, message).find(({ name }) => name === fact)?.value;

function verdictOn(connection: string): VerdictEvent {
  const found = ofKind('verdict').find((event) => event.connection === connection && event.of === 'server');
  if (found === undefined) throw new RangeError(`no verdict in ${connection}`);
  return found;
}
