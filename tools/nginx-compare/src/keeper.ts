import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import type { Side } from './side.ts';

/**
 * Resumes TLS 1.2 with a saved session and saves the session that is then there, with a ticket that came meanwhile.
 * `openssl s_client` saves what full handshakes bring and nothing else; node:tls keeps the same format.
 *
 * @returns Whether the session was resumed.
 */
export async function resumeAndKeep(side: Side, resume: string, save: string): Promise<boolean> {
  const file = (name: string): string => join(side.folder, `${name}.session`);
  const socket = connect({
    host: '127.0.0.1',
    port: side.port(0),
    servername: 'a.example',
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.2',
    rejectUnauthorized: false,
    session: Buffer.from(readFileSync(file(resume), 'latin1').replaceAll(/-----[^-]*-----/g, ''), 'base64'),
  });
  await connected(socket);
  const session = socket.getSession()?.toString('base64') ?? '';
  const lines = ['-----BEGIN SSL SESSION PARAMETERS-----', ...(session.match(/.{1,64}/g) ?? [])];
  writeFileSync(file(save), [...lines, '-----END SSL SESSION PARAMETERS-----', ''].join('\n'));
  const resumed = socket.isSessionReused();
  socket.destroy();
  return resumed;
}

async function connected(socket: TLSSocket): Promise<void> {
  await new Promise<void>((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
}
