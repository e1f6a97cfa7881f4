import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { node } from '@tlsmith/crypto/node';
import { freePort, issue, makeAuthority } from '@tlsmith/testkit/node';
import { toPem, trustAnchors } from '@tlsmith/x509';
import { identity } from 'tlsmith';
import { connect, createServer } from 'tlsmith/node';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { TLS_AES_128_CCM_SHA256, TLS_ECDHE_ECDSA_WITH_AES_128_CCM } from './aes-128-ccm.ts';

const { error, stdout } = spawnSync('openssl', ['version'], { encoding: 'utf8' });
const isAbsent = error !== undefined;
console.log(isAbsent ? `AES-128-CCM with OpenSSL was not run: ${error.message}` : `peer: ${stdout.trim()}`);

const host = 'server.example';
const authority = makeAuthority({ name: 'Root' });
const leaf = issue(authority, { subject: 'server', dns: [host], keyType: 'p256' });
const folder = mkdtempSync(join(tmpdir(), 'aes-128-ccm-'));
const root = file('root.pem', toPem('CERTIFICATE', authority.certificate));
const chain = file('chain.pem', leaf.chain.map((der) => toPem('CERTIFICATE', der)).join(''));
const key = file('key.pem', leaf.privateKeyPem);

const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill();
});
afterAll(() => rmSync(folder, { recursive: true }));

const both = [
  [TLS_AES_128_CCM_SHA256, ['-tls1_3', '-ciphersuites', 'TLS_AES_128_CCM_SHA256']],
  [TLS_ECDHE_ECDSA_WITH_AES_128_CCM, ['-tls1_2', '-cipher', 'ECDHE-ECDSA-AES128-CCM']],
] as const;

describe.skipIf(isAbsent).each(both)('$name with OpenSSL', (suite, flags) => {
  const common = { versions: [suite.version], suites: [suite] };

  test('our client and s_server understand each other', async () => {
    const port = await freePort();
    const address = ['-accept', `127.0.0.1:${port}`];
    const server = openssl('s_server', ...address, '-cert', chain, '-key', key, '-rev', ...flags);
    const socket = await reaching(server, () =>
      connect({
        ...common,
        host: '127.0.0.1',
        port,
        serverName: host,
        trust: { roots: trustAnchors([authority.certificate]) },
      }),
    );
    socket.write('a line to turn round\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    expect(answer.toString()).toBe('dnuor nrut ot enil a\n');
    expect(socket.getCipher()?.name).toBe(suite.name);
  });

  test('our server and s_client understand each other', async () => {
    const own = identity(node, { chain: leaf.chain, key: leaf.privateKeyPem });
    const heard: (string | undefined)[] = [];
    const server = createServer({ ...common, identity: [own] }, (socket) => {
      heard.push(socket.getCipher()?.name);
      socket.on('error', () => undefined);
      socket.pipe(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const address = ['-connect', `127.0.0.1:${port}`, '-servername', host];
    const trust = ['-CAfile', root, '-verify_return_error', '-verify_hostname', host];
    const client = openssl('s_client', ...address, ...trust, '-quiet', ...flags);
    client.stdin?.write('there and back\n');
    const [answer] = (await once(client.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
    client.kill();
    server.close();
    expect(answer.toString()).toBe('there and back\n');
    expect(heard).toEqual([suite.name]);
  });
});

function openssl(...flags: readonly string[]): ChildProcess {
  const child = spawn('openssl', flags, { stdio: ['pipe', 'pipe', 'pipe'] });
  running.push(child);
  return child;
}

/** A connection to a server that may not listen yet. */
async function reaching(
  server: ChildProcess,
  open: () => ReturnType<typeof connect>,
): Promise<ReturnType<typeof connect>> {
  let told = '';
  server.stderr?.on('data', (chunk: Buffer) => (told += chunk.toString()));
  for (let attempt = 0; attempt < 100; attempt++) {
    const socket = open();
    try {
      await once(socket, 'secureConnect');
      return socket;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'ECONNREFUSED') {
        throw new Error(`no connection with s_server: ${told}`, { cause });
      }
      await pause(50);
    }
  }
  throw new Error(`s_server never listened: ${told}`);
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}
