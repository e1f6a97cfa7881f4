import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseKeyLog } from '@tlsmith/key-schedule';
import { certificateFiles } from '@tlsmith/testkit/node';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { type Program, startApp } from './programs.test-support.ts';

// Both apps as programs of their own, as `npm run client` and `npm run server` start them.
// Programs take their time to start where many do at once.
vi.setConfig({ testTimeout: 60_000 });

const files = certificateFiles();
afterAll(() => files.remove());
const running: Program[] = [];
afterEach(() => {
  for (const program of running.splice(0)) program.stop();
});

const own = files.certificate('p256');

function app(name: 'client' | 'server', ...flags: readonly string[]): Program {
  const program = startApp(`${name}/src/main.ts`, ...flags);
  running.push(program);
  return program;
}

/** A server on a free port, and the flags that reach and believe it. */
async function server(...flags: readonly string[]) {
  const program = app('server', '--cert', own, '--port', '0', ...flags);
  const [, port = ''] = await program.until(/listening on 127\.0\.0\.1:(\d+)/);
  return { program, at: [`localhost:${port}`, '--ca', files.ca] };
}

async function client(input: string, ...flags: readonly string[]): Promise<readonly [number | null, string]> {
  const program = app('client', ...flags);
  program.input(input);
  return [await program.ended, program.output];
}

test('client and server talk in both versions, resume, and the server ends when it has had enough', async () => {
  const { program, at } = await server('--www', '--naccept', '4', '--trace');
  for (const version of ['1.3', '1.2']) {
    const [status, output] = await client('', ...at, `--tls${version}`, '--http', '--reconnect', '1');
    expect(status).toBe(0);
    expect(output).toMatch(
      new RegExp(`^connected, TLS ${version}$[^]*^resumed +no$[^]*^full handshake$`, 'm'),
    );
    expect(output).toMatch(new RegExp(`^connecting again to [^]*^resumed +yes$[^]*^resumed$`, 'm'));
  }
  expect(await program.ended).toBe(0);
  expect(program.output).toMatch(/^\[4\] <-- Finished +16 bytes {2}application$/m);
  expect(program.output).toMatch(/^\[4\] connected, TLS 1\.2, .*, resumed, for localhost$/m);
});

test('with STARTTLS and client certificates, stdin comes back, and both key logs hold the same', async () => {
  const [ours, theirs] = [join(files.folder, 'client.keys'), join(files.folder, 'server.keys')];
  const flags = ['--starttls', 'smtp', '--client-ca', files.ca, '--require-client-certificate', '--echo'];
  const { program, at } = await server(...flags, '--keylog', theirs, '--naccept', '1');
  const [status, output] = await client(
    'round trip\n',
    ...at,
    '--starttls',
    'smtp',
    '--cert',
    own,
    '--keylog',
    ours,
  );
  expect(status).toBe(0);
  expect(output).toMatch(/^round trip$/m);
  expect(await program.ended).toBe(0);
  expect(program.output).toMatch(/^\[1\] SMTP client asks for TLS$/m);
  expect(program.output).toMatch(/^\[1\] connected, .*, client CN=localhost$/m);
  const lines = (file: string): readonly string[] => readFileSync(file, 'utf8').trim().split('\n').toSorted();
  expect(lines(ours)).toEqual(lines(theirs));
  expect(parseKeyLog(readFileSync(ours, 'utf8')).entries.length).toBeGreaterThanOrEqual(4);
});

test('a failure is exit status 1 on the client, and a line on the server', async () => {
  const { program, at } = await server('--require-client-certificate', '--client-ca', files.ca);
  const [status, output] = await client('', ...at);
  expect(status).toBe(1);
  expect(output).toMatch(
    /^failed: peer-alert\n {2}The peer ended the connection with the alert certificate_required\.$/m,
  );
  await program.until(
    /^\[1\] failed: [a-z-]+: [^\n]*\n(?:[^]*\n)?\[1\] {3}alert certificate_required sent$/m,
  );
});

test('a mistake on the command line is exit status 2, and --help is none', async () => {
  const [status, output] = await client('', 'localhost:1', '--tls1.1');
  expect([status, output]).toEqual([2, expect.stringMatching(/^Unknown option '--tls1\.1'\n\(--help shows/)]);
  const wrong = app('server', '--cert', own, '--port', 'http');
  expect(await wrong.ended).toBe(2);
  expect(wrong.output).toMatch(/^--port takes a whole number from 0 to 65535, not 'http'$/m);
  expect(await client('', '--help')).toEqual([0, expect.stringMatching(/^usage: npm run client/)]);
});
