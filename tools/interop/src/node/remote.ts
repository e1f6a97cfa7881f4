import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Bench } from '../bench/bench.ts';
import type { Content } from '../bench/content.ts';
import type { ClientSetup, ClientSide, Result, ServerSetup, ServerSide } from '../side.ts';
import type { NodeIdentity, NodePki } from './options.ts';
import { nodePath } from './runtimes.ts';

/** What a Node of another version is told to do. */
export type Task = Pick<NodePki, 'root' | 'stranger'> & {
  readonly own: NodeIdentity | undefined;
  readonly content: Content;
} & (
    | { readonly role: 'client'; readonly port: number; readonly setup: ClientSetup }
    | { readonly role: 'server'; readonly setup: ServerSetup }
  );

/** What it says. */
export interface Reply {
  readonly port?: number;
  readonly results?: readonly Result[];
}

/** node:tls of another major version as a client. */
export const remoteNodeClient = (major: number): ClientSide => ({
  speech: () => 'lines',
  visit: async (bench, port, setup) => {
    const { certificate } = setup;
    const own = certificate === undefined ? undefined : bench.workshop.pki.client(certificate);
    const child = start(bench, major, { ...common(bench, own), role: 'client', port, setup });
    return (await replyOf(child)).results ?? [];
  },
});

/** node:tls of another major version as a server. */
export const remoteNodeServer = (major: number): ServerSide => ({
  speech: () => 'lines',
  start: async (bench, setup) => {
    const own = bench.workshop.pki.server(setup.keyType);
    const child = start(bench, major, { ...common(bench, own), role: 'server', setup });
    const { port = 0 } = await replyOf(child);
    const results = async (count: number): Promise<readonly Result[]> => {
      const replied = replyOf(child);
      child.send({ count });
      return (await replied).results ?? [];
    };
    return { port, results };
  },
});

const common = ({ workshop }: Bench, own: NodeIdentity | undefined) => ({
  root: { certificatePem: workshop.pki.root.certificatePem },
  stranger: { certificatePem: workshop.pki.stranger.certificatePem },
  own: own && { chainPem: own.chainPem, privateKeyPem: own.privateKeyPem },
  content: workshop.content,
});

function start(bench: Bench, major: number, task: Task): ChildProcess {
  const child = fork(fileURLToPath(new URL('program.ts', import.meta.url)), {
    execPath: nodePath(major),
    // It strips types by itself, which it says is an experiment before 24.
    execArgv: ['--conditions=@tlsmith/source', '--disable-warning=ExperimentalWarning'],
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => bench.note(`node ${major}: ${chunk.toString()}`));
  }
  bench.defer(() => child.kill());
  child.send(task);
  return child;
}

/** @throws when it ends before it says anything. */
async function replyOf(child: ChildProcess): Promise<Reply> {
  const said = new AbortController();
  const { signal } = said;
  try {
    const gone = once(child, 'exit', { signal }).then(([status]) => {
      throw new Error(`the other Node ended with ${String(status)}`);
    });
    const message = once(child, 'message', { signal }).then(([reply]) => reply as Reply);
    return await Promise.race([message, gone]);
  } finally {
    said.abort();
  }
}
