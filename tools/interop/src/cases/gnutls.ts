import { expectResult, expectThat } from '../check.ts';
import { greetGnutls, startGnutlsClient } from '../gnutls/client.ts';
import type { Case } from '../match.ts';
import { startOurServer } from '../ours/server.ts';
import { greeting } from '../side.ts';

interface Interlude {
  /** Typed at gnutls-cli between two greetings. */
  readonly command?: '^rekey^' | '^rekey1^';
  /** We ask for fresh keys when the first greeting has come. */
  readonly ours?: true;
  readonly reads: number;
  readonly writes: number;
}

const keyUpdate = (name: string, { command, ours, reads, writes }: Interlude): Case => ({
  name,
  versions: ['1.3'],
  play: async ({ bench, version }) => {
    const setup = { versions: [version], talk: 'echo', speech: 'lines' } as const;
    const server = await startOurServer(bench, { ...setup, keyType: 'p256' }, (socket) => {
      if (ours === true) socket.once('data', () => socket.updateKeys('request'));
    });
    const client = startGnutlsClient(bench, server.port, setup, ['--inline-commands']);
    await greetGnutls(client, 1);
    if (command !== undefined) {
      client.type(`${command}\n`);
      await client.printed(/Rekey was completed/);
    }
    client.type(`${greeting}\n`);
    await client.printed(new RegExp(`(^${greeting}\n[^]*){2}`, 'm'));
    client.endInput();
    const [result = {}] = await server.results(1);
    const received = `${greeting}\n${greeting}`;
    expectResult('our server', result, { version, received, ending: 'clean', error: '' }, 'strict');
    const [read, wrote] = [server.watch.count('read key_update'), server.watch.count('write key_update')];
    expectThat(read === reads && wrote === writes, `we read ${read} and wrote ${wrote} KeyUpdates`);
  },
});

/** RFC 9846 §4.7.3 in gnutls-cli's commands: `rekey1` updates, `rekey` asks the other side to update as well. */
export const gnutlsKeyUpdateCases: readonly Case[] = [
  keyUpdate('key-update', { command: '^rekey1^', reads: 1, writes: 0 }),
  keyUpdate('key-update-requested', { command: '^rekey^', reads: 1, writes: 1 }),
  keyUpdate('key-update-ours', { ours: true, reads: 1, writes: 1 }),
];
