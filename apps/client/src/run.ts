import { connect as tcpConnect, isIPv6 } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { type ClientSession, isTlsMisuse } from '@tlsmith/types';
import { connect, type TLSSocket } from 'tlsmith/node';
import { judge, summarizeChain } from './certificates.ts';
import type { Agreed } from './events.ts';
import { describeFailure } from '@tlsmith/app-terminal';
import type { Settings } from './flags.ts';
import { type Options, optionsOf, rootsOf } from './options.ts';
import { Outgoing } from './outgoing.ts';
import { type Print, printer } from './print.ts';
import { type Sessions, sessionsOf } from './sessions.ts';
import { startTls } from './starttls.ts';
import { tracerOf } from './tracer.ts';
import { UsageError } from '@tlsmith/app-terminal';

/** The streams of the program. */
export interface Streams {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

/** What the connections of a run have in common. */
interface Run {
  readonly settings: Settings;
  readonly options: Options;
  readonly sessions: Sessions;
  readonly streams: Streams;
  readonly print: Print;
}

/**
 * Makes the connections that the settings ask for, one after the other.
 *
 * @returns the exit status: 0, or 1 as soon as a connection fails.
 * @throws {UsageError} for files and combinations that cannot work.
 */
export async function run(settings: Settings, streams: Streams): Promise<number> {
  const print = printer(settings.show, streams.stdout, streams.stderr);
  const options = { ...optionsOf(settings), tracer: tracerOf(settings.show, print) };
  const run = { settings, options, sessions: sessionsOf(settings), streams, print };
  for (let attempt = 0; attempt <= settings.reconnects; attempt++) {
    const error = await connectOnce(run, attempt);
    if (error instanceof UsageError) throw error;
    if (error !== undefined) {
      print({ event: 'failed', ...describeFailure(error, 'client') });
      return 1;
    }
  }
  return 0;
}

/** One connection from TCP to the end; what went wrong, if anything did. */
async function connectOnce(run: Run, attempt: number): Promise<Error | undefined> {
  const { settings, sessions, print } = run;
  const session = await sessions.take(attempt);
  print({ event: 'connecting', ...settings.target, attempt, resuming: session !== undefined });
  const target = await transport(settings, print);
  if (target instanceof Error) return target;
  const socket = begin({ ...run.options, ...target, ...(session === undefined ? {} : { session }) });
  return await converse(socket, run, attempt);
}

function begin(options: Parameters<typeof connect>[0]): TLSSocket {
  try {
    return connect(options);
  } catch (error) {
    // The flags are fine one by one and impossible together.
    throw isTlsMisuse(error) ? new UsageError(error.message) : error;
  }
}

/** Where TLS begins: at an address, or on a connection that has agreed to it in the clear. */
async function transport({ target, startTls: protocol, timeout, serverName }: Settings, print: Print) {
  if (protocol === undefined) return { ...target, serverName };
  const socket = tcpConnect({ ...target, noDelay: true, allowHalfOpen: true });
  const timer = setTimeout(() => socket.destroy(new Error(`no STARTTLS within ${timeout} ms`)), timeout);
  try {
    await startTls(protocol, socket);
    print({ event: 'starttls', protocol: protocol.name });
    return { socket, port: target.port, serverName };
  } catch (error) {
    socket.destroy();
    return error as Error;
  } finally {
    clearTimeout(timer);
  }
}

/** Speaks over a socket until both sides are done. */
/** What TLS 1.2 cannot do ends the connection with the reason: the user asked for it. */
function requestKeys(socket: TLSSocket): void {
  try {
    socket.updateKeys('request');
  } catch (error) {
    socket.destroy(error as Error);
  }
}

function converse(socket: TLSSocket, run: Run, attempt: number): Promise<Error | undefined> {
  const { settings, sessions, streams, print } = run;
  const outgoing = new Outgoing(settings.lineEnds);
  let received = 0;
  let failure: Error | undefined;
  const storing: Promise<void>[] = [];
  socket.on('session', (session: ClientSession) => {
    print({ event: 'session', version: versionName(session.version), lifetime: session.lifetime });
    storing.push(sessions.put(session));
  });
  socket.on('secureConnect', () => {
    print({ event: 'connected', ...agreed(socket, settings) });
    if (settings.updatesKeys) requestKeys(socket);
    outgoing.pipe(socket);
    speak(outgoing, run, attempt);
  });
  socket.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (show(chunk, run)) return;
    socket.pause();
    streams.stdout.once('drain', () => socket.resume());
  });
  socket.on('error', (error) => {
    failure = error;
  });
  return new Promise((resolve) => {
    socket.on('close', () => {
      streams.stdin.unpipe(outgoing);
      if (failure === undefined) print({ event: 'closed', sent: outgoing.bytes, received });
      Promise.all(storing).then(
        () => resolve(failure),
        (error: Error) => resolve(failure ?? error),
      );
    });
  });
}

/** Gives the peer what there is to say: a request, stdin, or nothing where another connection follows. */
function speak(outgoing: Outgoing, { settings, streams }: Run, attempt: number): void {
  if (settings.http !== undefined) outgoing.write(request(settings.http, settings));
  else if (attempt < settings.reconnects) outgoing.end();
  else streams.stdin.pipe(outgoing);
}

/** RFC 9112 §3; the server closes when it has answered. */
function request(path: string, { serverName, target }: Settings): string {
  const host = isIPv6(serverName) ? `[${serverName}]` : serverName;
  const port = target.port === 443 ? '' : `:${target.port}`;
  return `GET ${path} HTTP/1.1\r\nHost: ${host}${port}\r\nConnection: close\r\n\r\n`;
}

/** Shows application data; false when the terminal or pipe wants a pause. */
function show(chunk: Buffer, { settings, streams, print }: Run): boolean {
  if (!settings.show.json) return streams.stdout.write(chunk);
  print({ event: 'data', length: chunk.length, base64: chunk.toString('base64') });
  return !streams.stdout.writableNeedDrain;
}

function agreed(socket: TLSSocket, settings: Settings): Agreed {
  const { negotiated } = socket;
  if (negotiated === undefined) throw new TypeError('connected without anything agreed on');
  const { version, suite, group, resumed } = negotiated;
  return {
    ...judge(negotiated, settings.serverName, () => rootsOf(settings)),
    version: versionName(version),
    suite: suite.name,
    keyExchange: group ?? (resumed ? 'session' : 'RSA'),
    peerSignature: negotiated.peerScheme,
    alpn: negotiated.alpn,
    serverName: negotiated.serverName,
    resumed,
    helloRetryRequest: negotiated.retried,
    extendedMasterSecret: negotiated.extendedMasterSecret,
    chain: summarizeChain(negotiated.peerChain),
  };
}

const versionName = (version: 'tls13' | 'tls12'): 'TLS 1.3' | 'TLS 1.2' =>
  version === 'tls13' ? 'TLS 1.3' : 'TLS 1.2';
