import { createServer } from 'node:net';
import type { ClientSetup, ServerSetup } from '../side.ts';
import type { Bench } from './bench.ts';
import { converse, type Heard, serveLines } from './conversation.ts';
import { Mailbox } from './mailbox.ts';
import { dial, listening } from './tcp.ts';

/** What stands behind a proxy that ends TLS: plain lines over TCP. */
export interface BackEnd {
  readonly port: number;
  /** What its first connections heard. */
  heard(count: number): Promise<readonly Heard[]>;
}

export async function startBackEnd(bench: Bench, { talk }: Pick<ServerSetup, 'talk'>): Promise<BackEnd> {
  const box = new Mailbox<Heard>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    // A plain connection is closed when both sides have ended it.
    socket.on('end', () => socket.end());
    box.post(serveLines(socket, talk, bench.workshop.content));
  });
  return { port: await listening(bench, server), heard: (count) => box.take(count) };
}

/** Speaks plain lines to a proxy that begins TLS. */
export async function speakPlain(bench: Bench, port: number, setup: ClientSetup): Promise<Heard> {
  const socket = await dial(bench, port);
  socket.on('end', () => socket.end());
  return converse(socket, setup.talk, 'lines', bench.workshop.content);
}
