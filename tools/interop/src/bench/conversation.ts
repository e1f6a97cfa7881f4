import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Duplex } from 'node:stream';
import { greeting, type Speech, type Talk } from '../side.ts';
import type { Content } from './content.ts';
import { HttpReader } from './http-reader.ts';

/** How a conversation went. */
export interface Heard {
  readonly received: string;
  /** `clean` when the stream ended in order; else the error's code. */
  readonly ending: string;
  readonly failure: Error | undefined;
}

/** Speaks lines as a server on a connection that is just open; settles when it is closed. */
export function serveLines(socket: Duplex, talk: Talk, content: Content): Promise<Heard> {
  const hash = createHash('sha256');
  let received = '';
  const hear = (chunk: Buffer): void => {
    if (talk === 'upload') hash.update(chunk);
    else received += chunk.toString();
    if (talk === 'echo') socket.write(chunk);
    if (talk === 'farewell' && received.endsWith('\n')) socket.end(received);
  };
  socket.on('data', hear);
  if (talk === 'download') createReadStream(content.path).pipe(socket);
  return over(socket, () => (talk === 'upload' ? hash.digest('hex') : received.trimEnd()));
}

/** Speaks as a client on a connection that is just open; settles when it is closed. */
export function converse(socket: Duplex, talk: Talk, speech: Speech, content: Content): Promise<Heard> {
  return speech === 'http' ? requestHttp(socket, talk, content) : speakLines(socket, talk, content);
}

function speakLines(socket: Duplex, talk: Talk, content: Content): Promise<Heard> {
  const hash = createHash('sha256');
  let received = '';
  socket.on('data', (chunk: Buffer) => {
    if (talk === 'download') hash.update(chunk);
    else received += chunk.toString();
    if (talk === 'echo' && received.endsWith('\n')) socket.end();
  });
  if (talk === 'upload') createReadStream(content.path).pipe(socket);
  else if (talk !== 'download') socket.write(`${greeting}\n`);
  return over(socket, () => (talk === 'download' ? hash.digest('hex') : received.trimEnd()));
}

function requestHttp(socket: Duplex, talk: Talk, content: Content): Promise<Heard> {
  const hash = createHash('sha256');
  let received = '';
  const reader = new HttpReader((chunk) => {
    if (talk === 'download') hash.update(chunk);
    else received += chunk.toString();
  });
  socket.on('data', (chunk: Buffer) => {
    reader.feed(chunk);
    if (talk === 'echo' && reader.complete) socket.end();
  });
  const length = talk === 'upload' ? `Content-Length: ${content.length}\r\n` : '';
  const connection = talk === 'echo' ? 'keep-alive' : 'close';
  socket.write(
    `${talk === 'upload' ? 'PUT' : 'GET'} ${pathOf(talk, content)} HTTP/1.1\r\n` +
      `Host: server.example\r\nConnection: ${connection}\r\n${length}\r\n`,
  );
  if (talk === 'upload') createReadStream(content.path).pipe(socket, { end: false });
  return over(socket, () => {
    const body = talk === 'download' ? hash.digest('hex') : received.trimEnd();
    return reader.status === 200 ? body : `${reader.status ?? 'no'} ${body}`;
  });
}

/** What is asked for by HTTP. */
export const pathOf = (talk: Talk, content: Content): string =>
  talk === 'download' ? `/${content.name}` : talk === 'upload' ? '/upload' : `/${greeting}`;

/** Settles when a stream is closed. */
export function over(socket: Duplex, received: () => string): Promise<Heard> {
  let ended = false;
  let failure: Error | undefined;
  socket.on('end', () => (ended = true));
  socket.on('error', (error) => (failure = error));
  return new Promise((resolve) => {
    socket.once('close', () => {
      const { code } = (failure ?? {}) as { readonly code?: string };
      const ending = failure === undefined ? (ended ? 'clean' : 'closed') : (code ?? String(failure));
      resolve({ received: received(), ending, failure });
    });
  });
}
