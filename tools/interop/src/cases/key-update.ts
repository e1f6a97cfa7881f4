import { once } from 'node:events';
import { converse } from '../bench/conversation.ts';
import { dial } from '../bench/tcp.ts';
import { expectThat } from '../check.ts';
import { type Case, expectMeeting, type Match, type Meeting } from '../match.ts';
import { connectOurs } from '../ours/client.ts';
import { ourResult } from '../ours/result.ts';
import { startOurServer } from '../ours/server.ts';
import { Watch } from '../ours/watch.ts';

/** We update our keys and ask the peer to do the same (RFC 9846 §4.7.3), before the greeting comes back. */
export const keyUpdateOurs: Case = {
  name: 'key-update-ours',
  versions: ['1.3'],
  play: async (match) => {
    const play = match.pairing.role === 'server' ? asServer : asClient;
    const { meeting, watch } = await play(match);
    expectMeeting(match, meeting);
    const [reads, writes] = [watch.count('read key_update'), watch.count('write key_update')];
    expectThat(reads === 1 && writes === 1, `we read ${reads} and wrote ${writes} KeyUpdates`);
  },
};

interface Watched {
  readonly meeting: Meeting;
  readonly watch: Watch;
}

async function asServer({ bench, pairing, version }: Match): Promise<Watched> {
  const talk = pairing.serverClosesFirst === true ? 'farewell' : 'echo';
  const setup = { versions: [version], talk, speech: pairing.client.speech(talk) } as const;
  const server = await startOurServer(bench, { ...setup, keyType: 'p256' }, (socket) => {
    socket.once('data', () => socket.updateKeys('request'));
  });
  const client = await pairing.client.visit(bench, server.port, setup);
  return { meeting: { client, server: await server.results(1) }, watch: server.watch };
}

async function asClient({ bench, pairing, version }: Match): Promise<Watched> {
  const talk = pairing.serverClosesFirst === true ? 'farewell' : 'echo';
  const setup = { versions: [version], talk, speech: pairing.server.speech(talk) } as const;
  const server = await pairing.server.start(bench, { ...setup, keyType: 'p256', visits: 1 });
  const watch = new Watch();
  const socket = connectOurs(bench, await dial(bench, server.port), setup, { watch });
  await once(socket, 'secureConnect');
  socket.updateKeys('request');
  const heard = converse(socket, talk, setup.speech, bench.workshop.content);
  const client = [await ourResult(socket, watch, heard)];
  return { meeting: { client, server: await server.results(1) }, watch };
}
