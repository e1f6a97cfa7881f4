import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { listening, ours, peer, type Setting, type Side } from '../ends.ts';
import { type Bench, seconds } from '../harness.ts';

const roundTrips = 3000;

/** 64 bytes there and back, one at a time. */
export const pingPong: readonly Bench[] = (['tls13', 'tls12'] as const).map((version) =>
  bench({ version, cipher: 'aes-128-gcm', key: 'p256' }),
);

function bench(setting: Setting): Bench {
  const name = `ping-pong ${setting.version}`;
  return {
    name,
    open: async () => {
      const own = await opened(setting, ours);
      const theirs = await opened(setting, peer);
      return {
        name,
        unit: 'round trips/s',
        better: 'higher',
        rounds: 7,
        ours: () => rate(own.socket),
        peer: () => rate(theirs.socket),
        close: () => {
          for (const { socket, server } of [own, theirs]) {
            socket.destroy();
            server.close();
          }
        },
      };
    },
  };
}

async function opened(setting: Setting, side: Side) {
  const server = side.serve(setting, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => socket.write(chunk));
  });
  const socket = side.connect(setting, await listening(server));
  await once(socket, 'secureConnect');
  return { socket, server };
}

async function rate(socket: Duplex): Promise<number> {
  const ping = Buffer.alloc(64, 1);
  const taken = await seconds(
    () =>
      new Promise((resolve) => {
        let left = roundTrips;
        const next = (): void => {
          if (left-- > 0) socket.write(ping);
          else {
            socket.off('data', next);
            resolve();
          }
        };
        socket.on('data', next);
        next();
      }),
  );
  return roundTrips / taken;
}
