import { createHash, createPublicKey } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { SecureVersion } from 'node:tls';
import { nodeVersion } from './node-tls.ts';
import { run, start } from './peer.ts';
import { type Pki, serverName } from './pki.ts';
import { readKeylog, type Studio } from './recording.ts';
import { type Connection, openTap, type Tap } from './tap.ts';

/** Records headless Chromium with Node's https: the first connection and, where the browser makes one, a resumed one. */
export async function recordChromium(studio: Studio): Promise<void> {
  for (const version of ['TLSv1.3', 'TLSv1.2'] as const) {
    const name = `chromium-${version.slice(-3).replace('.', '')}`;
    const resumed = new Set<number | undefined>();
    const server = await listen(studio, version);
    server.on('secureConnection', (socket) => socket.isSessionReused() && resumed.add(socket.remotePort));
    const tap = await openTap((server.address() as AddressInfo).port);
    const keylog = join(studio.scratch, name);
    await browse(studio, tap, keylog);
    tap.close();
    server.close();
    const peers = { client: run('chromium', ['--version'], quiet).trim(), server: `${nodeVersion()} https` };
    const save = (capture: string, what: string, connection: Connection | undefined): void => {
      if (connection === undefined)
        return console.log(`left out: ${capture}, the browser made no such connection`);
      const { flow } = connection;
      const keylogOfFlow = readKeylog(keylog, flow);
      studio.save({
        name: capture,
        peers,
        what: `TLS ${version.slice(-3)}, ${what}`,
        ...(capture === name ? {} : { resumes: name }),
        keylog: keylogOfFlow,
        flow,
      });
    };
    // A browser opens several connections at once; a session it resumes is that of the last full handshake.
    const later = tap.connections.findIndex((one) => resumed.has(one.seenPort()));
    const full = tap.connections.slice(0, later).findLast((one) => !resumed.has(one.seenPort()));
    save(name, 'a full handshake', full);
    save(`${name}-resumed`, 'a later connection of the same page, resumed', tap.connections[later]);
  }
}

const quiet = { env: { PATH: process.env['PATH'] } };

const script = (path: string): string => `<script src="${path}"></script>`;
const pages: Readonly<Record<string, string>> = {
  '/': `<link rel="icon" href="data:,">${script('/1.js')}pong`,
  '/1.js': `document.write('${script('/2.js').replace('</', '<\\/')}')`,
};

/** Closes after every answer, so that the script in the page comes over a connection of its own. */
async function listen({ pki }: Studio, version: SecureVersion): Promise<Server> {
  const server = createServer(
    {
      cert: readFileSync(pki.path('ecdsa.crt')),
      key: readFileSync(pki.path('ecdsa.key')),
      minVersion: version,
      maxVersion: version,
    },
    (request, response) => {
      const page = pages[request.url ?? ''] ?? '';
      response
        .writeHead(200, {
          'content-type': request.url === '/' ? 'text/html' : 'text/javascript',
          connection: 'close',
        })
        .end(page);
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function browse({ pki, scratch }: Studio, tap: Tap, keylog: string): Promise<void> {
  const flags = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    `--ignore-certificate-errors-spki-list=${spkiHash(pki)}`,
    '--dump-dom',
  ];
  const chromium = start(
    'chromium',
    [
      ...flags,
      `--user-data-dir=${keylog}.profile`,
      `--host-resolver-rules=MAP ${serverName} 127.0.0.1`,
      `https://${serverName}:${tap.port}/`,
    ],
    { HOME: scratch, SSLKEYLOGFILE: keylog },
  );
  await chromium.exited;
  if (!chromium.output().includes('pong')) throw new Error(`chromium: ${chromium.output().slice(-2000)}`);
  await Promise.all(tap.connections.map(({ done }) => done));
}

/** Without this exception, a browser that overlooks a bad certificate would not keep the session. */
function spkiHash(pki: Pki): string {
  const key = createPublicKey(readFileSync(pki.path('ecdsa.crt')));
  return createHash('sha256')
    .update(key.export({ format: 'der', type: 'spki' }))
    .digest('base64');
}
