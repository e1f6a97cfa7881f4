import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What one TCP segment brought, in the order the tap saw it. */
export interface Chunk {
  readonly from: 'client' | 'server';
  readonly bytes: Buffer;
}

/** One TCP connection through the tap; `done` is settled when both directions have ended. */
export interface Connection {
  readonly flow: Chunk[];
  readonly done: Promise<void>;
  /** The port of the tap that the server sees. */
  readonly seenPort: () => number | undefined;
}

/** A relay on 127.0.0.1 that writes down what passes. Connections are in the order of their arrival. */
export interface Tap {
  readonly port: number;
  readonly connections: Connection[];
  close(): void;
}

/** Listens on a free port of 127.0.0.1 and relays every connection to `target` on the same address. */
export async function openTap(target: number): Promise<Tap> {
  const connections: Connection[] = [];
  const server: Server = createServer({ allowHalfOpen: true }, (client) => {
    connections.push(relay(client, connect({ port: target, host: '127.0.0.1', allowHalfOpen: true })));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, connections, close: () => server.close() };
}

function relay(client: Socket, server: Socket): Connection {
  const flow: Chunk[] = [];
  let seenPort: number | undefined;
  server.once('connect', () => (seenPort = server.localPort));
  const passed = (['client', 'server'] as const).map((from) => {
    const [source, sink] = from === 'client' ? [client, server] : [server, client];
    source.setNoDelay(true);
    source.on('data', (bytes) => {
      flow.push({ from, bytes });
      sink.write(bytes);
    });
    source.on('end', () => sink.end());
    // A reset on one side is passed on as the end of the other; what came before it is kept.
    source.on('error', () => sink.destroy());
    return once(source, 'close').catch(() => undefined);
  });
  return { flow, done: Promise.all(passed).then(() => undefined), seenPort: () => seenPort };
}
