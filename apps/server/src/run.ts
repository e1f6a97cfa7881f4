import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import type { Negotiated } from '@tlsmith/handshake';
import { isTlsMisuse } from '@tlsmith/types';
import { describeName, parseCertificate } from '@tlsmith/x509';
import type { SessionDecision, Tracer } from 'tlsmith';
import { accept, type CreateServerOptions, serverConfig, type TLSSocket } from 'tlsmith/node';
import type { Agreed, ConnectionEvent } from './events.ts';
import { describeFailure } from '@tlsmith/app-terminal';
import type { Settings } from './flags.ts';
import { optionsOf } from './options.ts';
import { printer } from './print.ts';
import { echo, status } from './services.ts';
import { startTls } from './starttls.ts';
import { UsageError } from '@tlsmith/app-terminal';

/** The streams of the program. */
export interface Streams {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

/** One connection and what it needs to know. */
interface Visit {
  readonly settings: Settings;
  readonly options: CreateServerOptions;
  readonly streams: Streams;
  tell(event: ConnectionEvent): void;
}

/**
 * Listens; the server is returned when it does.
 *
 * @throws {UsageError} for files and combinations that cannot work; the system's error where it cannot listen.
 */
export async function run(settings: Settings, streams: Streams): Promise<Server> {
  const print = printer(settings.show, streams.stdout, streams.stderr);
  const options = checked(optionsOf(settings));
  let accepted = 0;
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const connection = ++accepted;
    if (accepted === settings.accepts) server.close();
    const tell = (event: ConnectionEvent): void => print({ connection, ...event });
    tell({ event: 'connection', remote: `${socket.remoteAddress}:${socket.remotePort}` });
    welcome(socket, { settings, options, streams, tell }).catch((error: Error) => {
      tell({ event: 'failed', ...describeFailure(error, 'server') });
      socket.destroy();
    });
  });
  if (settings.maxConnections !== undefined) server.maxConnections = settings.maxConnections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(settings.port, settings.host, resolve);
  });
  const { address, port } = server.address() as AddressInfo;
  print({ event: 'listening', host: address, port });
  return server;
}

/** Fails now rather than at the first client. */
function checked(options: CreateServerOptions): CreateServerOptions {
  try {
    serverConfig(options);
    return options;
  } catch (error) {
    throw isTlsMisuse(error) ? new UsageError(error.message) : error;
  }
}

async function welcome(raw: Socket, visit: Visit): Promise<void> {
  const { settings, options, tell } = visit;
  if (settings.startTls !== undefined) {
    await startTls(settings.startTls, raw);
    tell({ event: 'starttls', protocol: settings.startTls.name });
  }
  const tracer = settings.show.messages ? { tracer: tracerOf(tell) } : {};
  const onResumption = (decision: SessionDecision): void => tell({ event: 'resumption', ...decision });
  converse(accept(raw, serverConfig({ ...options, ...tracer, onResumption })), visit);
}

/** Serves a client until both sides are done. */
function converse(socket: TLSSocket, visit: Visit): void {
  const { tell } = visit;
  let received = 0;
  let failure: Error | undefined;
  socket.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (visit.settings.show.json)
      tell({ event: 'data', length: chunk.length, base64: chunk.toString('base64') });
  });
  socket.once('secureConnect', () => {
    const { negotiated } = socket;
    if (negotiated === undefined) return;
    const agreed = agreedIn(negotiated);
    tell({ event: 'connected', ...agreed });
    serve(socket, agreed, visit);
  });
  socket.on('error', (error) => {
    failure = error;
  });
  socket.on('close', () => {
    if (failure === undefined) tell({ event: 'closed', received });
    else tell({ event: 'failed', ...describeFailure(failure, 'server') });
  });
}

function serve(socket: TLSSocket, agreed: Agreed, { settings, streams }: Visit): void {
  switch (settings.service) {
    case 'status':
      return status(socket, agreed);
    case 'echo':
      return echo(socket);
    case 'console':
      return converseByHand(socket, settings.show.json, streams);
  }
}

/** Prints what comes; stdin goes to the newest connection. */
function converseByHand(socket: TLSSocket, json: boolean, { stdin, stdout }: Streams): void {
  if (!json) socket.pipe(stdout, { end: false });
  socket.on('end', () => socket.end());
  const toSocket = (chunk: Buffer): void => void socket.write(chunk);
  stdin.removeAllListeners('data').on('data', toSocket);
  socket.on('close', () => stdin.off('data', toSocket));
}

function agreedIn(negotiated: Negotiated): Agreed {
  const { version, suite, group, alpn, serverName, resumed, retried, peerChain } = negotiated;
  const [leaf] = peerChain;
  return {
    version: version === 'tls13' ? 'TLS 1.3' : 'TLS 1.2',
    suite: suite.name,
    keyExchange: group ?? (resumed ? 'session' : 'RSA'),
    alpn,
    serverName,
    resumed,
    helloRetryRequest: retried,
    extendedMasterSecret: negotiated.extendedMasterSecret,
    client: leaf === undefined ? undefined : describeName(parseCertificate(leaf).subject),
  };
}

function tracerOf(tell: Visit['tell']): Tracer {
  return {
    message: ({ direction, type, epoch, raw }) =>
      tell({ event: 'message', direction, message: type, epoch, length: raw.length }),
    alert: (direction, level, description) => tell({ event: 'alert', direction, level, description }),
  };
}
