import { createServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { serveLines } from '../bench/conversation.ts';
import { Mailbox } from '../bench/mailbox.ts';
import { listening } from '../bench/tcp.ts';
import type { Result, RunningServer, ServerSetup } from '../side.ts';
import { type NodeBench, nodeOptions, withoutTickets } from './options.ts';
import { nodeFacts, nodeFaults, nodeResult } from './report.ts';

/** Starts a server of node:tls. It keeps session IDs only when its owner does. */
export async function startNodeServer(bench: NodeBench, setup: ServerSetup): Promise<RunningServer> {
  const box = new Mailbox<Result>();
  const server = createServer(nodeServerOptions(bench, setup));
  const sessions = new Map<string, Buffer>();
  server.on('newSession', (id: Buffer, data: Buffer, done: () => void) => {
    sessions.set(id.toString('hex'), data);
    done();
  });
  server.on('resumeSession', (id: Buffer, done: (error: null, data: Buffer | null) => void) => {
    done(null, sessions.get(id.toString('hex')) ?? null);
  });
  server.on('secureConnection', (socket) => box.post(serveNode(bench, socket, setup)));
  server.on('tlsClientError', (error) => box.post(nodeFaults(error)));
  const port = await listening(bench, server);
  return { port, results: (count) => box.take(count) };
}

/** node:tls's options for a server. */
function nodeServerOptions({ workshop }: NodeBench, setup: ServerSetup): TlsOptions {
  const { pki } = workshop;
  const { chainPem, privateKeyPem } = pki.server(setup.keyType);
  return {
    ...nodeOptions(setup),
    ...(setup.resumption === 'session-ids' ? withoutTickets : {}),
    ...(setup.alpn === undefined ? {} : { ALPNProtocols: [...setup.alpn] }),
    ...(setup.clientCertificates === undefined
      ? {}
      : { requestCert: true, rejectUnauthorized: true, ca: pki.root.certificatePem }),
    cert: chainPem,
    key: privateKeyPem,
  };
}

/** Plays the server's part on a connection of node:tls that is just open. */
async function serveNode({ workshop }: NodeBench, socket: TLSSocket, setup: ServerSetup): Promise<Result> {
  const facts = nodeFacts(socket, setup);
  return nodeResult(facts, await serveLines(socket, setup.talk, workshop.content));
}
