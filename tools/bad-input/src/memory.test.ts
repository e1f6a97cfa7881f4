import { once } from 'node:events';
import { connect as tcpConnect, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { node } from '@tlsmith/crypto/node';
import { rawMessage } from '@tlsmith/testkit/node';
import { concat } from '@tlsmith/types';
import { afterEach, describe, expect, test } from 'vitest';
import { header } from './keys.ts';
import { listening, open, pause, rawClient, rawServer, talker } from './peer.ts';
import { connectionLimits } from 'tlsmith';
import { accept, createServer, serverConfig } from 'tlsmith/node';
import { identityOf, pair } from './ends.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const mebi = 2 ** 20;
/** Nothing beside the 64 MiB that a peer would send if nobody held it back; both ends live in this process. */
const resident = 24 * mebi;

afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

interface Memory {
  /** Heap, and array buffers outside of it. */
  readonly held: number;
  /** Pages of the whole process; the allocator gives them back when it likes. */
  readonly resident: number;
}

/** What this process has once what is garbage is gone; less what it had before. */
async function memory(before: Memory = { held: 0, resident: 0 }): Promise<Memory> {
  collect();
  // Memory of array buffers is given back a little later.
  await pause(30);
  collect();
  await pause(30);
  const { heapUsed, external, rss } = process.memoryUsage();
  return { held: heapUsed + external - before.held, resident: rss - before.resident };
}

const told = ({ held, resident }: Memory): string => `process +${held}, resident +${resident}`;

/** Writes the same bytes until nobody has taken any for a while; how many were taken. */
async function pour(into: Socket, bytes: Uint8Array, most: number): Promise<number> {
  let written = 0;
  while (written < most) {
    const taken = into.write(bytes);
    written += bytes.length;
    if (!taken && (await Promise.race([once(into, 'drain'), pause(150)])) === undefined) break;
  }
  return written - into.writableLength;
}

const peers = (['tls13', 'tls12'] as const).flatMap((version) => [
  { version, by: 'client', peer: rawClient },
  { version, by: 'server', peer: rawServer },
]);

describe.each(peers)('$version: a $by', ({ version, by, peer }) => {
  test('that sends without pause to an end that does not read is held back', async () => {
    const { raw, end, theirs } = await peer(version);
    const before = await memory();
    const block = new Uint8Array(64 * 1024);
    let written = 0;
    for (let taken = true; taken; ) {
      end.write(block);
      written += block.length;
      raw.write(Buffer.concat(end.takeOutput()));
      if (raw.writableNeedDrain) taken = (await Promise.race([once(raw, 'drain'), pause(150)])) !== undefined;
      expect(written).toBeLessThan(64 * mebi);
    }
    const grown = await memory(before);
    console.log(
      `${version}, ${by}: ${written} bytes sent, ${theirs.readableLength} wait for a reader, ${told(grown)}`,
    );
    expect(theirs.readableLength).toBeLessThan(mebi / 4);
    expect(grown.resident).toBeLessThan(resident);
    expect(grown.held).toBeLessThan(mebi);
    theirs.destroy();
    raw.destroy();
  });

  test('that reads nothing holds the writer back', async () => {
    const { raw, theirs, transport } = await peer(version);
    raw.pause();
    const before = await memory();
    const block = new Uint8Array(64 * 1024);
    let written = 0;
    for (let taken = true; taken; ) {
      written += block.length;
      if (!theirs.write(block))
        taken = (await Promise.race([once(theirs, 'drain'), pause(150)])) !== undefined;
      expect(written).toBeLessThan(64 * mebi);
    }
    const waiting = theirs.writableLength + transport.writableLength;
    const grown = await memory(before);
    console.log(`${version}, ${by}: ${written} bytes written, ${waiting} wait for the peer, ${told(grown)}`);
    expect(waiting).toBeLessThan(mebi);
    expect(grown.resident).toBeLessThan(resident);
    expect(grown.held).toBeLessThan(2 * mebi);
    theirs.destroy();
    raw.destroy();
  });
});

test('a peer that sends without pause while an answer is pending is held back at limits.pendingInput', async () => {
  const never = { ...node, hash: () => new Promise<Uint8Array>(() => undefined) };
  const server = createServer({ identity: [identityOf('p256')], provider: never, handshakeTimeout: 5000 });
  const port = await listening(server);
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const raw = tcpConnect(port, '127.0.0.1');
  raw.on('error', () => undefined);
  const { client } = talker('tls13');
  for (const bytes of client.takeOutput()) raw.write(bytes);
  const [transport] = await accepted;
  const before = await memory();
  const sent = await pour(raw, concat(header(23, 2 ** 14), new Uint8Array(2 ** 14)), 64 * mebi);
  const grown = await memory(before);
  console.log(`${sent} bytes left the peer, ${transport.bytesRead} were read, ${told(grown)}`);
  expect(transport.bytesRead).toBeLessThan(connectionLimits.pendingInput + 4 * 64 * 1024);
  expect(sent).toBeLessThan(64 * mebi);
  expect(grown.held).toBeLessThan(mebi);
  raw.destroy();
  transport.destroy();
});

test('a peer that asks for KeyUpdates and reads no answer is heard no longer (RFC 9846 §4.7.3)', async () => {
  let reads = true;
  const { client, keys } = talker('tls13');
  const transport = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      if (!reads) return;
      client.receive(chunk);
      done();
    },
  });
  const socket = accept(transport, serverConfig({ identity: [identityOf('p256')] }));
  let received = 0;
  socket.on('data', (chunk: Buffer) => {
    received += chunk.length;
  });
  const flush = (): void => client.takeOutput().forEach((bytes) => transport.push(bytes));
  const secured = once(socket, 'secureConnect');
  flush();
  await pause(20);
  flush();
  await secured;
  reads = false;
  let now = keys();
  let asked = 0;
  for (let taken = true; taken && asked < 10_000; ) {
    const records: Uint8Array[] = [];
    for (let i = 0; i < 500; i++, asked++) {
      records.push(now.seal(22, rawMessage(24, 1)));
      now = now.next();
      records.push(now.seal(23, Uint8Array.of(1)));
    }
    taken = transport.push(concat(...records));
    if (!taken) await pause(20);
    taken = transport.readableLength === 0;
  }
  console.log(`${asked} requests, ${received} heard, ${transport.writableLength} bytes of answers unread`);
  expect(received).toBeGreaterThan(1000);
  expect(asked).toBeLessThan(10_000);
  expect(transport.writableLength).toBeLessThan(mebi / 2);
  expect(socket.destroyed).toBe(false);
  socket.destroy();
});

test('a message that comes in 60,000 records of one byte takes little more than itself', async () => {
  const { server } = pair();
  server.receive(concat(header(22, 4), Uint8Array.of(1, 0, 0xff, 0xff)));
  const before = await memory();
  for (let i = 0; i < 60_000; i++) server.receive(concat(header(22, 1), Uint8Array.of(i & 0xff)));
  const grown = await memory(before);
  console.log(`60,000 records of one byte: ${told(grown)}`);
  expect(server.at).toBe('server/wait-client-hello');
  expect(grown.held).toBeLessThan(mebi / 2);
});
