import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type CaptureName, capture, captureNames, hellos, stream } from './capture.ts';

const directory = new URL('../../../src/data/captures/', import.meta.url);

test('the list of names is the list of files', () => {
  const files = readdirSync(directory).filter((file) => file.endsWith('.json'));
  expect(files.map((file) => file.slice(0, -5)).sort()).toEqual([...captureNames]);
  expect(captureNames.length).toBe(61);
});

test.each(captureNames)('%s: says who spoke, when and what, and is small', (name) => {
  const one = capture(name);
  expect(one.name).toBe(name);
  expect(one.date).toMatch(/^\d{4}-\d\d-\d\d$/);
  for (const peer of [one.peers.client, one.peers.server]) expect(peer).toMatch(/\d+\.\d+/);
  expect(one.what).toMatch(/TLS 1\.[23]/);
  expect(
    one.keylog.filter((line) => !/^(RSA [0-9a-f]{16}|[A-Z0-9_]+ [0-9a-f]{64}) [0-9a-f]{64,}$/i.test(line)),
  ).toEqual([]);
  const text = readFileSync(new URL(`${name}.json`, directory), 'utf8');
  expect(text.length).toBeLessThan(60_000);
  expect(text).not.toMatch(/"[^"]*\/(tmp|home|root)\//);
});

test.each(captureNames)('%s: begins with a ClientHello, and the server speaks second', (name) => {
  const one = capture(name);
  expect(one.flow[0]?.from).toBe('client');
  expect([...stream(one, 'client').subarray(0, 2)]).toEqual([22, 3]);
  const [first] = hellos([name]);
  expect(first?.from).toBe('client');
  expect(first?.type).toBe(1);
});

test('every hello has the length its header says and the legacy version', () => {
  for (const hello of hellos()) {
    expect(4 + Buffer.from(hello.bytes).readUIntBE(1, 3), hello.capture).toBe(hello.bytes.length);
    expect([...hello.bytes.subarray(4, 6)], hello.capture).toEqual([3, 3]);
  }
});

test('the captures hold this many hellos of each program', () => {
  const counts: Record<string, number> = {};
  for (const { peer, type } of hellos()) {
    const key = `${peer.split(' ')[0]} ${type === 1 ? 'ClientHello' : 'ServerHello'}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  expect(counts).toEqual({
    'OpenSSL ClientHello': 36,
    'OpenSSL ServerHello': 38,
    'GnuTLS ClientHello': 9,
    'GnuTLS ServerHello': 6,
    'Go ClientHello': 8,
    'Go ServerHello': 7,
    'Node.js ClientHello': 4,
    'Node.js ServerHello': 8,
    'Chromium ClientHello': 4,
    'curl ClientHello': 2,
    'nginx ServerHello': 2,
  });
});

test('a failed handshake has no ServerHello, a HelloRetryRequest makes two of each', () => {
  const types = (name: CaptureName): number[] => hellos([name]).map((hello) => hello.type);
  expect(types('openssl-13-no-common-cipher-suite')).toEqual([1]);
  expect(types('openssl-12-client-13-server')).toEqual([1]);
  expect(types('openssl-13-hello-retry')).toEqual([1, 1, 2, 2]);
  expect(types('go-13-hello-retry')).toEqual([1, 1, 2, 2]);
  expect(types('openssl-12-renegotiation')).toEqual([1, 2]);
});

test('a ClientHello over several records is put together (RFC 9846 §5.1)', () => {
  const one = capture('openssl-13-client-certificate-resumed');
  const firstRecord = Buffer.from(stream(one, 'client')).readUInt16BE(3);
  const [hello] = hellos([one.name]);
  expect(firstRecord).toBe(512);
  expect(hello?.bytes.length).toBeGreaterThan(1024);
});

test('the hybrid key shares of Chromium and Go are there (1216 octets of X25519MLKEM768)', () => {
  const share = Buffer.from('11ec04c0', 'hex');
  const names = hellos().filter((hello) => hello.type === 1 && Buffer.from(hello.bytes).includes(share));
  expect(names.map((hello) => hello.capture)).toEqual([
    'chromium-12',
    'chromium-12-resumed',
    'chromium-13',
    'chromium-13-resumed',
    'go-12',
    'go-12-resumed',
    'go-13',
    'go-13-encrypted-client-hello',
    'go-13-hello-retry',
    'go-13-resumed',
    'go-13-with-openssl',
  ]);
});

test('every call gives bytes of its own', () => {
  const first = capture('openssl-13-full');
  first.flow[0]?.bytes.fill(0);
  expect(capture('openssl-13-full').flow[0]?.bytes[0]).toBe(22);
});
