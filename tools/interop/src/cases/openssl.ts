import { once } from 'node:events';
import type { TLSSocket } from 'tlsmith/node';
import { over } from '../bench/conversation.ts';
import type { Program } from '../bench/program.ts';
import { dial } from '../bench/tcp.ts';
import { expectResult, expectThat } from '../check.ts';
import { both, type Case, type Match } from '../match.ts';
import { startClient } from '../openssl/s-client.ts';
import { startOpensslServer } from '../openssl/s-server.ts';
import { connectOurs } from '../ours/client.ts';
import { ourResult } from '../ours/result.ts';
import { startOurServer } from '../ours/server.ts';
import { Watch } from '../ours/watch.ts';
import { greeting, type Result } from '../side.ts';

/** What happens in the middle of a connection with a program of OpenSSL's, between one greeting and the next. */
interface Interlude {
  /** Typed at the program. */
  readonly command?: string;
  /** Done by us when the first greeting has come. */
  readonly ours?: (socket: TLSSocket) => void;
  /** KeyUpdates that have to be read and written by us. */
  readonly reads: number;
  readonly writes: number;
}

const keyUpdate = (name: string, interlude: Interlude): Case => ({
  name,
  versions: ['1.3'],
  play: async (match) => {
    const play = match.pairing.role === 'server' ? withClient : withServer;
    const { result, watch } = await play(match, interlude);
    const received = `${greeting}\n${greeting}`;
    expectResult('our side', result, { version: '1.3', received, ending: 'clean', error: '' }, 'strict');
    const [reads, writes] = [watch.count('read key_update'), watch.count('write key_update')];
    const right = reads === interlude.reads && writes === interlude.writes;
    expectThat(right, `we read ${reads} and wrote ${writes} KeyUpdates`);
  },
});

/** RFC 9846 §4.7.3, in s_client's and s_server's letters: k updates, K asks the other side to update as well. */
export const keyUpdateCases: readonly Case[] = [
  keyUpdate('key-update', { command: 'k', reads: 1, writes: 0 }),
  keyUpdate('key-update-requested', { command: 'K', reads: 1, writes: 1 }),
  keyUpdate('key-update-ours', { ours: (socket) => socket.updateKeys('request'), reads: 1, writes: 1 }),
];

interface Watched {
  readonly result: Result;
  readonly watch: Watch;
}

async function withClient(match: Match, { command, ours }: Interlude): Promise<Watched> {
  const { bench } = match;
  const setup = { ...setupOf(match), keyType: 'p256' } as const;
  const server = await startOurServer(bench, setup, (socket) => {
    if (ours !== undefined) socket.once('data', () => ours(socket));
  });
  const client = startClient(bench, server.port, setup);
  await client.printed(/^ *Verify return code/m);
  await greet(client, 1);
  if (command !== undefined) await commanded(client, command, server.watch);
  await greet(client, 2);
  client.type('Q\n');
  const [result] = await server.results(1);
  return { result: result as Result, watch: server.watch };
}

async function withServer(match: Match, { command, ours }: Interlude): Promise<Watched> {
  const { bench } = match;
  const { program, port } = await startOpensslServer(bench, { ...setupOf(match), keyType: 'p256' });
  const watch = new Watch();
  const socket = connectOurs(bench, await dial(bench, port), setupOf(match), { watch });
  let received = '';
  socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
  const result = ourResult(
    socket,
    watch,
    over(socket, () => received.trimEnd()),
  );
  await echoed(socket);
  ours?.(socket);
  if (command !== undefined) await commanded(program, command, watch);
  await echoed(socket);
  socket.end();
  return { result: await result, watch };
}

/** A connection that is cut off is not one that was closed (RFC 9846 §6.1). */
export const truncation: Case = {
  name: 'truncation-noticed',
  versions: both,
  play: async (match) => {
    const result = match.pairing.role === 'server' ? await cutClient(match) : await cutServer(match);
    const wanted = { received: greeting, ending: 'truncated', error: 'truncated' };
    expectResult('our side', result, wanted, 'strict');
  },
};

async function cutClient(match: Match): Promise<Result> {
  const setup = { ...setupOf(match), keyType: 'p256' } as const;
  const server = await startOurServer(match.bench, setup);
  const client = startClient(match.bench, server.port, setup);
  await client.printed(/^ *Verify return code/m);
  await greet(client, 1);
  await client.stop('SIGKILL');
  return (await server.results(1))[0] as Result;
}

/** At the letter q s_server closes its socket, and says nothing before. */
async function cutServer(match: Match): Promise<Result> {
  const { bench } = match;
  const { program, port } = await startOpensslServer(bench, { ...setupOf(match), keyType: 'p256' });
  const watch = new Watch();
  const socket = connectOurs(bench, await dial(bench, port), setupOf(match), { watch });
  let received = '';
  socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
  const result = ourResult(
    socket,
    watch,
    over(socket, () => received.trimEnd()),
  );
  await echoed(socket);
  program.type('q\n');
  return result;
}

const setupOf = ({ version }: Match) => ({ versions: [version], talk: 'echo', speech: 'lines' }) as const;

async function greet(client: Program, times: number): Promise<void> {
  client.type(`${greeting}\n`);
  const heard = await client.printed(new RegExp(`(${greeting}\\n[^]*){${times}}`));
  expectThat(heard, `s_client did not hear greeting ${times}: ${client.err}`);
}

/** OpenSSL's own KeyUpdate comes at once, an answer of its to ours only with its next data. */
async function commanded(program: Program, command: string, watch: Watch): Promise<void> {
  program.type(`${command}\n`);
  await watch.until('read key_update');
}

async function echoed(socket: TLSSocket): Promise<void> {
  socket.write(`${greeting}\n`);
  await once(socket, 'data');
}
