import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { certificateFiles } from '@tlsmith/testkit/node';
import { fromUtf8, isConnectionFailed, isPeerAlert, isTlsViolation, utf8 } from '@tlsmith/types';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { tlsAccept } from './core.ts';
import { makeSite } from './core/answers.ts';
import { hasOpenssl, openssl, visit } from './peers.test-support.ts';

// Programs take their time to start where many do at once.
vi.setConfig({ testTimeout: 60_000 });

const files = certificateFiles();
afterAll(() => files.remove());
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** The core behind a port: answers the first bytes in capitals, with the version before them, and closes. */
async function serving(keyType: 'p256' | 'rsa' | 'ed25519') {
  const pem = readFileSync(files.certificate(keyType), 'utf8');
  const site = makeSite(pem, pem);
  const ends: (Error | undefined)[] = [];
  const server = createServer((socket) => {
    let agreed = '';
    const connection = tlsAccept(socket, site, {
      connected: ({ version, resumed }) => {
        agreed = `${version} ${resumed ? 'resumed' : 'full'}`;
      },
      data: (bytes) => {
        connection.send(utf8(`${agreed} ${fromUtf8(bytes).toUpperCase()}`));
        connection.close();
      },
      closed: (error) => ends.push(error),
    });
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, ends };
}

test('the core has at most 60 lines, does without the facade, and stands in the README', () => {
  const text = readFileSync(new URL('core.ts', import.meta.url), 'utf8');
  expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(60);
  expect(text).not.toMatch(/from '(?:tlsmith|node:tls)/);
  expect(readFileSync(new URL('../README.md', import.meta.url), 'utf8')).toContain(text);
});

const cases = (['TLSv1.3', 'TLSv1.2'] as const).flatMap((version) =>
  (['p256', 'rsa', 'ed25519'] as const).map((keyType) => [version, keyType] as const),
);

test.each(cases)('talks %s with node:tls (%s), and resumes', async (version, keyType) => {
  const { port, ends } = await serving(keyType);
  const only = { minVersion: version, maxVersion: version };
  const name = version === 'TLSv1.3' ? 'tls13' : 'tls12';
  const first = await visit(port, files.ca, only, 'hello');
  expect(first).toMatchObject({ text: `${name} full HELLO`, protocol: version, resumed: false });
  const { session } = first;
  const second = await visit(port, files.ca, { ...only, ...(session && { session }) }, 'hello');
  expect(second).toMatchObject({ text: `${name} resumed HELLO`, resumed: true });
  expect(ends).toEqual([undefined, undefined]);
});

test.skipIf(!hasOpenssl).each(cases)('talks %s with openssl s_client (%s)', async (version, keyType) => {
  const { port } = await serving(keyType);
  const flag = version === 'TLSv1.3' ? '-tls1_3' : '-tls1_2';
  const output = await openssl(port, 'hello', flag, '-quiet', '-CAfile', files.ca, '-verify_return_error');
  expect(output).toMatch(/^tls1[23] full HELLO/m);
});

test('a client whose key share is of another group gets a HelloRetryRequest', async () => {
  const { port } = await serving('p256');
  expect(await visit(port, files.ca, { ecdhCurve: 'P-384:P-256' }, 'hello')).toMatchObject({
    text: 'tls13 full HELLO',
    group: 'prime256v1',
  });
});

test('versions before TLS 1.2 are refused with protocol_version', async () => {
  const { port, ends } = await serving('p256');
  const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const;
  await expect(visit(port, files.ca, old)).rejects.toThrow(/protocol version/);
  await expect.poll(() => ends.length).toBe(1);
  expect(isTlsViolation(ends[0]) && ends[0].alert).toBe('protocol_version');
});

test.skipIf(!hasOpenssl)(
  'the alert of a client that does not believe the certificate ends the connection',
  async () => {
    const { port, ends } = await serving('p256');
    await openssl(port, 'hello', '-CAfile', files.otherCa, '-verify_return_error');
    await expect.poll(() => ends.length).toBe(1);
    expect(isPeerAlert(ends[0]) && ends[0].alert).toBe('unknown_ca');
  },
);

test('a client that leaves without close_notify is an error', async () => {
  const { port, ends } = await serving('p256');
  connect(port, '127.0.0.1').end();
  await expect.poll(() => ends.length).toBe(1);
  expect(isConnectionFailed(ends[0]) && ends[0].code).toBe('truncated');
});

test('bytes that are no TLS end in an alert and the end of the connection', async () => {
  const { port, ends } = await serving('p256');
  const socket = connect(port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  const heard = Buffer.concat(chunks);
  // alert(21), two bytes of version and of length, fatal(2) and the description
  expect([heard.length, heard[0], heard[5]]).toEqual([7, 21, 2]);
  expect(ends.map(isTlsViolation)).toEqual([true]);
});
