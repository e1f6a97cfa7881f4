import { listening, ours, peer, type Setting, type Side } from '../ends.ts';
import { type Bench, seconds } from '../harness.ts';
import { answering, prepared, visit } from '../visits.ts';

/** Rounds that are not counted: it takes some thousand handshakes until all the code that they run is compiled. */
const warmUp = 10;

/** Handshakes a second, each with one byte of data, TCP connect and close. */
export const handshakes: readonly Bench[] = (['tls13', 'tls12'] as const).flatMap((version) =>
  (['p256', 'rsa'] as const).flatMap((key) =>
    [1, 32].map((concurrency) => full({ version, cipher: 'aes-128-gcm', key }, concurrency, [ours, ours])),
  ),
);

/** One side ours only; the figure it is held against has node:tls on both. */
export const handshakesMixed: readonly Bench[] = [
  full({ version: 'tls13', cipher: 'aes-128-gcm', key: 'p256' }, 1, [ours, peer]),
  full({ version: 'tls13', cipher: 'aes-128-gcm', key: 'p256' }, 1, [peer, ours]),
];

/** Resumption by ticket, a fresh ticket each time as TLS 1.3 wants it. */
export const resumptions: readonly Bench[] = (['tls13', 'tls12'] as const).map((version) =>
  resumed({ version, cipher: 'aes-128-gcm', key: 'p256' }),
);

function full(setting: Setting, concurrency: number, [client, server]: readonly [Side, Side]): Bench {
  const mixed = client === server ? '' : ` client=${client.name} server=${server.name}`;
  const name = `handshakes ${setting.version} ${setting.key} x${concurrency}${mixed}`;
  const count = 192;
  return {
    name,
    open: async () => {
      const own = await opened(setting, server);
      const theirs = await opened(setting, peer);
      const run = (side: Side, port: number) => async () =>
        count / (await seconds(() => many(count, concurrency, () => visit(side.connect(setting, port)))));
      return {
        name,
        unit: 'handshakes/s',
        better: 'higher',
        rounds: 7,
        warmUp,
        ours: run(client, own.port),
        peer: run(peer, theirs.port),
        close: () => void [own, theirs].map((one) => one.server.close()),
      };
    },
  };
}

function resumed(setting: Setting): Bench {
  const name = `resumed ${setting.version}`;
  const count = 192;
  return {
    name,
    open: async () => {
      const own = await opened(setting, ours);
      const theirs = await opened(setting, peer);
      const run = (side: Side, port: number) => async () =>
        count / (await seconds(await prepared(side, setting, port, { count, resume: true })));
      return {
        name,
        unit: 'handshakes/s',
        better: 'higher',
        rounds: 7,
        warmUp,
        ours: run(ours, own.port),
        peer: run(peer, theirs.port),
        close: () => void [own, theirs].map((one) => one.server.close()),
      };
    },
  };
}

async function opened(setting: Setting, side: Side) {
  const server = answering(side, setting);
  return { server, port: await listening(server) };
}

/** Runs `f` so many times, so many at once. */
async function many(count: number, concurrency: number, f: () => Promise<void>): Promise<void> {
  let left = count;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await f();
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}
