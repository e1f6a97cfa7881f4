import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer, type TlsOptions, TLSSocket } from 'node:tls';
import { parseKeyLog } from '@tlsmith/key-schedule';
import { certificateFiles } from '@tlsmith/testkit/node';
import { X509Certificate } from 'node:crypto';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { client, eventOf, hasOpenssl, type Program, startOpenssl } from './programs.test-support.ts';
import { UsageError } from '@tlsmith/app-terminal';

// Programs take their time to start where many do at once.
vi.setConfig({ testTimeout: 60_000 });

const files = certificateFiles();
afterAll(() => files.remove());
const open: (Server | Program)[] = [];
afterEach(() => {
  for (const one of open.splice(0)) {
    if ('stop' in one) one.stop();
    else one.close();
  }
});

const own = files.certificate('p256');
const pem = readFileSync(own, 'utf8');

async function listening(server: Server): Promise<number> {
  open.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Sends back what comes, and closes when the client has. */
function echo(socket: TLSSocket): void {
  socket.on('error', () => undefined);
  socket.pipe(socket);
}

/** What node:tls knows of a connection while it lives. */
interface Visit {
  readonly resumed: boolean;
  readonly authorized: boolean;
  readonly client: unknown;
  readonly suite: string;
  readonly serverName: unknown;
}

/** Node's own TLS server; the flags that reach and believe it, and what it saw. */
async function nodeServer(options: TlsOptions = {}, serve: (socket: TLSSocket) => void = echo) {
  const visits: Visit[] = [];
  const all = { cert: pem, key: pem, allowHalfOpen: true, ...options } as TlsOptions;
  const server = createServer(all, (socket) => {
    visits.push({
      resumed: socket.isSessionReused(),
      authorized: socket.authorized,
      client: socket.getPeerCertificate().subject?.CN,
      suite: socket.getCipher().standardName,
      serverName: (socket as unknown as { servername: unknown }).servername,
    });
    serve(socket);
  });
  server.on('tlsClientError', () => undefined);
  const port = await listening(server);
  return { server, visits, port, at: [`localhost:${port}`, '--ca', files.ca] };
}

test('stdin goes to the server, and what it sends comes out of stdout, with the summary beside it', async () => {
  const { at } = await nodeServer();
  const { status, out, err } = await client('one\ntwo\n', ...at);
  expect([status, out]).toEqual([0, 'one\ntwo\n']);
  expect(err).toMatch(/^connecting to localhost:\d+$/m);
  expect(err).toMatch(/^connected, TLS 1\.3$/m);
  expect(err).toMatch(
    /^ {2}0 {2}CN=localhost \(p256, 256 bits\)\n {5}issued by CN=Test Root\n {5}for DNS:localhost$/m,
  );
  expect(err).toMatch(/^checks\n {2}ok {4}CN=localhost: .*\n {2}ok {6}CN=Test Root: .*signature/m);
  expect(err).toMatch(/^verdict {7}trusted: localhost is vouched for by CN=Test Root$/m);
  expect(err).toMatch(/^suite {9}TLS_AES_\w+$/m);
  expect(err).toMatch(/^key exchange {2}x25519$/m);
  expect(err).toMatch(/^signature {5}ecdsa_secp256r1_sha256$/m);
  expect(err).toMatch(/^resumed {7}no$/m);
  expect(err).toMatch(/^closed; 8 bytes sent, 8 bytes received$/m);
});

test('--quiet leaves the data alone', async () => {
  const { at } = await nodeServer();
  expect(await client('hello', ...at, '--quiet')).toMatchObject({ status: 0, out: 'hello', err: '' });
});

test('--json tells everything on stdout, one event a line', async () => {
  const { at, port } = await nodeServer();
  const outcome = await client('hello', ...at, '--json', '--tls1.2');
  expect(outcome.err).toBe('');
  expect(outcome.events.map(({ event }) => event)).toEqual([
    'connecting',
    'connected',
    'session',
    'data',
    'closed',
  ]);
  expect(eventOf(outcome, 'connecting')).toMatchObject({ host: 'localhost', port, resuming: false });
  expect(eventOf(outcome, 'connected')).toMatchObject({
    version: 'TLS 1.2',
    suite: expect.stringMatching(/^TLS_ECDHE_ECDSA_WITH_AES_/) as string,
    keyExchange: 'x25519',
    verdict: 'trusted',
    serverName: 'localhost',
    resumed: false,
    extendedMasterSecret: true,
    chain: [{ subject: 'CN=localhost', issuer: 'CN=Test Root', names: ['DNS:localhost'] }],
  });
  expect(eventOf(outcome, 'data')).toMatchObject({
    length: 5,
    base64: Buffer.from('hello').toString('base64'),
  });
  expect(eventOf(outcome, 'closed')).toMatchObject({ sent: 5, received: 5 });
});

test('--http asks for a path and prints the answer, more than fits one record', async () => {
  const body = 'x'.repeat(300_000);
  const heard: string[] = [];
  const { at, port } = await nodeServer({}, (socket) => {
    socket.once('data', (chunk: Buffer) => {
      heard.push(chunk.toString());
      socket.end(`HTTP/1.1 200 OK\r\n\r\n${body}`);
    });
  });
  const { status, out } = await client('never sent', ...at, '--http', '/path', '--quiet');
  expect([status, out]).toEqual([0, `HTTP/1.1 200 OK\r\n\r\n${body}`]);
  expect(heard).toEqual([`GET /path HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`]);
});

test('--crlf sends line ends as CR LF', async () => {
  const { at } = await nodeServer();
  expect(await client('a\nb\n', ...at, '--crlf', '--quiet')).toMatchObject({ out: 'a\r\nb\r\n' });
});

const resuming = [
  ['--tls1.3', 'TLS 1.3'],
  ['--tls1.2', 'TLS 1.2'],
] as const;

test.each(resuming)('--reconnect resumes (%s)', async (flag, version) => {
  const { at, visits } = await nodeServer();
  const outcome = await client('last words', ...at, flag, '--reconnect', '2', '--json');
  expect(outcome.status).toBe(0);
  const connected = outcome.events.filter((one) => one.event === 'connected');
  expect(connected.map((one) => [one.version, one.resumed, one.verdict])).toEqual([
    [version, false, 'trusted'],
    [version, true, 'resumed'],
    [version, true, 'resumed'],
  ]);
  expect(visits.map(({ resumed }) => resumed)).toEqual([false, true, true]);
  expect(outcome.events.filter(({ event }) => event === 'data')).toHaveLength(1);
});

test.each(resuming)('sessions in a file resume a later run under the same trust only (%s)', async (flag) => {
  const { at, visits } = await nodeServer();
  const file = join(files.folder, `sessions${flag}`);
  await client('', ...at, flag, '--sess-out', file);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  await client('', ...at, '--insecure-accept-any-certificate', flag, '--sess-in', file);
  await client('', ...at, '--ca', files.otherCa, flag, '--sess-in', file);
  await client('', ...at, '--cert', own, flag, '--sess-in', file);
  const { err } = await client('', ...at, flag, '--sess-in', file);
  expect(visits.map(({ resumed }) => resumed)).toEqual([false, false, false, false, true]);
  expect(err).toMatch(/^connecting to .*, with a session to resume$/m);
});

test('what is no session file is left alone and told', async () => {
  const { at } = await nodeServer();
  await expect(client('', ...at, '--sess-in', own)).rejects.toThrow(/session file: .* is not a session file/);
  await expect(client('', ...at, '--sess-out', own)).rejects.toThrow(UsageError);
  expect(readFileSync(own, 'utf8')).toBe(pem);
});

test('--cert shows a client certificate to a server that asks', async () => {
  const ca = readFileSync(files.ca, 'utf8');
  const { at, visits } = await nodeServer({ requestCert: true, ca });
  for (const flag of ['--tls1.3', '--tls1.2']) {
    expect(await client('hello', ...at, flag, '--cert', own, '--quiet')).toMatchObject({
      status: 0,
      out: 'hello',
    });
  }
  expect(visits.map(({ authorized, client: name }) => [authorized, name])).toEqual([
    [true, 'localhost'],
    [true, 'localhost'],
  ]);
});

test('a client without the certificate that it needs is told so by alert', async () => {
  const { at } = await nodeServer({
    requestCert: true,
    ca: readFileSync(files.ca, 'utf8'),
    rejectUnauthorized: true,
  });
  const outcome = await client('hello', ...at, '--tls1.2', '--json');
  expect(outcome.status).toBe(1);
  expect(eventOf(outcome, 'failed')).toMatchObject({
    alert: { direction: 'read', description: 'handshake_failure' },
  });
});

test('ALPN, suites, groups and versions are those asked for', async () => {
  const { at, visits } = await nodeServer({ ALPNProtocols: ['http/1.1'] });
  const flags = [
    '--alpn',
    'h2,http/1.1',
    '--suites',
    'TLS_CHACHA20_POLY1305_SHA256',
    '--groups',
    'secp384r1',
  ];
  const outcome = await client('', ...at, ...flags, '--json');
  expect(eventOf(outcome, 'connected')).toMatchObject({
    version: 'TLS 1.3',
    alpn: 'http/1.1',
    suite: 'TLS_CHACHA20_POLY1305_SHA256',
    keyExchange: 'secp384r1',
    helloRetryRequest: false,
  });
  expect(visits[0]?.suite).toBe('TLS_CHACHA20_POLY1305_SHA256');
});

test('a group without a share costs a HelloRetryRequest', async () => {
  const { at } = await nodeServer({ ecdhCurve: 'P-256' });
  const { err } = await client('', ...at, '--groups', 'x25519,secp256r1', '--key-shares', 'x25519');
  expect(err).toMatch(/^key exchange {2}secp256r1, after HelloRetryRequest$/m);
});

test('RSA key exchange is offered only when its suite is named', async () => {
  const rsa = readFileSync(files.certificate('rsa'), 'utf8');
  const { at } = await nodeServer({
    cert: rsa,
    key: rsa,
    maxVersion: 'TLSv1.2',
    ciphers: 'AES128-GCM-SHA256',
  });
  expect((await client('', ...at)).err).toMatch(/handshake_failure/);
  const { status, err } = await client('', ...at, '--suites', 'TLS_RSA_WITH_AES_128_GCM_SHA256');
  expect(status).toBe(0);
  expect(err).toMatch(/^key exchange {2}RSA$/m);
  expect(err).toMatch(/^signature {5}none$/m);
});

test('--servername is sent and looked for, --no-servername sends none and looks for the host all the same', async () => {
  const { at, port, visits } = await nodeServer();
  const other = [`127.0.0.1:${port}`, '--ca', files.ca];
  expect(await client('', ...other, '--servername', 'localhost')).toMatchObject({ status: 0 });
  expect(await client('', ...at, '--no-servername')).toMatchObject({ status: 0 });
  expect(visits.map(({ serverName }) => serverName)).toEqual(['localhost', false]);
  const refused = await client('', ...other, '--json');
  expect(eventOf(refused, 'failed')).toMatchObject({
    code: 'wrong-name',
    alert: { description: 'bad_certificate' },
  });
});

test('a certificate of an unknown authority is refused with the checks that were made, the rule and the alert', async () => {
  const { port, server } = await nodeServer();
  const alerted = once(server, 'tlsClientError') as Promise<[Error & { code?: string }]>;
  const { status, out, err } = await client('secret', `localhost:${port}`, '--ca', files.otherCa);
  expect([status, out]).toEqual([1, '']);
  expect(err).toMatch(
    /^failed: unknown-issuer\n {2}This connection is not private: .* not known here\..*\(RFC 5280 §6\.1\)$/m,
  );
  expect(err).toMatch(/^ {2}FAIL {2}CN=localhost: issuer: unknown-issuer/m);
  expect(err).toMatch(/^ {2}alert unknown_ca sent$/m);
  expect((await alerted)[0].code).toBe('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA');
});

test('the dangerous flag goes on, and says what would have been refused', async () => {
  const { port, at } = await nodeServer();
  const flags = ['--insecure-accept-any-certificate', '--json'];
  const strange = await client('hello', `127.0.0.1:${port}`, '--ca', files.ca, ...flags);
  expect(strange.status).toBe(0);
  expect(eventOf(strange, 'connected')).toMatchObject({
    verdict: 'unverified',
    sentence: expect.stringMatching(
      /^nothing was verified; it would have been refused as wrong-name: /,
    ) as string,
  });
  const good = await client('', ...at, ...flags);
  expect(eventOf(good, 'connected')).toMatchObject({
    sentence: expect.stringMatching(/would have been accepted$/) as string,
  });
});

test('a pinned certificate or key is believed, and no other', async () => {
  const { port } = await nodeServer();
  const { fingerprint256, publicKey } = new X509Certificate(pem);
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const { createHash } = await import('node:crypto');
  for (const pin of [fingerprint256, createHash('sha256').update(spki).digest('hex')]) {
    const outcome = await client('', `127.0.0.1:${port}`, '--pin', `sha256:${pin}`, '--json');
    expect(eventOf(outcome, 'connected')).toMatchObject({ verdict: 'pinned' });
  }
  const other = await client('', `localhost:${port}`, '--pin', `sha256:${'00'.repeat(32)}`, '--json');
  expect(eventOf(other, 'failed')).toMatchObject({ code: 'pin-mismatch' });
});

test('--keylog writes what node:tls says the secrets are', async () => {
  const { at, server } = await nodeServer();
  const wanted: string[] = [];
  server.on('keylog', (line: Buffer) => wanted.push(line.toString().trim()));
  const file = join(files.folder, 'keys');
  await client('', ...at, '--keylog', file);
  await client('', ...at, '--keylog', file, '--tls1.2');
  const written = readFileSync(file, 'utf8').trim().split('\n');
  expect(parseKeyLog(readFileSync(file, 'utf8')).rejected).toEqual([]);
  expect(written.toSorted()).toEqual(wanted.toSorted());
  expect(statSync(file).mode & 0o077).toBe(0);
});

test('--key-update changes the keys of TLS 1.3 and data goes on; TLS 1.2 has no such thing', async () => {
  const { at } = await nodeServer();
  const outcome = await client('after', ...at, '--key-update', '--trace');
  expect(outcome).toMatchObject({ status: 0, out: 'after' });
  expect(outcome.err).toMatch(/^--> KeyUpdate +5 bytes {2}application {2}asks for the same$/m);
  expect(outcome.err).toMatch(/^<-- KeyUpdate +5 bytes {2}application {2}asks for nothing$/m);
  const old = await client('never', ...at, '--key-update', '--tls1.2', '--json');
  expect([old.status, eventOf(old, 'failed')?.code]).toEqual([1, 'no-key-update']);
});

test('--starttls upgrades a connection that began in the clear', async () => {
  const said: string[] = [];
  const server = createTcpServer((socket) => {
    socket.write('220 test\r\n');
    socket.on('data', function dialogue(chunk: Buffer) {
      said.push(chunk.toString());
      if (said.length === 1) socket.write('250-test\r\n250 STARTTLS\r\n');
      if (said.length < 2) return;
      socket.off('data', dialogue);
      socket.write('220 go\r\n');
      echo(new TLSSocket(socket, { isServer: true, cert: pem, key: pem } as never));
    });
  });
  const flags = [`localhost:${await listening(server)}`, '--ca', files.ca, '--starttls', 'smtp'];
  const { status, out, err } = await client('hello', ...flags);
  expect([status, out, said]).toEqual([0, 'hello', ['EHLO client.invalid\r\n', 'STARTTLS\r\n']]);
  expect(err).toMatch(/^SMTP server agreed to TLS$/m);
});

test('a server that declines STARTTLS gets no ClientHello', async () => {
  const heard: Buffer[] = [];
  const server = createTcpServer((socket) => {
    socket.on('data', (chunk: Buffer) => heard.push(chunk));
    socket.write('554 no\r\n');
  });
  const flags = [`localhost:${await listening(server)}`, '--ca', files.ca, '--starttls', 'smtp', '--json'];
  const outcome = await client('hello', ...flags);
  expect([outcome.status, eventOf(outcome, 'failed')?.sentence]).toEqual([
    1,
    'SMTP server declines TLS: "554 no"',
  ]);
  expect(heard).toEqual([]);
});

test('--trace, --hex and --record-trace show messages, their bytes and records', async () => {
  const { at } = await nodeServer();
  const { err } = await client('hi', ...at, '--hex', '--record-trace', '--tls1.3');
  expect(err).toMatch(
    /^--> ClientHello +\d+ bytes {2}initial {6}to localhost, TLS 1\.3, 3 suites, share x25519$/m,
  );
  expect(err).toMatch(/^<-- ServerHello +122 bytes {2}initial {6}TLS 1\.3, TLS_AES_\w+, share x25519$/m);
  expect(err).toMatch(/^<-- CertificateVerify +\d+ bytes {2}handshake {4}ecdsa_secp256r1_sha256$/m);
  expect(err).toMatch(/^ {5}[0-9a-f]{4} {2} +\[0\] {2}1301 {2}TLS_AES_128_GCM_SHA256$/m);
  expect(err).toMatch(/^--> record application_data holding handshake, \d+ bytes, handshake$/m);
  expect(err).toMatch(/^--> alert warning close_notify$/m);
});

test('a server that never answers is left after --timeout', async () => {
  const server = createTcpServer(() => undefined);
  const port = await listening(server);
  const silent = ['--ca', files.ca, '--timeout', '50', '--json'];
  const outcome = await client('', `localhost:${port}`, ...silent);
  expect([outcome.status, eventOf(outcome, 'failed')?.code]).toEqual([1, 'timeout']);
  const clear = await client('', `localhost:${port}`, ...silent, '--starttls', 'smtp');
  expect(eventOf(clear, 'failed')?.sentence).toBe('no STARTTLS within 50 ms');
});

test('no server at all, and one that cuts the connection, are failures', async () => {
  const server = createTcpServer((socket: Socket) => socket.resume().end());
  const port = await listening(server);
  const cut = await client('', `127.0.0.1:${port}`, '--ca', files.ca, '--json');
  expect([cut.status, eventOf(cut, 'failed')?.code]).toEqual([1, 'truncated']);
  await new Promise((resolve) => server.close(resolve));
  const none = await client('', `127.0.0.1:${port}`, '--ca', files.ca, '--json');
  expect([none.status, eventOf(none, 'failed')?.code]).toEqual([1, 'ECONNREFUSED']);
});

test('a rule that the server breaks is told with its section and the alert', async () => {
  const server = createTcpServer((socket) =>
    socket.once('data', () => socket.write('HTTP/1.1 400 Bad\r\n\r\n')),
  );
  const { err, status } = await client('', `127.0.0.1:${await listening(server)}`, '--ca', files.ca);
  expect(status).toBe(1);
  expect(err).toMatch(/^failed: [a-z-]+\n {2}[A-Z].*\. \(RFC \d+ §[A-Z\d.]+\)$/m);
  expect(err).toMatch(/^ {2}alert \w+ sent$/m);
});

test('files that are missing or hold something else are told with their flag', async () => {
  const text = join(files.folder, 'text');
  writeFileSync(text, 'no PEM');
  const wrong = [
    [['--ca', 'missing.pem'], /^--ca missing\.pem: ENOENT/],
    [['--ca', text], /^--ca .*text: the text holds no -----BEGIN CERTIFICATE/],
    [['--ca', files.ca, '--cert', own, '--key', text], /^--key .*text: /],
    [
      ['--ca', files.ca, '--cert', own, '--key', files.certificate('rsa')],
      /^--key .*: the private key is not that of/,
    ],
  ] as const;
  for (const [flags, message] of wrong) {
    await expect(client('', 'localhost:1', ...flags)).rejects.toThrow(message);
  }
  expect(existsSync('missing.pem')).toBe(false);
});

test.skipIf(!hasOpenssl).each(resuming)(
  'openssl s_server is understood (%s): ALPN, client certificate, resumption',
  async (flag, version) => {
    const server = await startOpenssl(
      '-cert',
      files.certificate('rsa'),
      '-CAfile',
      files.ca,
      '-Verify',
      '1',
      '-verify_return_error',
      '-alpn',
      'http/1.1',
      '-www',
    );
    open.push(server);
    const flags = [`localhost:${server.port}`, '--ca', files.ca, '--cert', own, '--alpn', 'http/1.1', flag];
    const outcome = await client('', ...flags, '--http', '--reconnect', '1', '--json');
    expect(outcome.status).toBe(0);
    const connected = outcome.events.filter((one) => one.event === 'connected');
    expect(connected.map((one) => [one.version, one.alpn, one.resumed])).toEqual([
      [version, 'http/1.1', false],
      [version, 'http/1.1', true],
    ]);
  },
);
