import { groups, suites } from '@tlsmith/types';
import { expect, test } from 'vitest';
import { help, readFlags, type Settings } from './flags.ts';
import { UsageError } from '@tlsmith/app-terminal';

const read = (...argv: readonly string[]): Settings => readFlags(['--cert', 'own.pem', ...argv]) as Settings;

test('a certificate alone asks for both versions on 127.0.0.1:4433, with tickets, and a console', () => {
  expect(read()).toMatchObject({
    host: '127.0.0.1',
    port: 4433,
    identities: [{ chainFile: 'own.pem', keyFile: 'own.pem' }],
    clientCertificates: 'none',
    versions: ['tls13', 'tls12'],
    tickets: true,
    sessionIds: false,
    sessionLifetime: 86_400,
    service: 'console',
    startTls: undefined,
    accepts: undefined,
    maxConnections: undefined,
    show: { json: false, summary: true, messages: false },
  });
});

test('certificates and keys come in pairs, in their order', () => {
  expect(readFlags(['--cert', 'a', '--cert', 'b', '--key', 'x', '--key', 'y'])).toMatchObject({
    identities: [
      { chainFile: 'a', keyFile: 'x' },
      { chainFile: 'b', keyFile: 'y' },
    ],
  });
});

test('what is accepted is given by names, in their order', () => {
  const settings = read(
    '--suites=TLS_RSA_WITH_AES_128_GCM_SHA256',
    '--groups=secp384r1',
    '--alpn=h2,http/1.1',
  );
  expect(settings).toMatchObject({
    suites: [suites.TLS_RSA_WITH_AES_128_GCM_SHA256],
    versions: ['tls12'],
    groups: [groups.secp384r1],
    alpn: ['h2', 'http/1.1'],
  });
  expect(read('--versions', '1.2').versions).toEqual(['tls12']);
  expect(read('--tls1.3').versions).toEqual(['tls13']);
});

test('client certificates are asked for with the roots that count', () => {
  expect(read('--client-ca', 'a', '--require-client-certificate').clientCertificates).toEqual({
    wish: 'require',
    rootFiles: ['a'],
  });
  expect(read('--client-ca', 'a', '--request-client-certificate').clientCertificates).toMatchObject({
    wish: 'request',
  });
});

test('the other flags say what they are named for', () => {
  expect(
    read(
      '--port=0',
      '--host=::1',
      '--no-tickets',
      '--session-ids',
      '--session-lifetime=60',
      '--starttls=imap',
    ),
  ).toMatchObject({
    port: 0,
    host: '::1',
    tickets: false,
    sessionIds: true,
    sessionLifetime: 60,
    startTls: { name: 'IMAP' },
  });
  expect(read('--www', '--naccept=2', '--max-connections=3', '--json', '--trace', '--quiet')).toMatchObject({
    service: 'status',
    accepts: 2,
    maxConnections: 3,
    show: { json: true, summary: false, messages: true },
  });
  expect(read('--echo').service).toBe('echo');
  expect(readFlags(['--cert', 'a'], { SSLKEYLOGFILE: 'keys' })).toMatchObject({ keyLogFile: 'keys' });
});

const refused = [
  [['--foo'], /Unknown option '--foo'/],
  [['localhost'], /Unexpected argument 'localhost'/],
  [['--key', 'a', '--key', 'b'], /in pairs: there are 1 and 2/],
  [['--port', '65536'], /whole number from 0 to 65535, not '65536'/],
  [['--client-ca', 'a'], /need --request-client-certificate or --require-client-certificate as well/],
  [['--require-client-certificate'], /need --client-ca as well/],
  [['--client-ca=a', '--request-client-certificate', '--require-client-certificate'], /exclude each other/],
  [['--www', '--echo'], /exclude each other/],
  [['--session-lifetime', '604801'], /whole number from 1 to 604800/],
  [['--suites', 'AES128-SHA'], /'AES128-SHA' is none of TLS_AES_128_GCM_SHA256, /],
  [['--tls1.2', '--suites', 'TLS_AES_128_GCM_SHA256'], /no suite of TLS 1\.2/],
  [['--starttls', 'ftp'], /'ftp' is none of smtp, imap, pop3/],
  [['--naccept', '0'], /whole number from 1/],
] as const;

test.each(refused)('%j is refused with what is allowed', (argv, message) => {
  expect(() => read(...argv)).toThrow(message);
  expect(() => read(...argv)).toThrow(UsageError);
});

test('no certificate at all is refused', () => {
  expect(() => readFlags([])).toThrow(/--cert FILE is needed/);
});

test('help names every flag once, and needs no certificate', () => {
  expect(readFlags(['-h'])).toBe('help');
  const named = [...help().matchAll(/^ {2}(--[a-z0-9.-]+)/gm)].map(([, name]) => name);
  expect(new Set(named).size).toBe(named.length);
  expect(named).toEqual(expect.arrayContaining(['--cert', '--client-ca', '--www', '--naccept', '--help']));
  for (const line of help().split('\n')) expect(line.length).toBeLessThanOrEqual(120);
});
