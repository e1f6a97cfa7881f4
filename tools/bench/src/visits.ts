import { once } from 'node:events';
import type { Server } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Session, Setting, Side } from './ends.ts';
import type { Pki } from './pki.ts';

// One visit: TCP connect, handshake, a byte there and back, close.

/** A server that answers the first byte and closes. */
export function answering(side: Side, setting: Setting, site?: Pki): Server {
  return side.serve(setting, answer, site);
}

/** What such a server does with a connection. */
export function answer(socket: Duplex): void {
  socket.on('error', () => undefined);
  socket.on('data', () => socket.end('x'));
}

/** Says a byte and waits until the connection is closed. */
export async function visit(socket: Duplex): Promise<void> {
  socket.write('x');
  socket.resume();
  await once(socket, 'close');
}

/** The session that a first visit leaves behind. */
async function firstSession(side: Side, setting: Setting, port: number): Promise<Session> {
  const socket = side.connect(setting, port);
  const session = side.sessionOf(socket);
  await visit(socket);
  return session;
}

/** A resumed visit; the newest ticket it got, or the old one where none came (TLS 1.2). */
async function revisit(side: Side, socket: Duplex, old: Session): Promise<Session> {
  let newest: Session = old;
  socket.on('session', (session: Session) => {
    newest = session;
  });
  let resumed = false;
  socket.on('secureConnect', () => {
    resumed = side.resumed(socket);
  });
  await visit(socket);
  if (!resumed) throw new Error(`${side.name}: not resumed`);
  return newest;
}

/**
 * So many visits one after another, ready to be timed: where each is to resume the one before, the full handshake that
 * gives the first session has been.
 */
export async function prepared(
  side: Side,
  setting: Setting,
  port: number,
  { count, resume }: { readonly count: number; readonly resume: boolean },
): Promise<() => Promise<void>> {
  if (!resume) {
    return async () => {
      for (let i = 0; i < count; i++) await visit(side.connect(setting, port));
    };
  }
  let session = await firstSession(side, setting, port);
  return async () => {
    for (let i = 0; i < count; i++)
      session = await revisit(side, side.connect(setting, port, { session }), session);
  };
}
