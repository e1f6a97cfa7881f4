import { isConnectionFailed, isTlsViolation, utf8, violations } from '@tlsmith/types';
import { describe, expect, test } from 'vitest';
import type { Client } from './client.ts';
import { exchange, identityOf, later, slowly, names, pair, sessions, text } from './pair.test-support.ts';
import type { Server } from './server.ts';
import type { TlsEnd } from './tls-end.ts';

const versions = ['tls13', 'tls12'] as const;

/** Both ends connected, with the events of that taken. */
function connected(version: 'tls13' | 'tls12', options: Parameters<typeof pair>[0] = {}) {
  const ends = pair({ ...options, client: { versions: [version], ...options.client } });
  exchange(ends.client, ends.server);
  expect(names(ends.client.events())).toContain('connected');
  expect(names(ends.server.events())).toEqual(['connected']);
  return ends;
}

/** Carries bytes both ways until `done`, whenever an end says that it is ready. */
async function exchangeLater(a: TlsEnd, b: TlsEnd, done: () => boolean): Promise<void> {
  for (let turn = 0; turn < 5000 && !done(); turn++) {
    for (const bytes of a.takeOutput()) b.receive(bytes);
    for (const bytes of b.takeOutput()) a.receive(bytes);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(done()).toBe(true);
}

function failure(end: TlsEnd): Error {
  const failed = end.events().find((event) => event.event === 'failed');
  if (failed?.event !== 'failed') throw new Error(`not failed but ${end.at}`);
  return failed.error;
}

function rowOf(end: TlsEnd): string | Error {
  const error = failure(end);
  return isTlsViolation(error) ? error.code : error;
}

describe.each(versions)('%s', (version) => {
  test.each([1, 7, 100])('any cut of the stream leads to the same connection (%i bytes a piece)', (size) => {
    const { client, server } = pair({ client: { versions: [version] }, server: { sessions: sessions() } });
    client.write(utf8('ping'));
    exchange(client, server, size);
    server.write(utf8('pong'));
    exchange(client, server, size);
    expect(text(server.events())).toBe('ping');
    expect(text(client.events())).toBe('pong');
  });

  test('an asynchronous provider leads to the same connection', async () => {
    const { client, server } = pair({
      client: { versions: [version], provider: later },
      server: { provider: later, sessions: sessions() },
    });
    client.write(utf8('ping'));
    await exchangeLater(client, server, () => client.connected && server.connected);
    server.write(utf8('pong'));
    const received = { client: '', server: '' };
    await exchangeLater(client, server, () => {
      received.client += text(client.events());
      received.server += text(server.events());
      return received.client.length + received.server.length === 8;
    });
    expect(received).toEqual({ client: 'pong', server: 'ping' });
  });

  test('bytes that arrive while an answer is pending wait for it, in order', async () => {
    const { client, server } = pair({ client: { versions: [version] }, server: { provider: later } });
    for (const bytes of client.takeOutput()) for (const byte of bytes) server.receive(Uint8Array.of(byte));
    await exchangeLater(client, server, () => client.connected && server.connected);
    client.write(utf8('one'));
    client.write(utf8('two'));
    for (const bytes of client.takeOutput()) server.receive(bytes);
    expect(text(server.events())).toBe('onetwo');
  });

  test('an end that is aborted while an answer is pending ignores the answer', async () => {
    const { client, server } = pair({ client: { versions: [version] }, server: { provider: later } });
    for (const bytes of client.takeOutput()) server.receive(bytes);
    server.abort();
    await slowly(0);
    await slowly(0);
    expect(server.at).toBe('failed');
    expect(server.takeOutput()).toEqual([]);
    expect(names(server.events())).toEqual(['failed: aborted']);
  });

  test('close_notify ends reading in good order, and the other end answers it (RFC 9846 §6.1)', () => {
    const { client, server } = connected(version);
    client.write(utf8('last words'));
    client.close();
    exchange(client, server);
    expect(names(server.events())).toEqual(['data', 'end', 'closed']);
    expect(names(client.events())).toEqual(['end', 'closed']);
  });

  test('with half-open connections the other direction goes on', () => {
    const { client, server } = connected(version, { server: { halfClose: 'allow-half-open' } });
    client.close();
    exchange(client, server);
    server.write(utf8('still here'));
    exchange(client, server);
    expect(text(client.events())).toBe('still here');
    server.close();
    exchange(client, server);
    expect(names(client.events())).toEqual(['end', 'closed']);
    expect(names(server.events())).toEqual(['end', 'closed']);
  });

  test('the end of the transport without close_notify is a truncation, after all data', () => {
    const { client, server } = connected(version);
    client.write(utf8('half a sent'));
    for (const bytes of client.takeOutput()) server.receive(bytes);
    server.end();
    expect(names(server.events())).toEqual(['data', 'failed: truncated']);
    expect(server.takeOutput()).toEqual([]);
  });

  test('after our close_notify TLS 1.2 need not wait for the peer’s; in TLS 1.3 the peer may have had more to say', () => {
    const { client, server } = connected(version);
    client.close();
    server.abort();
    client.end();
    const order = version === 'tls12' ? ['end', 'closed'] : ['failed: truncated'];
    expect(names(client.events())).toEqual(order);
  });

  test('the end of the transport during the handshake fails, and so does close_notify', () => {
    const silent = pair({ client: { versions: [version] } });
    silent.client.end();
    expect(isConnectionFailed(failure(silent.client))).toBe(true);
    const closing = pair({ client: { versions: [version] } });
    closing.client.receive(Uint8Array.of(21, 3, 3, 0, 2, 1, 0));
    expect(isConnectionFailed(failure(closing.client))).toBe(true);
  });

  test('writing after close is a misuse, and writing before the handshake has a limit', () => {
    const { client } = pair({ client: { versions: [version], limits: { pendingOutput: 10 } } });
    client.write(new Uint8Array(10));
    expect(() => client.write(new Uint8Array(1))).toThrow(/wait for the connection/);
    client.close();
    expect(() => client.write(new Uint8Array(1))).toThrow(/closed for writing/);
  });

  test('data written before the handshake is done is sent after it, before close_notify', () => {
    const { client, server } = pair({ client: { versions: [version] } });
    client.write(utf8('a'));
    client.close();
    exchange(client, server);
    expect(names(server.events())).toEqual(['connected', 'data', 'end', 'closed']);
  });

  test('a flipped bit in a record is answered with bad_record_mac', () => {
    const { client, server } = connected(version);
    client.write(utf8('data'));
    const [record] = client.takeOutput() as [Uint8Array];
    record[record.length - 1] = (record[record.length - 1] as number) ^ 1;
    server.receive(record);
    expect(rowOf(server)).toBe(violations.badRecordMac.code);
    for (const bytes of server.takeOutput()) client.receive(bytes);
    expect(names(client.events())).toEqual(['failed: peer-alert']);
  });

  test('a failed connection takes nothing in and gives nothing out', () => {
    const { client, server } = connected(version);
    server.receive(Uint8Array.of(99, 3, 3, 0, 1, 0));
    expect(rowOf(server)).toBe(violations.unknownContentType.code);
    expect(server.takeOutput().length).toBe(1);
    client.write(utf8('data'));
    for (const bytes of client.takeOutput()) server.receive(bytes);
    server.write(utf8('data'));
    expect([server.events(), server.takeOutput()]).toEqual([[], []]);
  });

  test('the key log of both ends is the same', () => {
    const logs: Record<'client' | 'server', string[]> = { client: [], server: [] };
    const { client, server } = pair({
      client: { versions: [version], keyLog: (line) => void logs.client.push(line) },
      server: { keyLog: (line) => void logs.server.push(line) },
    });
    exchange(client, server);
    expect(logs.client.length).toBe(version === 'tls13' ? 5 : 1);
    expect(logs.client.toSorted()).toEqual(logs.server.toSorted());
  });

  test('no secret appears in the state or an event as JSON', () => {
    const secrets: string[] = [];
    const tracer = {
      secret: (_label: string, _random: Uint8Array, held: { use<T>(f: (bytes: Uint8Array) => T): T }) =>
        void secrets.push(held.use((bytes) => Buffer.from(bytes).toString('hex'))),
    };
    const { client, server } = pair({
      client: { versions: [version], tracer },
      server: { sessions: sessions() },
    });
    exchange(client, server);
    const told = JSON.stringify([client.events(), client.negotiated]);
    expect(secrets.length).toBeGreaterThan(0);
    for (const secret of secrets) expect(told).not.toContain(secret);
    expect(told).toContain('[secret');
  });
});

test('handshake bytes in the middle of a message are not interleaved with others (RFC 9846 §5.1)', () => {
  const { server } = pair();
  server.receive(Uint8Array.of(22, 3, 1, 0, 2, 1, 0));
  server.receive(Uint8Array.of(21, 3, 3, 0, 2, 1, 0));
  expect(rowOf(server)).toBe(violations.interleavedMessage.code);
});

test('application data before the handshake is done is refused', () => {
  const { server } = pair();
  server.receive(Uint8Array.of(23, 3, 3, 0, 1, 0));
  expect(rowOf(server)).toBe(violations.unexpectedApplicationData.code);
});

test('malformed alerts and floods of warnings are refused', () => {
  const long = pair().server;
  long.receive(Uint8Array.of(21, 3, 3, 0, 3, 1, 0, 0));
  expect(rowOf(long)).toBe(violations.malformedAlert.code);
  const level = pair().server;
  level.receive(Uint8Array.of(21, 3, 3, 0, 2, 7, 90));
  expect(rowOf(level)).toBe(violations.unknownAlertLevel.code);
  const flood = pair().server;
  for (let i = 0; i < 6; i++) flood.receive(Uint8Array.of(21, 3, 3, 0, 2, 1, 90));
  expect(rowOf(flood)).toBe(violations.tooManyWarnings.code);
});

test('KeyUpdate changes keys in both directions, as often as one likes between data (RFC 9846 §4.7.3)', () => {
  const { client, server } = connected('tls13');
  for (let i = 0; i < 100; i++) {
    client.updateKeys('request');
    client.write(utf8('x'));
    exchange(client, server);
    server.updateKeys();
    server.write(utf8('y'));
    exchange(client, server);
  }
  expect(text(server.events())).toBe('x'.repeat(100));
  expect(text(client.events())).toBe('y'.repeat(100));
});

test('a flood of KeyUpdates without data is refused', () => {
  const { client, server } = connected('tls13');
  for (let i = 0; i < 40; i++) client.updateKeys();
  exchange(client, server);
  expect(rowOf(server)).toBe(violations.tooManyKeyUpdates.code);
});

test('KeyUpdate in TLS 1.2 and before the handshake is a misuse', () => {
  expect(() => connected('tls12').client.updateKeys()).toThrow(/TLS 1.3/);
  expect(() => pair().client.updateKeys()).toThrow(/TLS 1.3/);
});

test('a client that offers only versions that are too old hears protocol_version', () => {
  const { server } = pair({ server: { versions: ['tls13'] } });
  const { client } = pair({ client: { versions: ['tls12'] } });
  exchange(client, server);
  expect(rowOf(server)).toBe(violations.noCommonVersion.code);
  const error = failure(client) as Error & { alert?: string };
  expect(error.alert).toBe('protocol_version');
});

test('an identity whose key cannot sign what the client takes is passed over', () => {
  const server = { identity: [identityOf('rsa'), identityOf('p256')] as const };
  const ends: { client: Client; server: Server } = pair({
    client: { schemes: identityOf('p256').schemes.filter(({ name }) => name.startsWith('ecdsa')) },
    server,
  });
  exchange(ends.client, ends.server);
  expect(ends.client.negotiated?.peerChain).toEqual(identityOf('p256').chain);
});
