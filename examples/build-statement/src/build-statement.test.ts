import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type Extension, inspectMessage, knownExtensions, spanRows } from '@tlsmith/codec';
import { node } from '@tlsmith/crypto/node';
import { defineExtension, type ExtensionModule, extensionResult } from '@tlsmith/handshake';
import { issue, makeAuthority } from '@tlsmith/testkit/node';
import {
  type ClientSession,
  isPeerAlert,
  isTlsViolation,
  type Version,
  type Violation,
} from '@tlsmith/types';
import { trustAnchors } from '@tlsmith/x509';
import {
  Client,
  type ClientOptions,
  defineClient,
  defineServer,
  identity,
  Server,
  type ServerOptions,
  type TracedMessage,
} from 'tlsmith';
import { connect, createServer } from 'tlsmith/node';
import { describe, expect, test } from 'vitest';
import { buildStatement } from './extension.ts';
import { askForBuild, noStatement, stateBuild, unofferedDigest, wrongDigest } from './module.ts';

const authority = makeAuthority({ name: 'Root' });
const trust = { roots: trustAnchors([authority.certificate]) };
const leaf = issue(authority, { subject: 'server', dns: ['server.example'] });
const own = identity(node, { chain: leaf.chain, key: leaf.privateKeyPem });

const sha256 = new Uint8Array(32).fill(0xaa);
const asking = askForBuild(['sha384', 'sha256'], 'go-on');
const insisting = askForBuild(['sha256'], 'insist');
const stating = stateBuild('build 7', { sha256 });
const statement = { label: 'build 7', digest: 'sha256', value: sha256 };

test('both sides end with the statement, in memory', () => {
  const { client, server } = inMemory([asking], [stating]);
  expect(extensionResult(client.negotiated, asking)).toEqual(statement);
  expect(extensionResult(server.negotiated, stating)).toEqual(statement);
});

test('sockets have it in what was negotiated; a resumed session has the label without the digest', async () => {
  const heard: unknown[] = [];
  const listener = createServer({ identity: [own], extensions: [stating], versions: ['tls13'] }, (socket) => {
    heard.push(extensionResult(socket.negotiated, stating));
    socket.end('done');
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const to = { host: '127.0.0.1', port, serverName: 'server.example', trust, extensions: [insisting] };
  const first = connect(to);
  const session = once(first, 'session') as Promise<[ClientSession]>;
  await once(first.resume(), 'end');
  const second = connect({ ...to, session: (await session)[0] });
  await once(second.resume(), 'end');
  listener.close();
  expect([first, second].map((one) => one.isSessionReused())).toEqual([false, true]);
  const resumed = { ...statement, value: undefined };
  expect([first, second].map((one) => extensionResult(one.negotiated, insisting))).toEqual([
    statement,
    resumed,
  ]);
  expect(heard).toEqual([statement, resumed]);
});

test('every byte of it has a name, in each of its three messages', () => {
  const messages: TracedMessage[] = [];
  const message = (one: TracedMessage): void => void messages.push(one);
  inMemory([asking], [stating], { client: { tracer: { message } } });
  const known = new Map<number, Extension>([...knownExtensions, [buildStatement.type, buildStatement]]);
  const named = messages.flatMap(({ type, raw, version, keyExchange }) => {
    const { span } = inspectMessage(raw, { version, keyExchange }, known);
    return spanRows(span, raw)
      .filter(({ path }) => path.includes('build_statement'))
      .map(({ path, hex }) =>
        `${type} ${path.replace(/^.*build_statement/, 'build_statement')} ${hex}`.trim(),
      );
  });
  expect(named).toEqual([
    'client_hello build_statement',
    'client_hello build_statement.digests',
    'client_hello build_statement.digests.length 02',
    'client_hello build_statement.digests.content',
    'client_hello build_statement.digests.content.[0] 02',
    'client_hello build_statement.digests.content.[1] 01',
    'encrypted_extensions build_statement',
    'encrypted_extensions build_statement.digest 01',
    'encrypted_extensions build_statement.label',
    'encrypted_extensions build_statement.label.length 07',
    'encrypted_extensions build_statement.label.content 6275696c642037',
    'certificate build_statement',
    'certificate build_statement.length 20',
    `certificate build_statement.content ${'aa'.repeat(32)}`,
  ]);
});

describe('a row of its own ends the handshake with its alert', () => {
  const lying = (said: {
    readonly digest: number;
    readonly value: Uint8Array | undefined;
  }): ExtensionModule =>
    defineExtension({
      extension: buildStatement,
      server: {
        answer: () => ({
          encrypted_extensions: { digest: said.digest, label: 'lies' },
          certificate: said.value,
        }),
      },
    });

  test.each<readonly [string, Violation, readonly ExtensionModule[]]>([
    ['a digest that was not offered', unofferedDigest, [lying({ digest: 2, value: new Uint8Array(48) })]],
    ['a digest of the wrong length', wrongDigest, [lying({ digest: 1, value: new Uint8Array(31) })]],
    ['no digest', wrongDigest, [lying({ digest: 1, value: undefined })]],
    ['no statement where the client insists', noStatement, []],
    ['no digest in common where the client insists', noStatement, [stateBuild('x', { sha384: sha256 })]],
  ])('%s', (_what, row, extensions) => {
    const { client, server } = inMemory([insisting], extensions);
    expectFailure(client, server, row);
  });

  test('no place in TLS 1.2 where the client insists: an older version is no way round', () => {
    const { client, server } = inMemory([insisting], [stating], { server: { versions: ['tls12'] } });
    expectFailure(client, server, noStatement);
  });
});

test.each<readonly [string, readonly Version[], readonly ExtensionModule[]]>([
  ['a server without it', ['tls13'], []],
  ['TLS 1.2', ['tls12'], [stating]],
])('a client that does not insist goes on without a statement: %s', (_what, versions, extensions) => {
  const { client, server } = inMemory([asking], extensions, { server: { versions } });
  expect([client.connected, server.connected]).toEqual([true, true]);
  expect(extensionResult(client.negotiated, asking)).toBeUndefined();
});

interface Changes {
  readonly client?: Partial<ClientOptions>;
  readonly server?: Partial<ServerOptions>;
}

function inMemory(
  asked: readonly ExtensionModule[],
  stated: readonly ExtensionModule[],
  changes: Changes = {},
): { readonly client: Client; readonly server: Server } {
  const provider = node;
  const client = new Client(
    defineClient({ provider, serverName: 'server.example', trust, extensions: asked, ...changes.client }),
  );
  const server = new Server(
    defineServer({ provider, identity: [own], extensions: stated, ...changes.server }),
  );
  for (;;) {
    const toServer = client.takeOutput();
    for (const bytes of toServer) server.receive(bytes);
    const toClient = server.takeOutput();
    for (const bytes of toClient) client.receive(bytes);
    if (toServer.length + toClient.length === 0) return { client, server };
  }
}

function expectFailure(client: Client, server: Server, row: Violation): void {
  const [error, heard] = [client, server].map((end) =>
    end
      .events()
      .flatMap((event) => (event.event === 'failed' ? [event.error] : []))
      .at(0),
  );
  expect(isTlsViolation(error) && error.row).toBe(row);
  expect(isPeerAlert(heard) && heard.alert).toBe(row.alert);
}
