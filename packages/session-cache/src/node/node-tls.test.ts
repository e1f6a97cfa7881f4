import { fork } from 'node:child_process';
import { constants } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { connect, type ConnectionOptions, createServer } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { node } from '@tlsmith/crypto/node';
import { issue, makeAuthority } from '@tlsmith/testkit/node';
import { type Bytes, toHex } from '@tlsmith/types';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, test } from 'vitest';
import { redisStore } from '../redis.ts';
import { resilientStore } from '../resilient.ts';
import { shareSessions } from './node-tls-example.test-support.ts';
import { hasRedisServer, startRedis } from '@tlsmith/testkit/node';
import { systemTimers } from './resilient-timers.ts';

const host = 'server.example';
const authority = makeAuthority({ name: 'Root' });
const leaf = issue(authority, { subject: host, dns: [host], keyType: 'p256' });
const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

const ways: readonly (readonly [string, ConnectionOptions])[] = [
  ['TLS 1.3 by ticket', { minVersion: 'TLSv1.3' }],
  ['TLS 1.2 by ticket', { maxVersion: 'TLSv1.2' }],
  ['TLS 1.2 by session ID', { maxVersion: 'TLSv1.2', secureOptions: constants.SSL_OP_NO_TICKET }],
];

describe.runIf(hasRedisServer('two servers of node:tls that share sessions over Redis'))('over Redis', () => {
  test('a server of node:tls resumes what another began', { timeout: 60_000 }, async () => {
    const redis = await startRedis();
    const secret = node.random(32);
    const first = await serving('first', redis.port, secret);
    const second = await serving('second', redis.port, secret);
    const stranger = await serving('stranger', redis.port, node.random(32));
    open.push(redis);
    for (const [way, options] of ways) {
      const begun = await visit(first, options);
      expect([way, begun.said, begun.reused]).toEqual([way, 'first', false]);
      const again = await visit(second, { ...options, session: begun.session });
      expect([way, again.said, again.reused]).toEqual([way, 'second', true]);
      const elsewhere = await visit(stranger, { ...options, session: begun.session });
      expect([way, elsewhere.said, elsewhere.reused]).toEqual([way, 'stranger', false]);
    }
    // Redis gone: full handshakes, and no failure.
    const options = ways[2]?.[1] ?? {};
    const { session } = await visit(first, options);
    await redis.kill();
    expect(await visit(second, { ...options, session })).toMatchObject({ said: 'second', reused: false });
  });
});

test('in a cluster every worker resumes what any began', { timeout: 120_000 }, async () => {
  const port = await clusterOfTwo();
  for (const [way, options] of ways) {
    const begun = await visit(port, options);
    expect(begun.reused).toBe(false);
    const by = new Set([begun.said]);
    for (let turn = 0; turn < 50 && by.size < 2; turn++) {
      const again = await visit(port, { ...options, session: begun.session });
      expect([way, again.reused]).toEqual([way, true]);
      by.add(again.said);
    }
    expect(by.size).toBe(2);
  }
});

test('the README shows what these tests run', () => {
  const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
  const source = read('node-tls-example.test-support.ts');
  expect(read('../../README.md')).toContain(source.slice(source.indexOf('export function')).trimEnd());
});

/** A server with its own connection to Redis, that says its name. */
async function serving(name: string, redisPort: number, secret: Bytes): Promise<number> {
  const client = new Redis(redisPort, '127.0.0.1').on('error', () => undefined);
  const server = createServer({ key: leaf.privateKeyPem, cert: leaf.chainPem }, (socket) => {
    socket.once('data', () => socket.end(name));
  });
  shareSessions(server, resilientStore(redisStore(client), { timers: systemTimers, limitMs: 500 }), secret);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push({ close: () => server.close() }, { close: () => client.disconnect() });
  return (server.address() as AddressInfo).port;
}

async function clusterOfTwo(): Promise<number> {
  const tsx = createRequire(import.meta.url).resolve('tsx');
  const primary = fork(fileURLToPath(new URL('node-tls-cluster.test-support.ts', import.meta.url)), {
    execArgv: ['--conditions=@tlsmith/source', '--import', tsx],
    env: {
      ...process.env,
      TEST_KEY: leaf.privateKeyPem,
      TEST_CERTIFICATE: leaf.chainPem,
      TEST_SECRET: toHex(node.random(32)),
    },
  });
  open.push({ close: () => primary.kill('SIGKILL') });
  const [{ port }] = (await once(primary, 'message')) as [{ readonly port: number }];
  return port;
}

interface Visit {
  readonly said: string;
  readonly reused: boolean;
  readonly session: Buffer | undefined;
}

async function visit(port: number, options: ConnectionOptions): Promise<Visit> {
  const where = { host: '127.0.0.1', port, servername: host, ca: authority.certificatePem };
  const socket = connect({ ...where, ...options });
  let session: Buffer | undefined;
  socket.on('session', (one) => {
    session = one;
  });
  let reused = false;
  socket.once('secureConnect', () => {
    reused = socket.isSessionReused();
  });
  socket.write('?');
  let said = '';
  for await (const chunk of socket as AsyncIterable<Buffer>) said += chunk.toString();
  return { said, reused, session };
}
