import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { Duplex } from 'node:stream';
import { greeting, type Talk } from '../side.ts';
import { type Heard, over } from './conversation.ts';
import type { Content } from './content.ts';

/** Speaks HTTP as a server on a connection that is just open; settles when it is closed. */
export function serveHttp(
  socket: Duplex & { readonly alpnProtocol?: string | false | null },
  talk: Talk,
  content: Content,
): Promise<Heard> {
  const heard = { text: '' };
  const handle = handler(talk, content, heard);
  // HTTP/2's requests and responses are made to look like those of HTTP/1.1.
  const server = socket.alpnProtocol === 'h2' ? createHttp2Server(handle as never) : createServer(handle);
  const result = over(socket, () => heard.text);
  server.emit('connection', socket);
  return result;
}

/** Pages for browsers, which greet; of the second the browser comes back for its picture. Neither has an icon to ask for. */
const pages: Readonly<Record<string, string>> = {
  'once.html': `<link rel="icon" href="data:,"><p>${greeting}</p>`,
  'twice.html': `<link rel="icon" href="data:,"><p>${greeting}</p><img src="/${greeting}">`,
};

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Greets back whoever greets, hands the content out, and says the digest of what it is given. */
function handler(talk: Talk, content: Content, heard: { text: string }): Handler {
  return (request, response) => {
    if (request.httpVersionMajor < 2 && talk !== 'echo') response.setHeader('Connection', 'close');
    if (request.method === 'PUT') {
      const hash = createHash('sha256');
      request.on('data', (chunk: Buffer) => hash.update(chunk));
      request.on('end', () => response.end((heard.text = hash.digest('hex'))));
      return;
    }
    heard.text = (request.url ?? '').slice(1);
    if (heard.text in pages) {
      response.setHeader('Content-Type', 'text/html');
      response.end(pages[heard.text]);
      heard.text = greeting;
      return;
    }
    if (talk === 'download') {
      response.setHeader('Content-Length', content.length);
      createReadStream(content.path).pipe(response);
      return;
    }
    // Without a length the client knows the end by close_notify alone.
    if (talk === 'farewell') response.removeHeader('Transfer-Encoding');
    response.write(heard.text);
    response.end();
  };
}
