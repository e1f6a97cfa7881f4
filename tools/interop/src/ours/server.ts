import { createServer, type TLSSocket } from 'tlsmith/node';
import type { Bench } from '../bench/bench.ts';
import { serveLines } from '../bench/conversation.ts';
import { serveHttp } from '../bench/http-server.ts';
import { Mailbox } from '../bench/mailbox.ts';
import { listening } from '../bench/tcp.ts';
import type { Result, RunningServer, ServerSetup } from '../side.ts';
import { serverOptions } from './options.ts';
import { ourResult, Watch } from './watch.ts';

/** Our server, and a look into it. */
export interface OurServer extends RunningServer {
  readonly watch: Watch;
}

/** Starts our server. It speaks whatever the setup says. */
export async function startOurServer(bench: Bench, setup: ServerSetup): Promise<OurServer> {
  const watch = new Watch();
  const box = new Mailbox<Result>();
  const server = createServer(serverOptions(bench.workshop.pki, setup, watch));
  server.on('connection', () => watch.restart());
  server.on('secureConnection', (socket: TLSSocket) => box.post(serve(bench, socket, setup, watch)));
  server.on('tlsClientError', (error: Error & { readonly code?: string }) => {
    box.post({ alert: watch.alert, error: error.code ?? String(error) });
  });
  const port = await listening(bench, server);
  return { port, watch, results: (count) => box.take(count) };
}

/** Plays the server's part on a connection that is just open. */
export async function serve(
  { workshop }: Bench,
  socket: TLSSocket,
  { talk, speech }: Pick<ServerSetup, 'talk' | 'speech'>,
  watch: Watch,
): Promise<Result> {
  const answer = speech === 'http' ? serveHttp : serveLines;
  return ourResult(socket, await answer(socket, talk, workshop.content), watch);
}
