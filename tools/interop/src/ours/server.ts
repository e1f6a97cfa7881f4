import { createServer as createTcpServer, type Socket } from 'node:net';
import { accept, createServer, serverConfig, type TLSSocket } from 'tlsmith/node';
import type { Bench } from '../bench/bench.ts';
import { serveLines } from '../bench/conversation.ts';
import { serveHttp } from '../bench/http-server.ts';
import { Mailbox } from '../bench/mailbox.ts';
import { offerStarttls } from '../bench/smtp.ts';
import { listening } from '../bench/tcp.ts';
import type { Result, RunningServer, ServerSetup } from '../side.ts';
import { serverOptions } from './options.ts';
import { ourResult } from './result.ts';
import { Watch } from './watch.ts';

/** Our server, and a look into it. */
export interface OurServer extends RunningServer {
  readonly watch: Watch;
}

/** Starts our server. It speaks whatever the setup says. */
export async function startOurServer(
  bench: Bench,
  setup: ServerSetup,
  onOpen: (socket: TLSSocket) => void = () => undefined,
): Promise<OurServer> {
  const watch = new Watch();
  const box = new Mailbox<Result>();
  const serve = (socket: TLSSocket): void => {
    onOpen(socket);
    const talk = setup.speech === 'http' ? serveHttp : serveLines;
    const heard = talk(socket, setup.talk, bench.workshop.content);
    box.post(ourResult(socket, watch, heard, setup.exporter));
  };
  const refuse = (error: Error & { readonly code?: string }): void => {
    box.post({ alert: watch.alert, error: error.code ?? String(error) });
  };
  const start = setup.starttls === true ? smtpServer : plainServer;
  const port = await start(bench, setup, { watch, serve, refuse });
  return { port, watch, results: (count) => box.take(count) };
}

interface Callbacks {
  readonly watch: Watch;
  readonly serve: (socket: TLSSocket) => void;
  readonly refuse: (error: Error) => void;
}

function plainServer(bench: Bench, setup: ServerSetup, { watch, serve, refuse }: Callbacks): Promise<number> {
  const server = createServer(serverOptions(bench.workshop.pki, setup, watch));
  server.on('connection', () => watch.restart());
  server.on('secureConnection', serve);
  server.on('tlsClientError', refuse);
  return listening(bench, server);
}

/** A mail server that has something to say before TLS. */
function smtpServer(bench: Bench, setup: ServerSetup, { watch, serve, refuse }: Callbacks): Promise<number> {
  const config = serverConfig(serverOptions(bench.workshop.pki, setup, watch));
  const upgrade = async (raw: Socket): Promise<void> => {
    await offerStarttls(raw);
    const socket = accept(raw, config);
    socket.once('error', refuse);
    socket.once('secureConnect', () => {
      socket.off('error', refuse);
      serve(socket);
    });
  };
  return listening(
    bench,
    createTcpServer({ allowHalfOpen: true }, (raw) => void upgrade(raw).catch(refuse)),
  );
}
