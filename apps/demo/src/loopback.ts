import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server as TcpServer } from 'node:net';
import { type Bytes, type ClientSession, concat, copyBytes, type Role } from '@tlsmith/types';
import { Client, type ClientOptions, defineClient, defineServer, Server, type ServerOptions } from 'tlsmith';
import { httpClient, httpServer } from './http.ts';
import { serverName } from './pki.ts';
import { ConnectionTrace } from './trace.ts';
import { attach, type Behaviour, type Ended } from './wire.ts';

/** What a connection between two ends of ours is made with. */
export interface Plan {
  readonly client: Omit<ClientOptions, 'serverName' | 'provider'> & { readonly serverName?: string };
  readonly server: Omit<ServerOptions, 'provider'>;
  readonly session?: ClientSession | undefined;
}

/** What became of a connection; an end that is not ours has no account of it. */
export interface Played {
  readonly trace: ConnectionTrace;
  readonly client: Ended | undefined;
  readonly server: Ended;
  readonly port: number;
  /** From calling connect() to its answer. */
  readonly connectMilliseconds: number | undefined;
  readonly handshakeMilliseconds: number | undefined;
  /** What TCP carried from each end. */
  readonly wire: Readonly<Record<Role, Bytes>>;
  /** Application data that each end sent. */
  readonly plaintext: Readonly<Record<Role, string>>;
}

/** A TLS server of ours on a free port of 127.0.0.1, for one connection. */
export interface OneServer {
  readonly port: number;
  readonly wire: Readonly<Record<Role, Bytes[]>>;
  /** How the connection went; the server is closed then. */
  readonly ended: Promise<Ended>;
  /** For a client that never came. */
  close(): void;
}

const page = 'Hello through the tunnel.\n';

/** Our client and our server over a TCP connection of their own. */
export async function overLoopback(plan: Plan, provider: ClientOptions['provider']): Promise<Played> {
  const trace = new ConnectionTrace(['client', 'server']);
  const host = plan.client.serverName ?? serverName;
  const config = defineClient({ ...plan.client, provider, serverName: host, tracer: trace.tracer('client') });
  const listening = await listen({ ...plan.server, provider }, trace);
  const started = performance.now();
  const socket = connect(listening.port, '127.0.0.1');
  await once(socket, 'connect');
  const connectedAt = performance.now();
  const http = httpClient(host);
  const client = await attach(socket.setNoDelay(), new Client(config, plan.session), http);
  const server = await listening.ended;
  return {
    trace,
    client,
    server,
    port: listening.port,
    connectMilliseconds: connectedAt - started,
    handshakeMilliseconds: client.connectedAt && client.connectedAt - connectedAt,
    wire: joined(listening.wire),
    plaintext: { client: http.request, server: httpServer(page).reply },
  };
}

/** Listens for one connection and serves it the demo's page. */
export async function listen(options: ServerOptions, trace: ConnectionTrace): Promise<OneServer> {
  const config = defineServer({ ...options, tracer: trace.tracer('server') });
  const tcp = createServer({ allowHalfOpen: true });
  const wire = { client: [] as Bytes[], server: [] as Bytes[] };
  const tap: Behaviour['tap'] = (direction, bytes) =>
    void wire[direction === 'read' ? 'client' : 'server'].push(copyBytes(bytes));
  const ended = new Promise<Ended>((resolve, reject) => {
    tcp.once('connection', (socket) => {
      tcp.close();
      // A turn later, so that a client in this process is told first, and its connect() measured without our work.
      setImmediate(() => {
        const behaviour = { ...httpServer(page), tap };
        attach(socket.setNoDelay(), new Server(config), behaviour).then(resolve, reject);
      });
    });
  });
  tcp.listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  return { port: portOf(tcp), wire, ended, close: () => void tcp.close() };
}

/** What a foreign client's connection became; the time of its connect() where it was measured. */
export async function playedBy(
  listening: OneServer,
  trace: ConnectionTrace,
  connectMilliseconds?: number,
): Promise<Played> {
  const server = await listening.ended;
  return {
    trace,
    client: undefined,
    server,
    port: listening.port,
    connectMilliseconds,
    handshakeMilliseconds: undefined,
    wire: joined(listening.wire),
    plaintext: { client: server.received, server: httpServer(page).reply },
  };
}

const joined = (wire: Readonly<Record<Role, Bytes[]>>): Played['wire'] => ({
  client: concat(...wire.client),
  server: concat(...wire.server),
});

const portOf = (tcp: TcpServer): number => (tcp.address() as AddressInfo).port;
