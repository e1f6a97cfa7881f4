import { once } from 'node:events';
import { visitWithNode } from './client.ts';
import type { NodeBench } from './options.ts';
import type { Reply, Task } from './remote.ts';
import { startNodeServer } from './server.ts';

// Plays the part of node:tls in another version of Node than that of the run, which ends it.
const [task] = (await once(process, 'message')) as [Task];
const reply = (message: Reply): void => void process.send?.(message);
const { own } = task;
const identity = () => own ?? { chainPem: '', privateKeyPem: '' };
const pki = { root: task.root, stranger: task.stranger, server: identity, client: identity };
const bench: NodeBench = { workshop: { pki, content: task.content }, defer: () => undefined };

if (task.role === 'client') {
  reply({ results: await visitWithNode(bench, task.port, task.setup) });
} else {
  const server = await startNodeServer(bench, task.setup);
  process.on('message', ({ count }: { readonly count: number }) => {
    void server.results(count).then((results) => reply({ results }));
  });
  reply({ port: server.port });
}
