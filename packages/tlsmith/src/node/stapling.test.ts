import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { node } from '@tlsmith/crypto/node';
import { freePort, issue, makeAuthority, makeOcspResponse } from '@tlsmith/testkit/node';
import { isCertificateRejected } from '@tlsmith/types';
import { toPem, trustAnchors } from '@tlsmith/x509';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { type Evidence, identity } from '../index.ts';
import { connect, createServer } from './index.ts';

const { error, stdout } = spawnSync('openssl', ['version'], { encoding: 'utf8' });
const isAbsent = error !== undefined;
console.log(isAbsent ? `stapling with OpenSSL was not run: ${error.message}` : `peer: ${stdout.trim()}`);

const host = 'server.example';
const authority = makeAuthority({ name: 'Root' });
const leaf = issue(authority, { subject: 'server', dns: [host], keyType: 'rsa' });
const roots = trustAnchors([authority.certificate]);
const good = makeOcspResponse(authority, { responses: [{ about: leaf.certificate }] });
const bad = makeOcspResponse(authority, {
  responses: [{ about: leaf.certificate, status: { revokedAt: Date.UTC(2026, 0, 2), reason: 1 } }],
});
const folder = mkdtempSync(join(tmpdir(), 'stapling-'));
const files = {
  chain: file('chain.pem', leaf.chain.map((der) => toPem('CERTIFICATE', der)).join('')),
  key: file('key.pem', leaf.privateKeyPem),
  root: file('root.pem', toPem('CERTIFICATE', authority.certificate)),
  good: file('good.der', good),
  bad: file('bad.der', bad),
};

const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill();
});
afterAll(() => rmSync(folder, { recursive: true }));

const ways = [
  ['TLS 1.3', 'tls13', ['-tls1_3']],
  ['TLS 1.2 with ECDHE', 'tls12', ['-tls1_2', '-cipher', 'ECDHE-RSA-AES128-GCM-SHA256']],
] as const;

describe.skipIf(isAbsent).each(ways)('%s', (_, version, flags) => {
  async function visit(status: readonly string[], mode: 'soft' | 'hard') {
    const port = await freePort();
    const address = ['-accept', `127.0.0.1:${port}`, '-cert', files.chain, '-key', files.key];
    const server = openssl('s_server', ...address, '-rev', ...status, ...flags);
    const trust = { roots, revocation: { mode, scope: 'leaf' as const } };
    const options = { host: '127.0.0.1', port, serverName: host, trust, versions: [version] };
    const socket = await reaching(server, () => connect(options));
    const evidence = socket.negotiated?.peer?.evidence as Evidence | undefined;
    socket.destroy();
    return evidence?.kind === 'chain' ? evidence.verified.statuses : [];
  }

  test('what s_server staples is read and believed', async () => {
    const statuses = await visit(['-status_file', files.good], 'hard');
    expect(statuses).toMatchObject([{ status: 'good', source: 'stapled' }]);
  });

  test('what s_server staples ends the handshake where it says revoked', async () => {
    await expect(visit(['-status_file', files.bad], 'soft')).rejects.toSatisfy(
      (cause) => isCertificateRejected(cause) && cause.code === 'revoked',
    );
  });

  test('s_server without a response: refused under hard failure, let through under soft', async () => {
    await expect(visit([], 'hard')).rejects.toSatisfy(
      (cause) => isCertificateRejected(cause) && cause.code === 'revocation-unknown',
    );
    expect(await visit([], 'soft')).toMatchObject([{ status: 'unknown' }]);
  });

  test('what we staple is read by s_client', async () => {
    const own = identity(node, { chain: leaf.chain, key: leaf.privateKeyPem, ocsp: good });
    const server = createServer({ identity: [own], versions: [version] }, (socket) => {
      socket.on('error', () => undefined);
      socket.end('bye\n');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const address = ['-connect', `127.0.0.1:${port}`, '-servername', host, '-CAfile', files.root];
    const client = openssl('s_client', ...address, '-status', '-verify_return_error', ...flags);
    let said = '';
    client.stdout?.on('data', (bytes: Buffer) => (said += bytes.toString()));
    await once(client, 'close');
    server.close();
    expect(said).toContain('OCSP Response Status: successful');
    expect(said).toContain('Cert Status: good');
  });
});

function openssl(...flags: readonly string[]): ChildProcess {
  const child = spawn('openssl', flags, { stdio: ['pipe', 'pipe', 'pipe'] });
  running.push(child);
  return child;
}

/** A connection to a server that may not listen yet; whatever the handshake ends with is thrown. */
async function reaching(server: ChildProcess, open: () => ReturnType<typeof connect>) {
  for (;;) {
    const socket = open();
    try {
      await once(socket, 'secureConnect');
      return socket;
    } catch (cause) {
      const isEarly = cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED';
      if (!isEarly || server.exitCode !== null) throw cause;
      await pause(50);
    }
  }
}

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}
