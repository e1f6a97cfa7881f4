import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { connect, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as tlsConnect } from 'node:tls';
import { certificateFiles } from '@tlsmith/testkit/node';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import {
  hasOpenssl,
  openssl,
  type Running,
  serve,
  type Visit,
  visit,
  visitOver,
} from './peers.test-support.ts';
import { UsageError } from '@tlsmith/app-terminal';

// Programs take their time to start where many do at once.
vi.setConfig({ testTimeout: 60_000 });

const files = certificateFiles();
afterAll(() => files.remove());
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

const own = files.certificate('p256');
const client = files.certificate('p256', 'client.example');
const clientPem = readFileSync(client, 'utf8');

async function running(...flags: readonly string[]): Promise<Running> {
  const started = await serve('--cert', own, ...flags);
  servers.push(started.server);
  return started;
}

const only = (version: '1.2' | '1.3') =>
  ({ minVersion: `TLSv${version}`, maxVersion: `TLSv${version}` }) as const;
const both = [['1.3'], ['1.2']] as const;

test('--www answers with what was agreed on', async () => {
  const { port, err } = await running('--www', '--alpn', 'h2,http/1.1');
  const { text } = await visit(port, files.ca, { ALPNProtocols: ['http/1.1'] });
  const [head, body = ''] = text.split('\r\n\r\n');
  expect(head?.split('\r\n')).toEqual([
    'HTTP/1.1 200 OK',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${body.length}`,
    'Connection: close',
  ]);
  expect(body.split('\n').slice(2)).toEqual([
    'key exchange x25519',
    'full handshake',
    'for localhost',
    'ALPN http/1.1',
    '',
  ]);
  await expect.poll(err).toMatch(/^\[1\] closed; 18 bytes received$/m);
  expect(err()).toMatch(
    /^listening on 127\.0\.0\.1:\d+\n\[1\] connection from 127\.0\.0\.1:\d+\n\[1\] connected, TLS 1\.3, /,
  );
});

const requests = [
  ['HEAD / HTTP/1.1\r\n\r\n', /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n$/],
  ['POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\nx', /^HTTP\/1\.1 405 Method Not Allowed\r\n/],
  ['nonsense\r\n\r\n', /^HTTP\/1\.1 400 Bad Request\r\n/],
  [`GET / HTTP/1.1\r\n${'x'.repeat(20_000)}`, /^HTTP\/1\.1 200 OK\r\n/],
] as const;

test.each(requests)('--www answers %j...', async (request, answer) => {
  const { port } = await running('--www');
  expect((await visit(port, files.ca, {}, request)).text).toMatch(answer);
});

test.each(both)('--echo sends back what comes, a megabyte of it (TLS %s)', async (version) => {
  const { port } = await running('--echo');
  const text = 'tlsmith '.repeat(131_072);
  const back = await visit(port, files.ca, only(version), text);
  expect([back.protocol, back.text === text]).toEqual([`TLSv${version}`, true]);
});

test('without --www and --echo, data is printed and stdin goes to the newest connection', async () => {
  const { port, out, stdin } = await running();
  const one = tlsConnect({ port, ca: readFileSync(files.ca), servername: 'localhost' });
  one.write('from one');
  await expect.poll(out).toBe('from one');
  const other = tlsConnect({ port, ca: readFileSync(files.ca), servername: 'localhost' });
  other.write(', from the other');
  await expect.poll(out).toBe('from one, from the other');
  const heard = once(other, 'data') as Promise<[Buffer]>;
  stdin.write('to the newest');
  expect((await heard)[0].toString()).toBe('to the newest');
  for (const socket of [one, other]) socket.end();
  await Promise.all([once(one.resume(), 'close'), once(other.resume(), 'close')]);
});

test('a session that was offered and not resumed has its reason told', async () => {
  const [one, other] = [await running('--echo'), await running('--echo')];
  const { session } = await visit(one.port, files.ca, only('1.2'), 'hello');
  await visit(other.port, files.ca, { ...only('1.2'), ...(session && { session }) }, 'hello');
  await expect.poll(other.err).toMatch(/^\[1\] session not resumed: not-found, unknown-key$/m);
  expect(one.err()).not.toMatch(/not resumed/);
});

test('--json tells every event with the number of its connection', async () => {
  const { port, events } = await running('--echo', '--json', '--trace');
  await visit(port, files.ca, only('1.2'), 'hello');
  await expect.poll(() => events().at(-1)?.event).toBe('closed');
  const told = events();
  expect(told[0]).toEqual({ event: 'listening', host: '127.0.0.1', port });
  expect(told.slice(1).every((event) => 'connection' in event && event.connection === 1)).toBe(true);
  const messages = told.flatMap((one) =>
    one.event === 'message' ? [`${one.direction} ${one.message}`] : [],
  );
  expect(messages).toEqual([
    'read client_hello',
    'write server_hello',
    'write certificate',
    'write server_key_exchange',
    'write server_hello_done',
    'read client_key_exchange',
    'read finished',
    'write new_session_ticket',
    'write finished',
  ]);
  expect(told.find(({ event }) => event === 'resumption')).toMatchObject({
    outcome: 'full',
    reason: 'nothing-offered',
  });
  expect(told.find(({ event }) => event === 'connected')).toMatchObject({
    version: 'TLS 1.2',
    serverName: 'localhost',
  });
  expect(told.find(({ event }) => event === 'data')).toMatchObject({ length: 5, base64: 'aGVsbG8=' });
});

test('of several certificates the client gets the one for its name, with a key that it knows', async () => {
  const flags = ['--cert', files.certificate('rsa'), '--cert', files.certificate('p256', 'other.example')];
  const { port } = await running(...flags, '--echo');
  expect(await visit(port, files.ca, { servername: 'other.example' })).toMatchObject({
    peer: 'other.example',
  });
  const rsa = { ...only('1.2'), ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' };
  expect(await visit(port, files.ca, rsa)).toMatchObject({
    peer: 'localhost',
    suite: 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
  });
});

test.each(both)('client certificates are asked for, verified and shown (TLS %s)', async (version) => {
  const { port, err } = await running('--www', '--client-ca', files.ca, '--require-client-certificate');
  const { text } = await visit(port, files.ca, { ...only(version), cert: clientPem, key: clientPem });
  expect(text).toMatch(/^client CN=client\.example$/m);
  await expect(visit(port, files.ca, only(version))).rejects.toThrow(/alert|ECONNRESET/);
  await expect
    .poll(err)
    .toMatch(/^\[2\] failed: [^]*alert (?:certificate_required|handshake_failure) sent$/m);
});

test('a client certificate of another authority is refused, and asking is not requiring', async () => {
  const { port, err } = await running('--www', '--client-ca', files.otherCa, '--request-client-certificate');
  const shown = { ...only('1.2'), cert: clientPem, key: clientPem };
  await expect(visit(port, files.ca, shown)).rejects.toThrow(/unknown ca/);
  await expect
    .poll(err)
    .toMatch(/^\[1\] failed: (?:unknown-issuer|self-signed): [^]*^\[1\] {3}alert unknown_ca sent$/m);
  const { text } = await visit(port, files.ca);
  expect(text).toMatch(/^HTTP\/1\.1 200 OK/);
  expect(text).not.toMatch(/^client /m);
});

test('a protocol that nobody has in common is refused by name', async () => {
  const { port, err } = await running('--alpn', 'h2');
  await expect(visit(port, files.ca, { ALPNProtocols: ['http/1.1'] })).rejects.toThrow(
    /no application protocol/,
  );
  await expect.poll(err).toMatch(/alert no_application_protocol sent$/m);
});

test('suites and groups are those named; RSA key exchange is one only then', async () => {
  const rsa = { ...only('1.2'), ciphers: 'AES128-GCM-SHA256' };
  const flags = ['--cert', files.certificate('rsa'), '--www'];
  const without = await running(...flags);
  await expect(visit(without.port, files.ca, rsa)).rejects.toThrow(/handshake failure/);
  const named = await running(...flags, '--suites', 'TLS_RSA_WITH_AES_128_GCM_SHA256');
  expect((await visit(named.port, files.ca, rsa)).text).toMatch(/^key exchange RSA$/m);
  const narrow = await running('--www', '--suites', 'TLS_CHACHA20_POLY1305_SHA256', '--groups', 'secp521r1');
  const { text, suite } = await visit(narrow.port, files.ca);
  expect(suite).toBe('TLS_CHACHA20_POLY1305_SHA256');
  expect(text).toMatch(/^key exchange secp521r1 after HelloRetryRequest$/m);
});

async function visits(port: number, version: '1.2' | '1.3', times: number): Promise<readonly Visit[]> {
  const first = await visit(port, files.ca, only(version));
  const { session } = first;
  const later: Visit[] = [];
  while (later.length < times) {
    later.push(await visit(port, files.ca, { ...only(version), ...(session && { session }) }));
  }
  return [first, ...later];
}

const resumption = [
  ['tickets that hold the session work again', '1.3', [], [false, true, true]],
  ['tickets that hold the session work again', '1.2', [], [false, true, true]],
  ['without tickets nothing is resumed', '1.3', ['--no-tickets'], [false, false, false]],
  ['without tickets nothing is resumed', '1.2', ['--no-tickets'], [false, false, false]],
  ['stored tickets work once', '1.3', ['--session-ids'], [false, true, false]],
  ['session IDs work again', '1.2', ['--session-ids'], [false, true, true]],
  ['session IDs are not for TLS 1.3', '1.3', ['--session-ids', '--no-tickets'], [false, false, false]],
  ['session IDs work without tickets', '1.2', ['--session-ids', '--no-tickets'], [false, true, true]],
] as const;

test.each(resumption)('%s (TLS %s, %j)', async (_, version, flags, resumed) => {
  const { port } = await running('--www', ...flags);
  expect((await visits(port, version, 2)).map((one) => one.resumed)).toEqual(resumed);
});

test('--keylog writes what node:tls says the secrets are', async () => {
  const file = join(files.folder, 'keys');
  const { port } = await running('--echo', '--keylog', file);
  const wanted: string[] = [];
  for (const version of ['1.3', '1.2'] as const) {
    const socket = tlsConnect({
      port,
      ca: readFileSync(files.ca),
      servername: 'localhost',
      ...only(version),
    });
    socket.on('keylog', (line: Buffer) => wanted.push(line.toString().trim()));
    socket.end('hello');
    await once(socket.resume(), 'close');
  }
  expect(readFileSync(file, 'utf8').trim().split('\n').toSorted()).toEqual(wanted.toSorted());
  expect(statSync(file).mode & 0o077).toBe(0);
});

/** Speaks in the clear: each line waits for the answer to the one before. */
async function inTheClear(
  port: number,
  ...lines: readonly string[]
): Promise<readonly [Socket, readonly string[]]> {
  const socket = connect(port, '127.0.0.1');
  const answers: string[] = [String(await next(socket))];
  for (const line of lines) {
    socket.write(`${line}\r\n`);
    answers.push(String(await next(socket)));
  }
  return [socket, answers];
}

const next = async (socket: Socket): Promise<unknown> => {
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  return chunk;
};

const clear = [
  [
    'smtp',
    ['EHLO me', 'STARTTLS'],
    ['220 localhost ESMTP\r\n', '250-localhost\r\n250 STARTTLS\r\n', '220 go ahead\r\n'],
  ],
  [
    'imap',
    ['a CAPABILITY', 'b STARTTLS'],
    [expect.stringMatching(/^\* OK/), expect.stringMatching(/STARTTLS.*\r\na OK/), 'b OK begin TLS\r\n'],
  ],
  ['pop3', ['USER me', 'STLS'], ['+OK ready\r\n', '-ERR STLS first\r\n', '+OK begin TLS\r\n']],
] as const;

test.each(clear)('--starttls %s upgrades', async (protocol, lines, answers) => {
  const { port, err } = await running('--starttls', protocol, '--echo');
  const [socket, heard] = await inTheClear(port, ...lines);
  expect(heard).toEqual(answers);
  expect(await visitOver(socket, files.ca, 'hello')).toMatchObject({ text: 'hello', protocol: 'TLSv1.3' });
  expect(err()).toMatch(/^\[1\] \w+ client asks for TLS$/m);
});

test('bytes after STARTTLS in the clear are refused, not taken for protected ones (RFC 3207 §6)', async () => {
  const { port, err } = await running('--starttls', 'smtp', '--echo');
  const [socket] = await inTheClear(port, 'EHLO me');
  socket.write('STARTTLS\r\nRSET\r\n');
  await once(socket.resume(), 'close');
  expect(err()).toMatch(
    /^\[1\] failed: aborted: the client sent 6 bytes after asking for TLS, in the clear$/m,
  );
});

test('who leaves before TLS, or never ends a line, is let go', async () => {
  const { port, err } = await running('--starttls', 'smtp');
  const [quitter, answers] = await inTheClear(port, 'MAIL FROM:<me>', 'NOOP', 'QUIT');
  expect(answers.slice(1)).toEqual(['530 STARTTLS first\r\n', '250 OK\r\n', '221 bye\r\n']);
  await once(quitter.resume(), 'close');
  const [endless] = await inTheClear(port);
  endless.write('x'.repeat(2000));
  await once(endless.resume(), 'close');
  const [leaving] = await inTheClear(port);
  leaving.end();
  await once(leaving.resume(), 'close');
  await expect.poll(err).toMatch(/^\[3\] failed: truncated: the client left before TLS began$/m);
  expect(err()).toMatch(/^\[1\] failed: aborted: the client left without TLS$/m);
  expect(err()).toMatch(/^\[2\] failed: limit: a line in the clear is too long$/m);
});

test('after --naccept connections the server is closed', async () => {
  const { port, server } = await running('--www', '--naccept', '2');
  const closed = once(server, 'close');
  await visit(port, files.ca);
  expect(server.listening).toBe(true);
  await visit(port, files.ca);
  await closed;
  await expect(visit(port, files.ca)).rejects.toThrow(/ECONNREFUSED/);
});

test('beyond --max-connections clients are turned away', async () => {
  const { port } = await running('--www', '--max-connections', '1');
  const first = connect(port, '127.0.0.1');
  await once(first, 'connect');
  await expect(visit(port, files.ca)).rejects.toThrow(/disconnected|ECONNRESET/);
  first.destroy();
  await expect
    .poll(() =>
      visit(port, files.ca).then(
        ({ text }) => text,
        () => '',
      ),
    )
    .toMatch(/^HTTP/);
});

test('a client that speaks no TLS is told by alert, and the rule is named', async () => {
  const { port, err } = await running('--www');
  const socket = connect(port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  expect(Buffer.concat(chunks)[0]).toBe(21);
  await expect.poll(err).toMatch(/^\[1\] failed: [a-z-]+: [A-Z].*\. \(RFC \d+ §[A-Z\d.]+\)$/m);
});

test('a file that is missing or wrong, and a port that is taken, are told', async () => {
  await expect(serve('--cert', 'missing.pem')).rejects.toThrow(/^--cert missing\.pem: ENOENT/);
  await expect(serve('--cert', own, '--key', files.ca)).rejects.toThrow(UsageError);
  const { port } = await running();
  await expect(serve('--cert', own, '--port', String(port))).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test.skipIf(!hasOpenssl)('openssl s_client is understood: STARTTLS, ALPN, client certificate', async () => {
  const flags = [
    '--starttls',
    'smtp',
    '--alpn',
    'test',
    '--client-ca',
    files.ca,
    '--require-client-certificate',
  ];
  const { port } = await running(...flags, '--www');
  for (const version of ['-tls1_3', '-tls1_2']) {
    const shown = [
      '-cert',
      client,
      '-key',
      client,
      '-alpn',
      'test',
      '-CAfile',
      files.ca,
      '-verify_return_error',
    ];
    const output = await openssl(
      port,
      'GET / HTTP/1.0\r\n\r\n',
      version,
      '-starttls',
      'smtp',
      '-ign_eof',
      ...shown,
    );
    expect(output).toMatch(/^ALPN protocol: test$/m);
    expect(output).toMatch(/^Verify return code: 0 \(ok\)|Verification: OK$/m);
    expect(output).toMatch(/^client CN=client\.example$/m);
  }
});

test.skipIf(!hasOpenssl).each(both)('openssl s_client resumes (TLS %s)', async (version) => {
  const { port, err } = await running('--www');
  const file = join(files.folder, `session-${version}`);
  const flags = [version === '1.3' ? '-tls1_3' : '-tls1_2', '-CAfile', files.ca, '-ign_eof'];
  await openssl(port, 'GET / HTTP/1.0\r\n\r\n', ...flags, '-sess_out', file);
  const output = await openssl(port, 'GET / HTTP/1.0\r\n\r\n', ...flags, '-sess_in', file);
  expect(output).toMatch(/^Reused, TLSv1/m);
  expect(err()).toMatch(/^\[2\] connected, .*, resumed/m);
});
