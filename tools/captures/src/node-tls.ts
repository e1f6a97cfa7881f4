import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { type ConnectionOptions, connect, createServer, type Server, type TlsOptions } from 'node:tls';
import { serverName } from './pki.ts';
import type { Exported, Recording, Studio } from './recording.ts';
import { type Connection, openTap, type Tap } from './tap.ts';

/** Records Node's tls module on both ends: TLS 1.3 and 1.2, each full and resumed. */
export async function recordNode(studio: Studio): Promise<void> {
  for (const version of ['TLSv1.3', 'TLSv1.2'] as const) {
    const short = version.slice(-3).replace('.', '');
    const server = await listen(studio, {
      minVersion: version,
      maxVersion: version,
      ALPNProtocols: ['throw-away'],
    });
    const tap = await openTap((server.address() as AddressInfo).port);
    const full = await talk(studio, tap, {});
    save(studio, full, {
      name: `node-${short}`,
      what: `TLS ${version.slice(-3)}, ALPN, exported keying material with and without context`,
    });
    const resumed = await talk(studio, tap, { session: full.session });
    save(studio, resumed, {
      name: `node-${short}-resumed`,
      what: `TLS ${version.slice(-3)}, resumption with a ticket`,
      resumes: `node-${short}`,
    });
    tap.close();
    server.close();
  }
}

interface Talk {
  readonly connection: Connection;
  readonly keylog: string[];
  readonly exporters: Exported[];
  readonly session: Buffer;
}

/** "Node.js v20.20.2 (OpenSSL 3.0.19)". */
export function nodeVersion(): string {
  return `Node.js ${process.version} (OpenSSL ${process.versions.openssl.replace('+quic', '')})`;
}

async function listen({ pki }: Studio, options: TlsOptions): Promise<Server> {
  const server = createServer({
    cert: readFileSync(pki.path('ecdsa.crt')),
    key: readFileSync(pki.path('ecdsa.key')),
    ...options,
  });
  server.on('secureConnection', (socket) =>
    socket.on('data', () => socket.write('pong\n')).on('error', () => undefined),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function talk({ pki }: Studio, tap: Tap, options: ConnectionOptions): Promise<Talk> {
  const socket = connect({
    host: '127.0.0.1',
    port: tap.port,
    servername: serverName,
    ca: readFileSync(pki.path('ca.crt')),
    ALPNProtocols: ['other', 'throw-away'],
    ...options,
  });
  const keylog: string[] = [];
  const sessions: Buffer[] = [];
  socket.on('keylog', (line: Buffer) => keylog.push(line.toString().trim()));
  socket.on('session', (session: Buffer) => sessions.push(session));
  await once(socket, 'secureConnect');
  const exporters = [undefined, Buffer.alloc(0), Buffer.from('context')].map((context) => {
    const label = 'EXPORTER-throw-away';
    // Node tells an absent from an empty context, as RFC 5705 §4 wants; its types do not.
    const value = socket.exportKeyingMaterial(40, label, context as Buffer);
    return { label, context: context?.toString('hex') ?? null, value: value.toString('hex') };
  });
  socket.write('ping\n');
  await once(socket, 'data');
  const closed = once(socket, 'close');
  socket.end();
  await closed;
  const connection = tap.connections.at(-1) as Connection;
  await connection.done;
  return { connection, keylog, exporters, session: sessions.at(-1) as Buffer };
}

function save(studio: Studio, talked: Talk, about: Pick<Recording, 'name' | 'what' | 'resumes'>): void {
  const { connection, keylog, exporters } = talked;
  const peers = { client: nodeVersion(), server: nodeVersion() };
  studio.save({ ...about, peers, keylog, exporters, flow: connection.flow });
}
