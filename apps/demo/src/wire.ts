import type { Socket } from 'node:net';
import type { Negotiated } from '@tlsmith/handshake';
import type { Bytes, ClientSession } from '@tlsmith/types';
import type { ConnectionEvent, TlsEnd } from 'tlsmith';

/** How a connection went for one end. */
export interface Ended {
  negotiated: Negotiated | undefined;
  /** When the handshake was done, by `performance.now()`. */
  connectedAt: number | undefined;
  closed: boolean;
  error: Error | undefined;
  readonly sessions: ClientSession[];
  /** Application data, as received. */
  received: string;
}

/** What an end does when it may. */
export interface Behaviour {
  connected?(end: TlsEnd): void;
  data?(end: TlsEnd, receivedSoFar: string): void;
  /** Sees the bytes on the socket. */
  tap?(direction: 'read' | 'write', bytes: Bytes): void;
}

/**
 * Joins a TLS end to a TCP socket: bytes in, bytes out, events to the behaviour. Fulfilled when the socket is closed.
 * The whole glue that the sans-I/O classes need.
 */
export function attach(socket: Socket, end: TlsEnd, behaviour: Behaviour): Promise<Ended> {
  const ended: Ended = {
    negotiated: undefined,
    connectedAt: undefined,
    closed: false,
    error: undefined,
    sessions: [],
    received: '',
  };
  const step = (): void => {
    // What the behaviour writes may cause events of its own.
    for (let events = end.events(); events.length > 0; events = end.events()) {
      for (const event of events) note(ended, event, end, behaviour);
    }
    for (const bytes of end.takeOutput()) {
      behaviour.tap?.('write', bytes);
      if (socket.writable) socket.write(bytes);
    }
    // Only our direction: a reset, which unread input would cause, could overtake the alert.
    if (ended.closed || ended.error !== undefined) socket.end();
  };
  end.onReady = step;
  socket.on('data', (bytes: Bytes) => {
    behaviour.tap?.('read', bytes);
    end.receive(bytes);
    step();
  });
  socket.on('end', () => {
    end.end();
    step();
    socket.end();
  });
  socket.on('error', (error) => end.abort(error));
  socket.setTimeout(patience, () => socket.destroy());
  const closed = new Promise<Ended>((resolve) => socket.once('close', () => resolve(ended)));
  step();
  return closed;
}

function note(ended: Ended, event: ConnectionEvent, end: TlsEnd, behaviour: Behaviour): void {
  switch (event.event) {
    case 'connected':
      ended.negotiated = event.negotiated;
      ended.connectedAt = performance.now();
      return behaviour.connected?.(end);
    case 'data':
      ended.received += new TextDecoder().decode(event.bytes);
      return behaviour.data?.(end, ended.received);
    case 'session':
      ended.sessions.push(event.session);
      return;
    case 'end':
      return;
    case 'failed':
      ended.error = event.error;
      return;
    case 'closed':
      ended.closed = true;
      return;
  }
}

// Milliseconds of silence on loopback after which something is wrong.
const patience = 5000;
