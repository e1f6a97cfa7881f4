import { once } from 'node:events';
import {
  type AddressInfo,
  connect as tcpConnect,
  createServer as createTcpServer,
  type Server as TcpServer,
  type Socket,
} from 'node:net';
import { node } from '@tlsmith/crypto/node';
import type { Bytes, Version } from '@tlsmith/types';
import { Client, defineClient, defineServer, Server, type TlsEnd } from 'tlsmith';
import { Confessed, HostileKeys } from './keys.ts';
import { connect, type CreateServerOptions, createServer, type TLSSocket } from 'tlsmith/node';
import { host, identityOf, roots } from './ends.ts';

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Servers to be closed after a test. */
export const open: { close(): unknown }[] = [];

export async function listening(server: TcpServer): Promise<number> {
  open.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A sans-I/O client that is to be bad later, and its key log. */
export function talker(version: Version): { readonly client: Client; readonly keys: () => HostileKeys } {
  const confessed = new Confessed();
  const config = defineClient({ provider: node, serverName: host, trust: { roots }, versions: [version] });
  const client = new Client(config, undefined, { tracer: confessed.tracer });
  const keys = (): HostileKeys => {
    const { suite } = client.negotiated as NonNullable<Client['negotiated']>;
    return HostileKeys.traffic(suite, confessed.get('CLIENT_TRAFFIC_SECRET_0') as Bytes);
  };
  return { client, keys };
}

/** A peer that has TCP in its own hands: it may break off however it likes. */
export interface RawPeer {
  readonly raw: Socket;
  /** The bad peer's end. */
  readonly end: TlsEnd;
  /** The socket that it is bad to. */
  readonly theirs: TLSSocket;
  /** TCP below it. */
  readonly transport: Socket;
}

/** A server of ours with a client like that, connected. */
export async function rawClient(
  version: Version,
  options: Partial<CreateServerOptions> = {},
): Promise<RawPeer> {
  const server = createServer({ identity: [identityOf('p256')], halfClose: 'allow-half-open', ...options });
  const port = await listening(server);
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const secured = once(server, 'secureConnection') as Promise<[TLSSocket]>;
  const { client } = talker(version);
  const raw = tcpConnect({ port, host: '127.0.0.1', allowHalfOpen: true });
  raw.once('connect', () => carry(raw, client));
  const [[theirs], [transport]] = await Promise.all([secured, accepted]);
  // In TLS 1.2 the server is done first.
  while (!client.connected) await once(raw, 'data');
  return { raw, end: client, theirs, transport };
}

/** A client of ours with a server like that, connected. */
export async function rawServer(version: Version): Promise<RawPeer> {
  const config = defineServer({ provider: node, identity: [identityOf('p256')], versions: [version] });
  const server = new Server(config, { halfClose: 'allow-half-open' });
  const listener = createTcpServer({ allowHalfOpen: true });
  const accepted = once(listener, 'connection') as Promise<[Socket]>;
  const port = await listening(listener);
  const transport = tcpConnect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const theirs = connect({
    socket: transport,
    serverName: host,
    trust: { roots },
    halfClose: 'allow-half-open',
  });
  const secured = once(theirs, 'secureConnect');
  const [raw] = await accepted;
  carry(raw, server);
  await secured;
  while (!server.connected) await once(raw, 'data');
  return { raw, end: server, theirs, transport };
}

/** Passes bytes on between TCP and an end. */
function carry(raw: Socket, end: TlsEnd): void {
  const flush = (): void => {
    for (const bytes of end.takeOutput()) raw.write(bytes);
  };
  raw.on('error', () => undefined);
  raw.on('data', (bytes: Buffer) => {
    end.receive(bytes);
    flush();
  });
  flush();
}
