import { utf8 } from '@tlsmith/types';
import type { Behaviour } from './wire.ts';

/** Asks for a page as soon as the tunnel stands. */
export function httpClient(host: string, path = '/'): Behaviour & { readonly request: string } {
  const request = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
  return { request, connected: (end) => end.write(utf8(request)) };
}

/** Answers one request with a page that says who is reading it, and closes. */
export function httpServer(page: string): Behaviour & { readonly reply: string } {
  const head = `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${utf8(page).length}\r\nConnection: close`;
  const reply = `${head}\r\n\r\n${page}`;
  return {
    reply,
    data: (end, received) => {
      if (!received.includes('\r\n\r\n')) return;
      end.write(utf8(reply));
      end.close();
    },
  };
}
