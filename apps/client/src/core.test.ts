import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { createServer, type SecureContextOptions, type TLSSocket } from 'node:tls';
import type { Negotiated } from '@tlsmith/handshake';
import { clientSessionCache } from '@tlsmith/session-cache';
import { certificateFiles } from '@tlsmith/testkit/node';
import {
  fromUtf8,
  isCertificateRejected,
  isConnectionFailed,
  isPeerAlert,
  utf8,
  type Version,
} from '@tlsmith/types';
import { trustAnchors } from '@tlsmith/x509';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { tlsConnect } from './core.ts';
import type { Peer } from './core/answers.ts';
import { hasOpenssl, type Program, startApp, startOpenssl } from './programs.test-support.ts';

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

/** One connection: says hello, and waits for an answer and the end. */
function visit(
  peer: Peer,
  hello = 'hello\n',
): Promise<{ negotiated?: Negotiated; text: string; error?: Error }> {
  return new Promise((resolve) => {
    let negotiated: Negotiated | undefined;
    let text = '';
    const connection = tlsConnect(peer, {
      connected: (agreed) => {
        negotiated = agreed;
        connection.send(utf8(hello));
      },
      data: (bytes) => {
        text += fromUtf8(bytes);
      },
      closed: (error) => resolve({ ...(negotiated && { negotiated }), text, ...(error && { error }) }),
    });
  });
}

function peer(port: number, options: Partial<Peer> = {}): Peer {
  return {
    host: '127.0.0.1',
    port,
    serverName: 'localhost',
    roots: trustAnchors(readFileSync(files.ca, 'utf8')),
    versions: ['tls13', 'tls12'],
    sessions: clientSessionCache(),
    ...options,
  };
}

async function listening(server: Server): Promise<number> {
  open.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Node's own TLS server: answers the first bytes in capitals and closes. */
async function nodeServer(keyType: 'p256' | 'rsa', options: SecureContextOptions = {}): Promise<number> {
  const pem = readFileSync(files.certificate(keyType), 'utf8');
  return await listening(
    createServer({ cert: pem, key: pem, ...options }, (socket: TLSSocket) => {
      socket.on('error', () => undefined);
      socket.once('data', (chunk: Buffer) => socket.end(chunk.toString().toUpperCase()));
    }),
  );
}

test('the core has at most 60 lines, does without the facade, and stands in the README', () => {
  const text = readFileSync(new URL('core.ts', import.meta.url), 'utf8');
  expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(60);
  expect(text).not.toMatch(/from '(?:tlsmith|node:tls)/);
  expect(readFileSync(new URL('../README.md', import.meta.url), 'utf8')).toContain(text);
});

const versions: readonly Version[] = ['tls13', 'tls12'];
const cases = versions.flatMap((version) =>
  (['p256', 'rsa'] as const).map((keyType) => [version, keyType] as const),
);

test.each(cases)('talks %s with node:tls (%s), and resumes', async (version, keyType) => {
  const target = peer(await nodeServer(keyType), { versions: [version] });
  const first = await visit(target);
  expect(first).toMatchObject({ text: 'HELLO\n', negotiated: { version, resumed: false } });
  expect(first.error).toBeUndefined();
  expect(await visit(target)).toMatchObject({ text: 'HELLO\n', negotiated: { version, resumed: true } });
});

test.each(['p256', 'rsa'] as const)(
  'talks both versions with the core of our server (%s), and resumes',
  async (keyType) => {
    const file = files.certificate(keyType);
    const server = startApp('server/src/example.ts', file, file, '0');
    open.push(server);
    const port = Number((await server.until(/listening on (\d+)/))[1]);
    for (const version of versions) {
      const target = peer(port, { versions: [version] });
      for (const kind of ['full', 'resumed']) {
        const { text, error, negotiated } = await visit(target);
        expect(error).toBeUndefined();
        expect(text).toContain(`${version} ${negotiated?.suite.name} ${kind}, 6 bytes received`);
      }
    }
  },
);

test.skipIf(!hasOpenssl).each(cases)(
  'talks %s with openssl s_server (%s), and resumes',
  async (version, keyType) => {
    const server = await startOpenssl('-cert', files.certificate(keyType), '-www');
    open.push(server);
    const target = peer(Number(server.port), { versions: [version] });
    for (const resumed of [false, true]) {
      const { text, negotiated, error } = await visit(target, 'GET / HTTP/1.0\r\n\r\n');
      expect(text).toMatch(/^HTTP\/1\.0 200 ok/);
      expect([negotiated?.version, negotiated?.resumed, error]).toEqual([version, resumed, undefined]);
    }
  },
);

test('a HelloRetryRequest is answered', async () => {
  const port = await nodeServer('p256', { ecdhCurve: 'P-256' });
  expect(await visit(peer(port))).toMatchObject({
    text: 'HELLO\n',
    negotiated: { retried: true, group: 'secp256r1' },
  });
});

test('a server whose certificate leads to no root of ours is left with unknown_ca, and hears nothing else', async () => {
  const file = files.certificate('p256');
  const server = startApp('server/src/example.ts', file, file, '0');
  open.push(server);
  const port = Number((await server.until(/listening on (\d+)/))[1]);
  const roots = trustAnchors(readFileSync(files.otherCa, 'utf8'));
  const { error, negotiated } = await visit(peer(port, { roots }));
  expect([isCertificateRejected(error) && error.code, negotiated]).toEqual(['unknown-issuer', undefined]);
  const [line] = await server.until(/closed: .*/);
  expect(line).toBe('closed: the peer sent the fatal alert unknown_ca');
});

test('a certificate for another name is refused', async () => {
  const { error } = await visit(peer(await nodeServer('p256'), { serverName: 'other.example' }));
  expect(isCertificateRejected(error) && error.code).toBe('wrong-name');
});

test('an alert of the server ends the connection with its name', async () => {
  const port = await nodeServer('p256', { minVersion: 'TLSv1.3' });
  const { error } = await visit(peer(port, { versions: ['tls12'] }));
  expect(isPeerAlert(error) && error.alert).toBe('protocol_version');
});

test('a connection that is cut off is an error, and so is one that is refused', async () => {
  const cutting = await listening(createTcpServer((socket) => socket.end()));
  const { error } = await visit(peer(cutting));
  expect(isConnectionFailed(error) && error.code).toBe('truncated');
  open.splice(0).forEach((one) => 'close' in one && one.close());
  const refused = await visit(peer(cutting));
  expect(refused.error).toMatchObject({ code: 'ECONNREFUSED' });
});

test('bytes that are no TLS end in an alert', async () => {
  const heard: Buffer[] = [];
  const server = createTcpServer((socket) => {
    socket.on('data', (chunk: Buffer) => heard.push(chunk));
    socket.once('data', () => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'));
  });
  const { error } = await visit(peer(await listening(server)));
  expect(error).toMatchObject({ name: 'TlsViolation' });
  // alert(21), then level fatal(2) as the last byte but one
  await expect.poll(() => Buffer.concat(heard).at(-7)).toBe(21);
  expect(Buffer.concat(heard).at(-2)).toBe(2);
});
