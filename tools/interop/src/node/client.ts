import { connect as connectTcp, type Socket } from 'node:net';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { converse } from '../bench/conversation.ts';
import { serverName } from '../bench/pki.ts';
import { askStarttls } from '../bench/smtp.ts';
import type { ClientSetup, Result } from '../side.ts';
import { type NodeBench, nodeOptions } from './options.ts';
import { nodeFacts, nodeFaults, nodeResult } from './report.ts';

/** Visits a server with node:tls. */
export async function visitWithNode(
  bench: NodeBench,
  port: number,
  setup: ClientSetup,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  let session: Buffer | undefined;
  for (let visit = 0; visit < (setup.visits ?? 1); visit++) {
    const socket = connect({
      ...nodeClientOptions(bench, setup),
      ...(setup.starttls === true ? { socket: await upgraded(bench, port) } : { host: '127.0.0.1', port }),
      ...(session === undefined ? {} : { session }),
    });
    bench.defer(() => socket.destroy());
    socket.on('session', (newest) => (session = newest));
    results.push(await visitOnce(bench, socket, setup));
  }
  return results;
}

async function upgraded(bench: NodeBench, port: number): Promise<Socket> {
  const socket = connectTcp({ host: '127.0.0.1', port });
  bench.defer(() => socket.destroy());
  await askStarttls(socket);
  return socket;
}

/** node:tls's options for a client. */
function nodeClientOptions({ workshop }: NodeBench, setup: ClientSetup): ConnectionOptions {
  const { pki } = workshop;
  const { alpn, certificate, trust } = setup;
  const identity = certificate === undefined ? undefined : pki.client(certificate);
  return {
    ...nodeOptions(setup),
    servername: serverName,
    ca: (trust === 'stranger' ? pki.stranger : pki.root).certificatePem,
    ...(alpn === undefined ? {} : { ALPNProtocols: [...alpn] }),
    ...(identity === undefined ? {} : { cert: identity.chainPem, key: identity.privateKeyPem }),
  };
}

/** One connection of node:tls from its handshake to its end. */
async function visitOnce(bench: NodeBench, socket: TLSSocket, setup: ClientSetup): Promise<Result> {
  const failure = await new Promise<Error | undefined>((resolve) => {
    socket.once('secureConnect', () => resolve(undefined)).once('error', resolve);
  });
  if (failure !== undefined) return nodeFaults(failure);
  const facts = nodeFacts(socket, setup);
  return nodeResult(facts, await converse(socket, setup.talk, setup.speech, bench.workshop.content));
}
