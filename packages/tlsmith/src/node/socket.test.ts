import { createHash, randomBytes } from 'node:crypto';
import { type EventEmitter, once } from 'node:events';
import { request as httpsRequest } from 'node:https';
import { createServer as httpServer } from 'node:http';
import {
  connect as tcpConnect,
  createServer as tcpServer,
  type AddressInfo,
  type Server as TcpServer,
} from 'node:net';
import { Duplex } from 'node:stream';
import {
  connect as nodeConnect,
  createServer as nodeTlsServer,
  type TLSSocket as NodeSocket,
} from 'node:tls';
import { clientSessionCache } from '@tlsmith/session-cache';
import { isCertificateRejected, isConnectionFailed, isPeerAlert } from '@tlsmith/types';
import { afterEach, describe, expect, test } from 'vitest';
import { authority, host, identityOf, later, leaf, roots } from '../pair.test-support.ts';
import {
  accept,
  connect,
  type ConnectOptions,
  type CreateServerOptions,
  createServer,
  serverConfig,
  type TLSSocket,
} from './index.ts';

const open: { close(): unknown }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

async function listening(server: TcpServer): Promise<number> {
  open.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function serving(
  onConnection: (socket: TLSSocket) => void,
  options: Partial<CreateServerOptions> = {},
): Promise<number> {
  return listening(createServer({ identity: [identityOf('p256')], ...options }, onConnection));
}

const to = (port: number, options: Partial<ConnectOptions> = {}): TLSSocket =>
  connect({ host: '127.0.0.1', port, serverName: host, trust: { roots }, ...options } as ConnectOptions);

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += chunk.toString();
  return text;
}

async function errorOf(emitter: EventEmitter, event: string): Promise<Error> {
  const [error] = (await once(emitter, event)) as [Error];
  return error;
}

/** Two ends of a pipe in memory. */
function pipe(): readonly [Duplex, Duplex] {
  const ends: Duplex[] = [];
  for (const other of [1, 0]) {
    ends.push(
      new Duplex({
        read() {},
        write(chunk, _encoding, done) {
          ends[other]?.push(Buffer.from(chunk));
          done();
        },
        final(done) {
          ends[other]?.push(null);
          done();
        },
      }),
    );
  }
  return ends as unknown as readonly [Duplex, Duplex];
}

describe.each(['tls13', 'tls12'] as const)('%s', (version) => {
  const versions = [version];

  test('sockets have the answers of node:tls', async () => {
    const port = await serving((socket) => socket.end(`${socket.getProtocol()} ${socket.servername}`), {
      alpn: ['h2'],
    });
    const socket = to(port, { versions, alpn: ['h2'] });
    expect([socket.connecting, socket.getProtocol(), socket.alpnProtocol]).toEqual([true, null, null]);
    await once(socket, 'secureConnect');
    expect(socket.authorized).toBe(true);
    expect(socket.alpnProtocol).toBe('h2');
    expect(socket.getPeerCertificate()).toMatchObject({
      subject: { CN: host },
      subjectaltname: `DNS:${host}`,
    });
    expect(socket.getCipher()?.version).toBe(version === 'tls13' ? 'TLSv1.3' : 'TLSv1.2');
    expect(socket.getEphemeralKeyInfo()).toEqual({ type: 'ECDH', name: 'x25519' });
    expect(await textOf(socket)).toBe(`${version === 'tls13' ? 'TLSv1.3' : 'TLSv1.2'} ${host}`);
  });

  test('8 MiB come back unchanged through a slow reader', async () => {
    const port = await serving((socket) => socket.pipe(socket));
    const socket = to(port, { versions });
    const sent = randomBytes(8 << 20);
    socket.end(sent);
    const received = createHash('sha256');
    let length = 0;
    let peak = 0;
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      received.update(chunk);
      length += chunk.length;
      peak = Math.max(peak, socket.readableLength);
      if (length % 7 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(length).toBe(sent.length);
    expect(received.digest()).toEqual(createHash('sha256').update(sent).digest());
    // What the stream holds stays near one TCP read, however much the peer would send.
    expect(peak).toBeLessThan(1 << 20);
  });

  test('sessions are kept and resumed', async () => {
    const port = await serving((socket) => socket.end(String(socket.isSessionReused())));
    const sessions = clientSessionCache();
    expect(await textOf(to(port, { versions, sessions }))).toBe('false');
    expect(await textOf(to(port, { versions, sessions }))).toBe('true');
  });

  test('node:tls and we speak to each other, both ways', async () => {
    const { privateKeyPem, chainPem } = leaf('p256');
    const theirs = nodeTlsServer({ key: privateKeyPem, cert: chainPem }, (socket) => {
      // Node leaves out close_notify when it ends a socket before its tickets are out.
      socket.once('data', () => socket.end('from node'));
    });
    const socket = to(await listening(theirs), { versions });
    socket.write('?');
    expect(await textOf(socket)).toBe('from node');
    const port = await serving((socket) => socket.end('from us'), { versions });
    const client = nodeConnect({ host: '127.0.0.1', port, servername: host, ca: authority.certificatePem });
    expect(await textOf(client)).toBe('from us');
  });

  test('exported keying material equals that of node:tls', async () => {
    const { privateKeyPem, chainPem } = leaf('p256');
    const theirs = nodeTlsServer({ key: privateKeyPem, cert: chainPem }, (socket: NodeSocket) => {
      const exported = socket.exportKeyingMaterial(32, 'EXPORTER-x', Buffer.from('c')).toString('hex');
      socket.once('data', () => socket.end(exported));
    });
    const socket = to(await listening(theirs), { versions });
    socket.write('?');
    await once(socket, 'secureConnect');
    const ours = await socket.exportKeyingMaterial(32, 'EXPORTER-x', Buffer.from('c'));
    expect(await textOf(socket)).toBe(ours.toString('hex'));
  });

  test('a server that vanishes leaves a truncation, after the data', async () => {
    const port = await serving((socket) => {
      socket.write('half', () => socket.destroy());
    });
    const socket = to(port, { versions });
    const seen: string[] = [];
    socket.on('data', (chunk: Buffer) => seen.push(chunk.toString()));
    const error = await errorOf(socket, 'error');
    expect(seen).toEqual(['half']);
    expect(isConnectionFailed(error) && error.code).toBe('truncated');
  });

  test('a refused certificate is told to both sides', async () => {
    const server = createServer({ identity: [identityOf('p256')] });
    const port = await listening(server);
    const refused = errorOf(server, 'tlsClientError');
    const socket = to(port, { versions, serverName: 'other.example' });
    const error = await errorOf(socket, 'error');
    expect(isCertificateRejected(error) && error.code).toBe('wrong-name');
    const theirs = await refused;
    expect(isPeerAlert(theirs) && theirs.alert).toBe('bad_certificate');
  });
});

test('a slow provider makes the transport wait, and loses nothing', async () => {
  let received = 0;
  const port = await serving(
    (socket) => {
      socket.on('data', (chunk: Buffer) => {
        received += chunk.length;
        if (received === 4 << 20) socket.end('all');
      });
    },
    { provider: later, limits: { pendingInput: 1000 } },
  );
  const socket = to(port);
  await once(socket, 'secureConnect');
  for (let i = 0; i < 16; i++) {
    socket.updateKeys();
    socket.write(new Uint8Array(1 << 18));
  }
  expect(await textOf(socket)).toBe('all');
});

test('a peer that says nothing ends in a timeout', async () => {
  const port = await listening(tcpServer(() => undefined));
  const error = await errorOf(to(port, { handshakeTimeout: 50 }), 'error');
  expect(isConnectionFailed(error) && error.code).toBe('timeout');
});

test('a port that nobody listens on is an error of the transport', async () => {
  const server = tcpServer();
  const port = await listening(server);
  server.close();
  await once(server, 'close');
  const error = await errorOf(to(port), 'error');
  expect((error as NodeJS.ErrnoException).code).toBe('ECONNREFUSED');
});

test('a Duplex that is already open is enough, on both sides (STARTTLS)', async () => {
  const [near, far] = pipe();
  const server = accept(far, serverConfig({ identity: [identityOf('p256')] }));
  server.end('220 ready');
  const client = connect({ socket: near, serverName: host, trust: { roots } });
  expect(await textOf(client)).toBe('220 ready');
});

test('with allowHalfOpen the server answers after the client has ended', async () => {
  const port = await serving(
    (socket) => {
      const chunks: Buffer[] = [];
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      socket.on('end', () => socket.end(Buffer.concat(chunks).toString().toUpperCase()));
    },
    { halfClose: 'allow-half-open' },
  );
  const socket = to(port, { halfClose: 'allow-half-open' });
  socket.end('all of it');
  expect(await textOf(socket)).toBe('ALL OF IT');
});

test('node:https talks through our client socket, and node:http serves on our server socket', async () => {
  const web = httpServer((request, response) => response.end(`hello ${request.url}`));
  const port = await serving((socket) => web.emit('connection', socket), { alpn: ['http/1.1'] });
  const createConnection = (): Duplex => to(port, { alpn: ['http/1.1'] });
  const request = httpsRequest({
    host,
    path: '/x',
    createConnection: createConnection as never,
  });
  request.end();
  const [response] = (await once(request, 'response')) as [AsyncIterable<Buffer>];
  expect(await textOf(response)).toBe('hello /x');
  web.close();
});

test('destroying a socket during the handshake closes the TCP connection', async () => {
  const raw = tcpServer();
  const port = await listening(raw);
  const accepted = once(raw, 'connection');
  const socket = to(port);
  const [peer] = (await accepted) as [Duplex];
  peer.resume();
  socket.destroy();
  await once(peer, 'close');
  expect(socket.destroyed).toBe(true);
});

test('bytes that are no TLS are refused, and the server goes on serving', async () => {
  const server = createServer({ identity: [identityOf('p256')] }, (socket) => socket.end('fine'));
  const port = await listening(server);
  const refused = errorOf(server, 'tlsClientError');
  const raw = tcpConnect(port, '127.0.0.1');
  raw.end('GET / HTTP/1.1\r\n\r\n');
  const error = await refused;
  // 'T' and 'T' of GET stand where the version does.
  expect(error).toMatchObject({ code: 'record-version' });
  raw.destroy();
  expect(await textOf(to(port))).toBe('fine');
});
