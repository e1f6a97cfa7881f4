import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { listening, ours, peer, type Setting, type Side } from '../ends.ts';
import { type Bench, seconds } from '../harness.ts';

const sizes = [1 << 10, 16 << 10, 64 << 10, 1 << 20] as const;
const totalOf = (size: number): number => (size === 1 << 10 ? 24 << 20 : 128 << 20);

/** Application data one way, in writes of one size. */
export const bulk: readonly Bench[] = (['tls13', 'tls12'] as const).flatMap((version) =>
  (['aes-128-gcm', 'chacha20-poly1305'] as const).flatMap((cipher) =>
    sizes.map((size) => bench({ version, cipher, key: 'p256' }, size, [ours, ours])),
  ),
);

/** One side ours only; the figure it is held against has node:tls on both. */
export const bulkMixed: readonly Bench[] = [
  bench({ version: 'tls13', cipher: 'aes-128-gcm', key: 'p256' }, 64 << 10, [ours, peer]),
  bench({ version: 'tls13', cipher: 'aes-128-gcm', key: 'p256' }, 64 << 10, [peer, ours]),
];

function bench(setting: Setting, size: number, [sender, receiver]: readonly [Side, Side]): Bench {
  const mixed = sender === receiver ? '' : ` sender=${sender.name} receiver=${receiver.name}`;
  const name = `bulk ${setting.version} ${setting.cipher} ${size >> 10}KiB${mixed}`;
  return {
    name,
    open: async () => {
      const total = totalOf(size);
      const own = await opened(setting, total, receiver);
      const theirs = await opened(setting, total, peer);
      return {
        name,
        unit: 'MiB/s',
        better: 'higher',
        rounds: 5,
        ours: () => rate(sender.connect(setting, own.port), 'secureConnect', { size, total }),
        peer: () => rate(peer.connect(setting, theirs.port), 'secureConnect', { size, total }),
        close: () => void [own, theirs].map(({ server }) => server.close()),
      };
    },
  };
}

async function opened(setting: Setting, total: number, side: Side) {
  const server = side.serve(setting, (socket) => drained(socket, total));
  return { server, port: await listening(server) };
}

/** Reads so many bytes, and says when they have come. */
export function drained(socket: Duplex, total: number): void {
  let received = 0;
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (received >= total) socket.end('done');
  });
}

/** Bytes to send, and how many of them in a write. */
export interface Transfer {
  readonly size: number;
  readonly total: number;
}

/** MiB a second through a socket to who drains, from when it says that it is `ready`; `written` makes of content what is sent. */
export async function rate(
  socket: Duplex,
  ready: 'connect' | 'secureConnect',
  { size, total }: Transfer,
  written = (content: Buffer): Buffer => content,
): Promise<number> {
  const content = Buffer.alloc(size, 0x5a);
  await once(socket, ready);
  const taken = await seconds(async () => {
    const done = once(socket, 'data');
    for (let sent = 0; sent < total; sent += size)
      if (!socket.write(written(content))) await once(socket, 'drain');
    await done;
  });
  socket.destroy();
  return total / (1 << 20) / taken;
}
