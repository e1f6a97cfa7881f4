import { once } from 'node:events';
import { connect as tcpConnect, createServer as tcpServer } from 'node:net';
import { isConnectionFailed, isPeerAlert, isTlsViolation } from '@tlsmith/types';
import { afterEach, describe, expect, test } from 'vitest';
import type { TlsEnd } from 'tlsmith';
import { listening, open, pause, rawClient, type RawPeer, rawServer } from './peer.ts';
import { connect, createServer, type TLSSocket } from 'tlsmith/node';
import { host, identityOf, roots } from './ends.ts';

afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

/** Reads a little at a time with pauses, until the stream is over; what it was told, and how it ended. */
async function readSlowly(socket: TLSSocket): Promise<{ readonly got: Buffer; readonly error?: Error }> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of socket) {
      chunks.push(chunk as Buffer);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return { got: Buffer.concat(chunks) };
  } catch (error) {
    return { got: Buffer.concat(chunks), error: error as Error };
  }
}

const size = 300_000;
const data = Buffer.from(Uint8Array.from({ length: size }, (_, at) => (at * 31 + (at >> 8)) & 0xff));
const sealed = (end: TlsEnd): Buffer => Buffer.concat(end.takeOutput());

/** How a peer may end after 300,000 bytes of data, and what the reader is told after all of them. */
const endings: readonly (readonly [string, (peer: RawPeer) => void, (error?: Error) => boolean])[] = [
  [
    'closes in good order',
    ({ raw, end }) => {
      end.close();
      raw.end(sealed(end));
    },
    (error) => error === undefined,
  ],
  [
    'closes without close_notify',
    ({ raw, end }) => raw.end(sealed(end)),
    (error) => isConnectionFailed(error) && error.code === 'truncated',
  ],
  [
    'sends half a record and closes',
    ({ raw, end }) => raw.end(sealed(end).subarray(0, -1)),
    (error) => isConnectionFailed(error) && error.code === 'truncated',
  ],
  [
    'sends garbage',
    ({ raw, end }) => raw.end(Buffer.concat([sealed(end), Buffer.from('no TLS at all')])),
    (error) => isTlsViolation(error) && error.code === 'record-version',
  ],
  [
    'sends a fatal alert',
    ({ raw, end }) => {
      end.receive(Uint8Array.of(99, 3, 3, 0, 1, 0));
      raw.end(sealed(end));
    },
    (error) => isPeerAlert(error) && error.alert === 'unexpected_message',
  ],
];

const peers = (['tls13', 'tls12'] as const).flatMap((version) => [
  { version, by: 'client', peer: rawClient },
  { version, by: 'server', peer: rawServer },
]);

describe.each(peers)(
  '$version: a slow reader gets all data, then the end, from a $by that',
  ({ version, peer }) => {
    test.each(endings)('%s', async (what, ending, expected) => {
      const one = await peer(version);
      one.end.write(data);
      ending(one);
      // Everything has arrived, and the violation is known, before the first byte is read.
      await pause(50);
      const { got, error } = await readSlowly(one.theirs);
      const whole = size - (what.includes('half') ? size % 2 ** 14 : 0);
      expect(got.equals(data.subarray(0, whole))).toBe(true);
      expect(expected(error), String(error)).toBe(true);
    });

    test('resets the connection: truncated, with the transport’s error as its cause', async () => {
      const one = await peer(version);
      one.end.write(data);
      one.raw.write(sealed(one.end));
      let length = 0;
      one.theirs.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length === size) one.raw.resetAndDestroy();
      });
      const [error] = (await once(one.theirs, 'error')) as [Error];
      expect(length).toBe(size);
      expect(isConnectionFailed(error) && error.code).toBe('truncated');
      expect(error.cause).toMatchObject({ code: 'ECONNRESET' });
    });

    test('resets the connection while the reader has not begun: what had been received is read first', async () => {
      const one = await peer(version);
      one.end.write(data.subarray(0, 10_000));
      one.raw.write(sealed(one.end));
      await once(one.theirs, 'readable');
      one.raw.resetAndDestroy();
      await pause(50);
      const { got, error } = await readSlowly(one.theirs);
      expect(got.equals(data.subarray(0, 10_000))).toBe(true);
      expect(isConnectionFailed(error) && error.code).toBe('truncated');
    });

    test('is lost while TCP has more than the reader has taken: that is read first as well', async () => {
      const one = await peer(version);
      one.end.write(data);
      one.raw.write(sealed(one.end));
      await pause(50);
      const { readableLength } = one.theirs;
      const below = one.transport.readableLength;
      expect(below).toBeGreaterThan(2 ** 15);
      one.transport.destroy(new Error('gone'));
      const { got, error } = await readSlowly(one.theirs);
      expect(got.length).toBeGreaterThan(readableLength + below - 2 ** 15);
      expect(got.equals(data.subarray(0, got.length))).toBe(true);
      expect(isConnectionFailed(error) && error.code).toBe('truncated');
      expect(error?.cause).toMatchObject({ message: 'gone' });
    });

    test('half-closes, and still gets everything that is written to it', async () => {
      const one = await peer(version);
      one.end.write(Buffer.from('?'));
      one.end.close();
      one.raw.write(sealed(one.end));
      one.theirs.resume();
      await once(one.theirs, 'end');
      one.theirs.end(data);
      await once(one.raw, 'end');
      const got = one.end.events().flatMap((event) => (event.event === 'data' ? [event.bytes] : []));
      expect(Buffer.concat(got).equals(data)).toBe(true);
    });
  },
);

describe('a peer that stalls', () => {
  test('in the middle of its first record ends in a timeout on either side', async () => {
    const server = createServer({ identity: [identityOf('p256')], handshakeTimeout: 60 });
    const port = await listening(server);
    const raw = tcpConnect(port, '127.0.0.1');
    raw.on('error', () => undefined);
    raw.write(Uint8Array.of(22, 3, 1, 1));
    const [atServer] = (await once(server, 'tlsClientError')) as [Error];
    expect(isConnectionFailed(atServer) && atServer.code).toBe('timeout');
    raw.destroy();
    const dripping = tcpServer((socket) => {
      socket.on('error', () => undefined);
      const timer = setInterval(() => socket.write(Uint8Array.of(22)), 5);
      socket.write(Uint8Array.of(22, 3, 3, 64, 0));
      socket.on('close', () => clearInterval(timer));
    });
    const socket = connect({
      host: '127.0.0.1',
      port: await listening(dripping),
      serverName: host,
      trust: { roots },
      handshakeTimeout: 60,
    });
    const [atClient] = (await once(socket, 'error')) as [Error];
    expect(isConnectionFailed(atClient) && atClient.code).toBe('timeout');
  });

  test('by resetting during the handshake is a truncation as well', async () => {
    const server = createServer({ identity: [identityOf('p256')] });
    const port = await listening(server);
    const raw = tcpConnect(port, '127.0.0.1', () => {
      raw.write(Uint8Array.of(22, 3, 1, 1), () => setTimeout(() => raw.resetAndDestroy(), 30));
    });
    const [error] = (await once(server, 'tlsClientError')) as [Error];
    expect(isConnectionFailed(error) && error.code).toBe('truncated');
  });
});
