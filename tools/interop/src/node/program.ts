import { visitWithNode } from './client.ts';
import type { NodeBench } from './options.ts';
import type { Reply, Request, Task } from './remote.ts';
import { startNodeServer } from './server.ts';

// Plays the part of node:tls in another version of Node than that of the run: one task after the other, until the run ends.
const undoing: (() => unknown)[] = [];
let server: Awaited<ReturnType<typeof startNodeServer>> | undefined;

process.on('disconnect', () => process.exit());
process.on('message', (request: Request) => {
  void answer(request).then(
    (reply) => process.send?.(reply),
    (error: unknown) => process.send?.({ failure: String(error) } satisfies Reply),
  );
});

async function answer(request: Request): Promise<Reply> {
  if ('count' in request) return { results: (await server?.results(request.count)) ?? [] };
  for (const undo of undoing.splice(0).reverse()) undo();
  const bench = benchOf(request);
  if (request.role === 'client') return { results: await visitWithNode(bench, request.port, request.setup) };
  server = await startNodeServer(bench, request.setup);
  return { port: server.port };
}

function benchOf({ root, stranger, own, content }: Task): NodeBench {
  const identity = () => own ?? { chainPem: '', privateKeyPem: '' };
  const pki = { root, stranger, server: identity, client: identity };
  return { workshop: { pki, content }, defer: (undo) => void undoing.push(undo) };
}
