// Decrypts captured connections with their key log files: what each side said, over TLS 1.3 and TLS 1.2. Whatever reads the
// capture gives the bytes of each direction; here they are files. No handshake, no certificates, no sessions.
import { readFileSync } from 'node:fs';
import { node } from '@tlsmith/crypto/node';
import { decryptCapture } from '@tlsmith/record';
import { compute } from '@tlsmith/types';

const file = (name: string) => new Uint8Array(readFileSync(name));

for (const name of ['tls13', 'tls12']) {
  const keyLog = readFileSync(`${name}.keys`, 'utf8');
  const connection = { client: file(`${name}.client`), server: file(`${name}.server`), keyLog };
  for (const { from, type, content } of compute(node, decryptCapture(connection, node))) {
    if (type === 'application_data') console.log(name, from, new TextDecoder().decode(content).trim());
  }
}
// tls13 client ping
// tls13 server pong
// tls12 client ping
// tls12 server pong
