import type { Bench } from '../harness.ts';
import { Program } from '../program.ts';

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
  const server = new Program(idle, ['server', kind], ['--expose-gc']);
  const { port } = await server.next<{ port: number }>();
  const clients = new Program(idle, ['client', kind, String(port), String(connections)]);
  const { kib } = await Promise.race([server.next<{ kib: number }>(), clients.loss]);
  clients.stop();
  server.stop();
  return kib;
}

const idle = new URL('../idle.ts', import.meta.url);
