import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Bench } from '../harness.ts';

/** Idle connections of the server process. */
const connections = 2000;

/** What an idle connection costs its server: RSS after a forced collection, without what a plain TCP one costs. */
export const memory: readonly Bench[] = [
  {
    name: 'memory per idle connection',
    open: async () => {
      const plain = await perConnection('plain');
      return {
        name: 'memory per idle connection',
        unit: 'KiB',
        better: 'lower',
        rounds: 3,
        ours: async () => (await perConnection('ours')) - plain,
        peer: async () => (await perConnection('peer')) - plain,
        close: () => undefined,
      };
    },
  },
];

/** KiB that each connection adds to a fresh server process whose clients live in another. */
async function perConnection(kind: 'plain' | 'ours' | 'peer'): Promise<number> {
  const program = fileURLToPath(new URL('../idle.ts', import.meta.url));
  const execArgv = ['--expose-gc', ...process.execArgv.filter((flag) => !flag.startsWith('--inspect'))];
  const server = fork(program, ['server', kind], { execArgv });
  const [{ port }] = (await once(server, 'message')) as [{ port: number }];
  const client = fork(program, ['client', kind, String(port), String(connections)], { execArgv });
  const [{ kib }] = (await once(server, 'message')) as [{ kib: number }];
  client.kill();
  server.kill();
  return kib;
}
