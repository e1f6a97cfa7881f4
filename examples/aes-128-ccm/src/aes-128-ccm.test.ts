import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { node } from '@tlsmith/crypto/node';
import { issue, makeAuthority, sharedFile } from '@tlsmith/testkit/node';
import {
  type AeadAlgorithm,
  type CipherSuite,
  type ClientSession,
  concat,
  equal,
  fromHex,
  noBytes,
  suites,
  utf8,
} from '@tlsmith/types';
import { trustAnchors } from '@tlsmith/x509';
import { Client, type ClientOptions, defineClient, defineServer, identity, Server } from 'tlsmith';
import { connect, createServer } from 'tlsmith/node';
import { describe, expect, test } from 'vitest';
import { TLS_AES_128_CCM_SHA256, TLS_ECDHE_ECDSA_WITH_AES_128_CCM } from './aes-128-ccm.ts';

const authority = makeAuthority({ name: 'Root' });
const trust = { roots: trustAnchors([authority.certificate]) };
const leaf = issue(authority, { subject: 'server', dns: ['server.example'], keyType: 'p256' });
const own = identity(node, { chain: leaf.chain, key: leaf.privateKeyPem });

const both = [
  ['TLS 1.3', TLS_AES_128_CCM_SHA256],
  ['TLS 1.2', TLS_ECDHE_ECDSA_WITH_AES_128_CCM],
] as const;

describe.each(both)('in %s', (_version, suite) => {
  const common = { provider: node, versions: [suite.version], suites: [suite] };

  test('a client and a server in memory speak AES-128-CCM, over many records', () => {
    const { client, server } = inMemory(common);
    expect(client.negotiated?.suite.name).toBe(suite.name);
    const message = node.random(100_001);
    client.write(message);
    server.write(utf8('pong'));
    carry(client, server);
    expect(equal(dataOf(server), message)).toBe(true);
    expect(dataOf(client)).toEqual(utf8('pong'));
  });

  test('a record that was changed on its way is refused with bad_record_mac', () => {
    const { client, server } = inMemory(common);
    server.events();
    client.write(utf8('ping'));
    const [record = noBytes] = client.takeOutput();
    server.receive(record.map((byte, i) => (i === record.length - 1 ? byte ^ 1 : byte)));
    expect(server.events()).toMatchObject([{ event: 'failed', error: { code: 'bad-record-mac' } }]);
  });

  test('sockets speak it, and a session of it is resumed under it', async () => {
    const listener = createServer({ ...common, identity: [own] }, (socket) => socket.pipe(socket));
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const { port } = listener.address() as AddressInfo;
    const to = { ...common, trust, host: '127.0.0.1', port, serverName: 'server.example' };
    const first = connect(to);
    const session = once(first, 'session') as Promise<[ClientSession]>;
    await echo(first);
    const second = connect({ ...to, session: (await session)[0] });
    await echo(second);
    expect(second.isSessionReused()).toBe(true);
    expect(second.getCipher()?.name).toBe(suite.name);
    listener.close();
  });
});

test('states hold a suite of one’s own without its code', () => {
  const { client } = inMemory({ provider: node, versions: ['tls13'], suites: [TLS_AES_128_CCM_SHA256] });
  expect(structuredClone(client.negotiated?.suite)).toMatchObject({ name: 'TLS_AES_128_CCM_SHA256' });
});

test('both can be on offer beside built-in suites, and the server’s order decides', () => {
  const mixed = [TLS_AES_128_CCM_SHA256, suites.TLS_AES_128_GCM_SHA256];
  const { client } = inMemory({ provider: node, suites: mixed, versions: ['tls13'] });
  expect(client.negotiated?.suite.name).toBe('TLS_AES_128_CCM_SHA256');
});

test('other code under a name that a suite or the provider has is misuse', () => {
  const { aead } = TLS_AES_128_CCM_SHA256;
  const other = { ...TLS_AES_128_CCM_SHA256, aead: { ...aead, implementation: { ...algorithmOf() } } };
  const taken = { ...TLS_AES_128_CCM_SHA256, aead: { ...aead, name: 'aes-128-gcm' } };
  for (const list of [[TLS_AES_128_CCM_SHA256, other], [taken]]) {
    expect(() =>
      defineClient({
        provider: node,
        serverName: 'server.example',
        trust,
        suites: list,
        versions: ['tls13'],
      }),
    ).toThrow(expect.objectContaining({ code: 'entry-name-taken' }));
  }
});

const vectors = sharedFile('wycheproof/aes_ccm_test.json');
if (vectors === undefined)
  console.log('AES-CCM: no Wycheproof file beside the checkout, its cases were not run');

test.skipIf(vectors === undefined)('the AEAD answers Wycheproof’s cases of its sizes', () => {
  const { testGroups } = JSON.parse(readFileSync(vectors as string, 'utf8')) as {
    testGroups: readonly CcmGroup[];
  };
  const fitting = testGroups.filter(
    (group) => group.keySize === 128 && group.ivSize === 96 && group.tagSize === 128,
  );
  const cases = fitting.flatMap(({ tests }) => tests);
  const counted = { valid: 0, invalid: 0 };
  for (const one of cases) {
    const key = algorithmOf().bind(fromHex(one.key));
    const sealed = concat(fromHex(one.ct), fromHex(one.tag));
    const opened = key.open(fromHex(one.iv), fromHex(one.aad), sealed);
    expect(opened, `case ${one.tcId}`).toEqual(one.result === 'valid' ? fromHex(one.msg) : undefined);
    if (one.result === 'valid') {
      const output = new Uint8Array(sealed.length);
      key.seal(fromHex(one.iv), fromHex(one.aad), fromHex(one.msg), noBytes, output);
      expect(output, `case ${one.tcId}`).toEqual(sealed);
    }
    counted[one.result]++;
  }
  console.log(`AES-CCM, Wycheproof: ${counted.valid} valid, ${counted.invalid} invalid`);
  expect(Math.min(counted.valid, counted.invalid)).toBeGreaterThan(10);
});

interface CcmGroup {
  readonly keySize: number;
  readonly ivSize: number;
  readonly tagSize: number;
  readonly tests: readonly {
    readonly tcId: number;
    readonly key: string;
    readonly iv: string;
    readonly aad: string;
    readonly msg: string;
    readonly ct: string;
    readonly tag: string;
    readonly result: 'valid' | 'invalid';
  }[];
}

const algorithmOf = (): AeadAlgorithm => TLS_AES_128_CCM_SHA256.aead.implementation as AeadAlgorithm;

function inMemory(
  common: Pick<ClientOptions, 'provider' | 'versions'> & { readonly suites: readonly CipherSuite[] },
): { readonly client: Client; readonly server: Server } {
  const client = new Client(defineClient({ ...common, serverName: 'server.example', trust }));
  const server = new Server(defineServer({ ...common, identity: [own] }));
  carry(client, server);
  return { client, server };
}

function carry(client: Client, server: Server): void {
  for (;;) {
    const toServer = client.takeOutput();
    for (const bytes of toServer) server.receive(bytes);
    const toClient = server.takeOutput();
    for (const bytes of toClient) client.receive(bytes);
    if (toServer.length + toClient.length === 0) return;
  }
}

const dataOf = (end: Client | Server): Uint8Array =>
  concat(...end.events().flatMap((event) => (event.event === 'data' ? [event.bytes] : [])));

async function echo(socket: ReturnType<typeof connect>): Promise<void> {
  socket.end('ping');
  let heard = '';
  for await (const chunk of socket) heard += String(chunk);
  expect(heard).toBe('ping');
}
