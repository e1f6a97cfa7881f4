import type { Server } from 'node:net';
import { listening, ours, peer, type Setting, type Side } from '../ends.ts';
import { type Bench, seconds } from '../harness.ts';
import { type Pki, strangers } from '../pki.ts';
import { answering, prepared, visit } from '../visits.ts';

/** Rounds that are not counted: it takes some thousand handshakes until all the code that they run is compiled. */
const warmUp = 10;

/**
 * Handshakes a second, each with one byte of data, TCP connect and close. Cold unless it says warm: a client's visits go to
 * sites in turn of which it remembers neither key nor signature. Warm they go to one.
 */
export const handshakes: readonly Bench[] = (['', ' warm'] as const).flatMap((memory) =>
  (['tls13', 'tls12'] as const).flatMap((version) =>
    (['p256', 'rsa'] as const).flatMap((key) =>
      [1, 32].map((concurrency) =>
        full({ version, cipher: 'aes-128-gcm', key }, concurrency, [ours, ours], memory),
      ),
    ),
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

function full(
  setting: Setting,
  concurrency: number,
  [client, server]: readonly [Side, Side],
  memory: '' | ' warm' = '',
): Bench {
  const mixed = client === server ? '' : ` client=${client.name} server=${server.name}`;
  const name = `handshakes ${setting.version} ${setting.key} x${concurrency}${memory}${mixed}`;
  return {
    name,
    open: async () => {
      const sites = memory === '' ? strangers(setting.key) : [undefined];
      const own = await Promise.all(sites.map((site) => opened(setting, server, site)));
      const theirs = await Promise.all(sites.map((site) => opened(setting, peer, site)));
      const run = (side: Side, at: readonly Opened[]) => async () =>
        count /
        (await seconds(() =>
          many(concurrency, (turn) => call(side, setting, at[turn % at.length] as Opened)),
        ));
      return {
        name,
        unit: 'handshakes/s',
        better: 'higher',
        rounds: 7,
        warmUp,
        ours: run(client, own),
        peer: run(peer, theirs),
        close: () => void [...own, ...theirs].map((one) => one.server.close()),
      };
    },
  };
}

function resumed(setting: Setting): Bench {
  const name = `resumed ${setting.version}`;
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

/** A server, and the site that it is if that is a stranger. */
interface Opened {
  readonly server: Server;
  readonly port: number;
  readonly stranger: Pki | undefined;
}

async function opened(setting: Setting, side: Side, stranger?: Pki): Promise<Opened> {
  const server = answering(side, setting, stranger);
  return { server, port: await listening(server), stranger };
}

function call(side: Side, setting: Setting, { port, stranger }: Opened): Promise<void> {
  return visit(side.connect(setting, port, { stranger }));
}

/** Runs `f` as often as a round wants, so many at once. */
async function many(concurrency: number, f: (turn: number) => Promise<void>): Promise<void> {
  let turn = 0;
  const worker = async (): Promise<void> => {
    while (turn < count) await f(turn++);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

/** Handshakes of a round: each site of {@link strangers} is met as often as the others. */
const count = 192;
