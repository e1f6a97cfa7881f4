import { connect, createServer } from 'node:net';
import type { Bench } from './bench.ts';
import { listening } from './tcp.ts';

/** Puts an attacker between client and server who makes the client look as if it did not know TLS 1.3. */
export function hidingTls13(bench: Bench, port: number): Promise<number> {
  const attacker = createServer((client) => {
    const server = connect({ host: '127.0.0.1', port });
    bench.defer(() => server.destroy());
    client.once('data', (hello) => {
      server.write(withoutTls13(hello));
      client.pipe(server);
    });
    server.pipe(client);
    client.on('error', () => server.destroy());
    server.on('error', () => client.destroy());
  });
  return listening(bench, attacker);
}

/** Puts a version that nobody knows in the place of 0x0304 in supported_versions (type 43, RFC 9846 §4.3.1). */
export function withoutTls13(hello: Uint8Array): Uint8Array {
  const changed = hello.slice();
  for (let at = 0; at + 5 < changed.length; at++) {
    const listLength = changed[at + 4] as number;
    const isExtension = changed[at] === 0 && changed[at + 1] === 43 && changed[at + 2] === 0;
    if (!isExtension || changed[at + 3] !== listLength + 1) continue;
    for (let entry = at + 5; entry < at + 5 + listLength; entry += 2) {
      if (changed[entry] === 3 && changed[entry + 1] === 4) changed[entry] = 0x6a;
    }
  }
  return changed;
}
