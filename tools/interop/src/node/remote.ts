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

/** A task, or the question what the server of the last one tells of its first connections. */
export type Request = Task | { readonly count: number };

/** What it says. */
export interface Reply {
  readonly failure?: string;
  readonly port?: number;
  readonly results?: readonly Result[];
}

/** node:tls of another major version as a client. */
export const remoteNodeClient = (major: number): ClientSide => ({
  speech: () => 'lines',
  visit: async (bench, port, setup) => {
    const { certificate } = setup;
    const own = certificate === undefined ? undefined : bench.workshop.pki.client(certificate);
    const task: Task = { ...common(bench, own), role: 'client', port, setup };
    return (await ask(bench, major, task)).results ?? [];
  },
});

/** node:tls of another major version as a server. */
export const remoteNodeServer = (major: number): ServerSide => ({
  speech: () => 'lines',
  start: async (bench, setup) => {
    const own = bench.workshop.pki.server(setup.keyType);
    const { port = 0 } = await ask(bench, major, { ...common(bench, own), role: 'server', setup });
    const results = async (count: number): Promise<readonly Result[]> =>
      (await ask(bench, major, { count })).results ?? [];
    return { port, results };
  },
});

const common = ({ workshop }: Bench, own: NodeIdentity | undefined) => ({
  root: { certificatePem: workshop.pki.root.certificatePem },
  stranger: { certificatePem: workshop.pki.stranger.certificatePem },
  own: own && { chainPem: own.chainPem, privateKeyPem: own.privateKeyPem },
  content: workshop.content,
});

/** @throws when the program ends before it answers. A program that has not answered when the cell ends is ended. */
async function ask(bench: Bench, major: number, request: Request): Promise<Reply> {
  const child = programOf(major);
  const answered = new AbortController();
  const { signal } = answered;
  bench.defer(() => {
    if (!signal.aborted) child.kill();
  });
  try {
    const gone = once(child, 'exit', { signal }).then(([status]): Reply => {
      return { failure: `it ended with ${String(status)}` };
    });
    const message = once(child, 'message', { signal }).then(([reply]) => reply as Reply);
    child.send(request);
    const reply = await Promise.race([message, gone]);
    if (reply.failure !== undefined) throw new Error(`node ${major}: ${reply.failure}`);
    return reply;
  } finally {
    answered.abort();
  }
}

/** One process for all cells: starting takes longer than a cell does. It ends with the run, which does not wait for it. */
function programOf(major: number): ChildProcess {
  const known = programs.get(major);
  if (known?.connected === true && !known.killed) return known;
  const child = fork(fileURLToPath(new URL('program.ts', import.meta.url)), {
    execPath: nodePath(major),
    // It strips types by itself, which it says is an experiment before 24.
    execArgv: ['--conditions=@tlsmith/source', '--disable-warning=ExperimentalWarning'],
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  child.unref();
  child.channel?.unref();
  programs.set(major, child);
  return child;
}

const programs = new Map<number, ChildProcess>();
