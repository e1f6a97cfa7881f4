import { once } from 'node:events';
import { connect as tcpConnect, createServer as tcpServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { listening, type Setting, sides } from './ends.ts';

// The two processes of the memory row: a server that weighs itself, and a client that holds connections open.

const setting: Setting = { version: 'tls13', cipher: 'aes-128-gcm', key: 'p256' };
const [role, kind = 'plain', port = '0', count = '0'] = process.argv.slice(2);

if (role === 'server') await serve();
else await hold();

async function serve(): Promise<void> {
  const sockets: Duplex[] = [];
  const wanted = 2000;
  const warm = 200;
  let before = 0;
  const onConnection = (socket: Duplex): void => {
    socket.on('error', () => undefined);
    socket.resume();
    sockets.push(socket);
    if (sockets.length === warm) void settled().then((kib) => (before = kib));
    if (sockets.length === wanted) {
      void settled().then((kib) => process.send?.({ kib: (kib - before) / (wanted - warm) }));
    }
  };
  const server =
    kind === 'plain' ? tcpServer(onConnection) : sides[kind as 'ours'].serve(setting, onConnection);
  process.send?.({ port: await listening(server) });
}

/** RSS in KiB once nothing happens any more and garbage is gone. */
async function settled(): Promise<number> {
  for (let i = 0; i < 4; i++) {
    await new Promise((resolve) => setTimeout(resolve, 150));
    globalThis.gc?.();
  }
  return process.memoryUsage.rss() / 1024;
}

async function hold(): Promise<void> {
  const sockets: Duplex[] = [];
  for (let i = 0; i < Number(count); i++) {
    const socket =
      kind === 'plain'
        ? tcpConnect(Number(port), '127.0.0.1')
        : sides[kind as 'ours'].connect({ ...setting }, Number(port), undefined);
    socket.on('error', () => undefined);
    await once(socket, kind === 'plain' ? 'connect' : 'secureConnect');
    sockets.push(socket);
    // The server weighs itself at 200; give it the time.
    if (i === 199) await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  await new Promise(() => setInterval(() => sockets.length, 1000));
}
