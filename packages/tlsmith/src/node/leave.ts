import type { Duplex } from 'node:stream';

/**
 * Leaves a transport so that the peer can still read what we sent: our end first, and what it sends meanwhile is read and
 * dropped, since a TCP socket closed with unread data resets the connection and may take the alert with it.
 */
export function leave(transport: Duplex): void {
  if (transport.destroyed) return;
  const timer = setTimeout(() => transport.destroy(), lingerMilliseconds);
  timer.unref();
  transport.once('close', () => clearTimeout(timer));
  transport.once('end', () => transport.destroy());
  if (!transport.writableEnded) transport.end();
  transport.resume();
}

/** What a transport that has failed had read and not handed on. */
export function* unread(transport: Duplex): Iterable<Buffer> {
  while (transport.errored) {
    const chunk = transport.read() as Buffer | null;
    if (chunk === null) return;
    yield chunk;
  }
}

// How long the peer may take to read our last alert before the transport is torn down.
const lingerMilliseconds = 1000;
