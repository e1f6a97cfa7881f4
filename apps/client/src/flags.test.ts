import { groups, suites, toHex } from '@tlsmith/types';
import { expect, test } from 'vitest';
import { help, readFlags, type Settings } from './flags.ts';
import { UsageError } from '@tlsmith/app-terminal';

const read = (...argv: readonly string[]): Settings => readFlags(['localhost:4433', ...argv]) as Settings;

test('host and port alone ask for TLS 1.3 or 1.2, the roots of the machine, and a summary', () => {
  expect(read()).toMatchObject({
    target: { host: 'localhost', port: 4433 },
    serverName: 'localhost',
    sendsServerName: true,
    trust: { decision: 'roots', rootFiles: [], system: true, pins: [] },
    versions: ['tls13', 'tls12'],
    suites: undefined,
    identity: undefined,
    http: undefined,
    reconnects: 0,
    timeout: 30_000,
    show: { json: false, summary: true, messages: false, bytes: false, records: false },
  });
});

const targets = [
  ['example.com', 'example.com', 443],
  ['example.com:8443', 'example.com', 8443],
  ['192.0.2.1:1', '192.0.2.1', 1],
  ['[2001:db8::1]:65535', '2001:db8::1', 65_535],
  ['[::1]', '::1', 443],
  ['::1', '::1', 443],
] as const;

test.each(targets)('%s is host %s, port %i', (text, host, port) => {
  expect(readFlags([text])).toMatchObject({ target: { host, port }, serverName: host });
});

test.each(['', ':443', 'a:0', 'a:65536', 'a:b', 'a:1:2', '[a]:1', '[::1', 'a:', 'a:123456'])(
  "'%s' is no host and port",
  (text) => {
    expect(() => readFlags([text])).toThrow(/is not host:port; write example\.com:443/);
  },
);

test('trust is roots of files, of the machine, of both, or pins', () => {
  expect(read('--ca', 'a', '--ca', 'b').trust).toMatchObject({ rootFiles: ['a', 'b'], system: false });
  expect(read('--ca', 'a', '--system-roots').trust).toMatchObject({ rootFiles: ['a'], system: true });
  const { decision, pins } = read('--pin', `sha256:${'Ab'.repeat(32)}`).trust;
  expect([decision, ...pins.map(({ of, sha256 }) => `${of} ${toHex(sha256)}`)]).toEqual([
    'pins',
    `certificate ${'ab'.repeat(32)}`,
    `public-key ${'ab'.repeat(32)}`,
  ]);
  expect(read('--insecure-accept-any-certificate').trust.decision).toBe('anybody');
});

test('what is offered is given by names, in their order', () => {
  const settings = read(
    '--suites=TLS_CHACHA20_POLY1305_SHA256,TLS_AES_128_GCM_SHA256',
    '--groups=secp384r1,x25519',
    '--key-shares=x25519',
    '--alpn=h2,http/1.1',
  );
  expect(settings).toMatchObject({
    suites: [suites.TLS_CHACHA20_POLY1305_SHA256, suites.TLS_AES_128_GCM_SHA256],
    groups: [groups.secp384r1, groups.x25519],
    keyShares: [groups.x25519],
    alpn: ['h2', 'http/1.1'],
  });
});

const versions = [
  [['--tls1.2'], ['tls12']],
  [['--tls1.3'], ['tls13']],
  [
    ['--tls1.2', '--tls1.3'],
    ['tls13', 'tls12'],
  ],
  [
    ['--versions', '1.2,1.3'],
    ['tls12', 'tls13'],
  ],
  [['--suites', 'TLS_AES_128_GCM_SHA256'], ['tls13']],
  [['--suites', 'TLS_RSA_WITH_AES_128_GCM_SHA256'], ['tls12']],
  [['--suites', 'TLS_RSA_WITH_AES_128_GCM_SHA256', '--tls1.2'], ['tls12']],
] as const;

test.each(versions)('%j asks for %j', (argv, wanted) => {
  expect(read(...argv).versions).toEqual(wanted);
});

test('a key may be in the file of its certificate', () => {
  expect(read('--cert', 'a').identity).toEqual({ chainFile: 'a', keyFile: 'a' });
  expect(read('--cert', 'a', '--key', 'b').identity).toEqual({ chainFile: 'a', keyFile: 'b' });
});

test('the path of --http is optional', () => {
  expect(read('--http').http).toBe('/');
  expect(read('--http', '/a?b').http).toBe('/a?b');
  expect(read('--http', '--trace')).toMatchObject({ http: '/', show: { messages: true } });
  expect(readFlags(['--http', 'localhost:1'])).toMatchObject({ http: '/', target: { port: 1 } });
});

test('--hex shows messages, and quiet hides all but data', () => {
  expect(read('--hex').show).toMatchObject({ messages: true, bytes: true });
  expect(read('--quiet', '--json', '--record-trace').show).toMatchObject({
    summary: false,
    json: true,
    records: true,
  });
});

test('a key log is asked for by flag or by SSLKEYLOGFILE, and the flag wins', () => {
  const env = { SSLKEYLOGFILE: 'env' };
  expect(readFlags(['a'], env)).toMatchObject({ keyLogFile: 'env' });
  expect(readFlags(['a', '--keylog', 'flag'], env)).toMatchObject({ keyLogFile: 'flag' });
  expect(readFlags(['a'], { SSLKEYLOGFILE: '' })).toMatchObject({ keyLogFile: undefined });
});

const refused = [
  [['--foo'], /Unknown option '--foo'/],
  [['other:1'], /one host:port is needed, not 2/],
  [['--servername', 'a', '--no-servername'], /exclude each other/],
  [['--pin', 'sha256:12'], /64 hexadecimal digits, not 'sha256:12'/],
  [['--pin', 'ab'.repeat(32)], /--pin takes sha256:/],
  [['--pin', `sha256:${'ab'.repeat(32)}`, '--ca', 'a'], /--pin stands alone/],
  [['--key', 'a'], /--key needs --cert/],
  [['--alpn', 'a,,b'], /single commas/],
  [['--suites', 'TLS_NOTHING'], /'TLS_NOTHING' is none of TLS_AES_128_GCM_SHA256, /],
  [['--suites', 'toString'], /'toString' is none of/],
  [['--groups', 'x25519', '--key-shares', 'secp256r1'], /secp256r1 is not among x25519/],
  [['--versions', '1.1'], /'1\.1' is none of 1\.3, 1\.2/],
  [['--versions', '1.2', '--tls1.3'], /--versions excludes/],
  [['--tls1.3', '--suites', 'TLS_RSA_WITH_AES_128_GCM_SHA256'], /no suite of TLS 1\.3/],
  [['--starttls', 'gopher'], /'gopher' is none of smtp, imap, pop3, ftp/],
  [['--reconnect', '-1'], /argument/],
  [['--reconnect=1.5'], /whole number from 0 to 1000, not '1\.5'/],
  [['--timeout', '0'], /whole number from 1 to 3600000/],
] as const;

test.each(refused)('%j is refused with what is allowed', (argv, message) => {
  expect(() => read(...argv)).toThrow(message);
  expect(() => read(...argv)).toThrow(UsageError);
});

test('no target at all is refused', () => {
  expect(() => readFlags([])).toThrow(/one host:port is needed, not 0/);
});

test('help names every flag once, and needs no target', () => {
  expect(readFlags(['--help'])).toBe('help');
  const named = [...help().matchAll(/^ {2}(--[a-z0-9.-]+)/gm)].map(([, name]) => name);
  expect(new Set(named).size).toBe(named.length);
  expect(named).toEqual(
    expect.arrayContaining(['--ca', '--tls1.2', '--sess-in', '--starttls', '--json', '--help']),
  );
  for (const line of help().split('\n')) expect(line.length).toBeLessThanOrEqual(120);
});
