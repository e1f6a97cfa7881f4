import { once } from 'node:events';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import type { Bench } from './bench.ts';

/** Listens on a port of 127.0.0.1 that the system chooses, until the cell ends. */
export async function listening(bench: Pick<Bench, 'defer'>, server: Server): Promise<number> {
  const open = new Set<Socket>();
  server.on('connection', (socket) => open.add(socket));
  server.listen(0, '127.0.0.1');
  bench.defer(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Connects by TCP; tries again while the other side is still starting. The cell's timeout bounds it. */
export async function dial(bench: Bench, port: number): Promise<Socket> {
  let over = false;
  bench.defer(() => (over = true));
  for (;;) {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true, allowHalfOpen: true });
    const refused = await new Promise<Error | undefined>((resolve) => {
      socket.once('connect', () => resolve(undefined)).once('error', resolve);
    });
    if (refused === undefined) {
      bench.defer(() => socket.destroy());
      return socket;
    }
    if (over || (refused as NodeJS.ErrnoException).code !== 'ECONNREFUSED') throw refused;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
