import type { TLSSocket } from 'tlsmith/node';
import type { Agreed } from './events.ts';
import { agreedRows } from './print.ts';

/** Sends back what comes, and closes when the client does. */
export function echo(socket: TLSSocket): void {
  socket.pipe(socket);
}

/** Answers one HTTP/1 request with what was agreed on, as text, and closes. */
export function status(socket: TLSSocket, agreed: Agreed): void {
  let head = '';
  const onData = (chunk: Buffer): void => {
    head += chunk.toString('latin1');
    if (!/\r?\n\r?\n/.test(head) && head.length < longestHead) return;
    socket.off('data', onData);
    // What else the client sends is read and forgotten.
    socket.resume();
    socket.end(response(head, agreed));
  };
  socket.on('data', onData);
  socket.on('end', () => socket.end());
}

function response(head: string, agreed: Agreed): string {
  const [, method] = /^(\S+) \S+ HTTP\/1\.[01]\r?\n/.exec(head) ?? [];
  if (method === undefined) return message('400 Bad Request', 'this is no HTTP/1 request\n');
  if (method !== 'GET' && method !== 'HEAD') return message('405 Method Not Allowed', 'only GET and HEAD\n');
  const text = `${agreedRows(agreed).join('\n')}\n`;
  return message('200 OK', text, method === 'HEAD');
}

function message(statusLine: string, body: string, isHead = false): string {
  const fields = [
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  return `HTTP/1.1 ${statusLine}\r\n${fields.join('\r\n')}\r\n\r\n${isHead ? '' : body}`;
}

const longestHead = 16_384;
