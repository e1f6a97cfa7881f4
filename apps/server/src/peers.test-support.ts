import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type Server, Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import type { ServerEvent } from './events.ts';
import { readFlags } from './flags.ts';
import { run } from './run.ts';

/** Whether there is an openssl to talk to; says so where there is none. */
export const hasOpenssl: boolean = spawnSync('openssl', ['version']).status === 0;
if (!hasOpenssl) process.stderr.write('no openssl command: handshakes with s_client are left out\n');

/** A server in this process. */
export interface Running {
  readonly server: Server;
  readonly port: number;
  readonly stdin: PassThrough;
  /** What went to stdout and stderr. */
  out(): string;
  err(): string;
  /** With `--json`. */
  events(): readonly ServerEvent[];
}

/** Runs the server in this process, on a free port. */
export async function serve(...argv: readonly string[]): Promise<Running> {
  const settings = readFlags(['--port', '0', ...argv]);
  if (settings === 'help') throw new Error('help serves nobody');
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const [out, err] = [collected(stdout), collected(stderr)];
  const server = await run(settings, { stdin, stdout, stderr });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const events = (): readonly ServerEvent[] =>
    out()
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as ServerEvent);
  return { server, port: address.port, stdin, out, err, events };
}

/** What node:tls found out, and what the server said until the end. */
export interface Visit {
  readonly text: string;
  readonly protocol: string | null;
  readonly suite: string;
  readonly group: string | undefined;
  readonly resumed: boolean;
  readonly alpn: string | false | null;
  readonly peer: string;
  readonly session: Buffer | undefined;
}

/** Node's own TLS client: says something, closes its side, and listens until the end. */
export function visit(
  port: number,
  ca: string,
  options: ConnectionOptions = {},
  say = 'GET / HTTP/1.0\r\n\r\n',
) {
  return converse(connect({ port, ca: readFileSync(ca), servername: 'localhost', ...options }), say);
}

/** The same over a connection that is already open. */
export function visitOver(socket: Socket, ca: string, say: string): Promise<Visit> {
  return converse(connect({ socket, ca: readFileSync(ca), servername: 'localhost' }), say);
}

/** The output of `openssl s_client`, both streams, given this input. */
export function openssl(port: number, input: string, ...flags: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const args = ['s_client', '-connect', `127.0.0.1:${port}`, '-servername', 'localhost', ...flags];
    const child = execFile('openssl', args, (_error, stdout, stderr) => resolve(stdout + stderr));
    child.stdin?.end(input);
  });
}

function converse(socket: TLSSocket, say: string): Promise<Visit> {
  return new Promise((resolve, reject) => {
    let text = '';
    let session: Buffer | undefined;
    let facts: Omit<Visit, 'text' | 'session'>;
    socket.on('session', (one: Buffer) => {
      session = one;
    });
    socket.on('secureConnect', () => {
      facts = {
        protocol: socket.getProtocol(),
        suite: socket.getCipher().standardName,
        group: (socket.getEphemeralKeyInfo() as { name?: string } | null)?.name,
        resumed: socket.isSessionReused(),
        alpn: socket.alpnProtocol,
        peer: String(socket.getPeerCertificate().subject?.CN),
      };
      socket.write(say);
    });
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.length >= say.length) socket.end();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve({ ...facts, text, session }));
  });
}

function collected(stream: PassThrough): () => string {
  let text = '';
  stream.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return () => text;
}
