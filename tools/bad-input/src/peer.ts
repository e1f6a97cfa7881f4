import { once } from 'node:events';
import { type AddressInfo, connect as tcpConnect, type Server as TcpServer, type Socket } from 'node:net';
import { node } from '@tlsmith/crypto/node';
import type { Bytes, Version } from '@tlsmith/types';
import { Client, defineClient } from 'tlsmith';
import { Confessed, HostileKeys } from './keys.ts';
import { type CreateServerOptions, createServer, type TLSSocket } from 'tlsmith/node';
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

/** A client that has TCP in its own hands: it may break off however it likes. */
export interface RawPeer {
  readonly raw: Socket;
  readonly client: Client;
  /** The server's socket. */
  readonly theirs: TLSSocket;
  /** TCP below it. */
  readonly transport: Socket;
}

/** A server of ours with such a client, connected. */
export async function rawPeer(
  version: Version,
  options: Partial<CreateServerOptions> = {},
): Promise<RawPeer> {
  const server = createServer({ identity: [identityOf('p256')], halfClose: 'allow-half-open', ...options });
  const port = await listening(server);
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const secured = once(server, 'secureConnection') as Promise<[TLSSocket]>;
  const { client } = talker(version);
  const raw = tcpConnect({ port, host: '127.0.0.1', allowHalfOpen: true });
  raw.on('error', () => undefined);
  const flush = (): void => {
    for (const bytes of client.takeOutput()) raw.write(bytes);
  };
  raw.on('data', (bytes: Buffer) => {
    client.receive(bytes);
    flush();
  });
  raw.once('connect', flush);
  const [[theirs], [transport]] = await Promise.all([secured, accepted]);
  // In TLS 1.2 the server is done first.
  while (!client.connected) await once(raw, 'data');
  return { raw, client, theirs, transport };
}
