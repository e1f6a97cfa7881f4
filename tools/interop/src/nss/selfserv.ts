import type { Bench } from '../bench/bench.ts';
import { Program } from '../bench/program.ts';
import { freePort } from '../bench/tcp.ts';
import { PortTaken } from '../cell.ts';
import type { Result, RunningServer, ServerSetup } from '../side.ts';
import { nickname, nssDatabase } from './database.ts';
import { nssOptions } from './options.ts';
import { nssReport } from './output.ts';

/** Starts selfserv, which listens on every address there is. It is an HTTP server that says back what it was asked. */
export async function startSelfserv(bench: Bench, setup: ServerSetup): Promise<RunningServer> {
  const { pki } = bench.workshop;
  const own = pki.server(setup.keyType);
  const port = await freePort();
  const server = new Program(bench, 'selfserv', [
    ...['-d', nssDatabase(bench.workshop, { rootPath: pki.rootPath, own }), '-p', String(port)],
    ...[setup.keyType.startsWith('rsa') ? '-n' : '-e', nickname],
    ...nssOptions(setup),
    ...(setup.alpn?.includes('http/1.1') === true ? ['-Q'] : []),
    ...(setup.clientCertificates === undefined ? [] : ['-r', '-r']),
    ...(setup.resumption === 'session-ids' ? [] : ['-u']),
  ]);
  if (!(await server.printed(/About to call accept/, 'err'))) {
    if (/ADDRESS_IN_USE/.test(server.err)) throw new PortTaken();
    throw new Error(`selfserv: ${server.err}`);
  }
  return { port, results: (count) => reports(server, count) };
}

/** What it heard of a body, which says the request back. */
export const requestedOf = (body: string): string => /^GET \/(\S+) HTTP/m.exec(body)?.[1] ?? body;

/** It does not tell which of its connections it resumed. */
async function reports(server: Program, count: number): Promise<readonly Result[]> {
  await new Promise((resolve) => setTimeout(resolve, 100));
  await server.stop();
  const parts = server.err.split(/About to call accept\.\s*/).slice(1);
  return parts.slice(0, count).map((part) => ({ ...nssReport(part, 0), resumed: undefined, peerName: undefined }));
}
