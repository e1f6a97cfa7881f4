import { connect, createServer, type Socket } from 'node:net';
import type { Bench } from './bench.ts';
import { listening } from './tcp.ts';

/** Plays an SMTP server until the client may begin its handshake (RFC 3207 §4). */
export async function offerStarttls(socket: Socket): Promise<void> {
  const lines = new Lines(socket);
  socket.write('220 server.example ESMTP\r\n');
  for (;;) {
    const command = await lines.next();
    if (/^EHLO /i.test(command)) socket.write('250-server.example\r\n250 STARTTLS\r\n');
    else if (/^STARTTLS$/i.test(command)) break;
    else socket.write('502 only EHLO and STARTTLS here\r\n');
  }
  // What came in the clear must not be taken for something protected.
  lines.release();
  socket.write('220 go ahead\r\n');
}

/** Plays an SMTP client until the handshake may begin. */
export async function askStarttls(socket: Socket): Promise<void> {
  const lines = new Lines(socket);
  await reply(lines, '220');
  socket.write('EHLO client.example\r\n');
  const offered = await reply(lines, '250');
  if (!offered.some((line) => line.endsWith('STARTTLS'))) throw new Error('the server offers no STARTTLS');
  socket.write('STARTTLS\r\n');
  await reply(lines, '220');
  lines.release();
}

/** Puts SMTP before a server that speaks TLS from the start. */
export function smtpRelay(bench: Bench, port: number): Promise<number> {
  const relay = createServer({ allowHalfOpen: true }, (client) => {
    client.on('error', () => client.destroy());
    void offerStarttls(client).then(() => {
      const server = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
      bench.defer(() => server.destroy());
      server.on('error', () => client.destroy());
      client.pipe(server).pipe(client);
    });
  });
  return listening(bench, relay);
}

/** One reply of an SMTP server: lines with a hyphen after the code, and one without (RFC 5321 §4.2.1). */
async function reply(lines: Lines, code: string): Promise<readonly string[]> {
  const read: string[] = [];
  do read.push(await lines.next());
  while (read.at(-1)?.[3] === '-');
  if (read.at(-1)?.startsWith(code) !== true) throw new Error(`SMTP: wanted ${code}, got ${read.join(' ')}`);
  return read;
}

/** Lines of a socket, until it is released to somebody else. */
class Lines {
  readonly #socket: Socket;
  readonly #hear = (chunk: Buffer): void => {
    this.#text += chunk.toString();
    this.#wake();
  };
  #text = '';
  #wake = (): void => undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', this.#hear);
  }

  async next(): Promise<string> {
    for (;;) {
      const end = this.#text.indexOf('\r\n');
      if (end >= 0) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        return line;
      }
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** @throws when something has come that nobody read. */
  release(): void {
    this.#socket.off('data', this.#hear);
    this.#socket.pause();
    if (this.#text !== '') throw new Error(`SMTP: unread text in the clear: ${this.#text}`);
  }
}
