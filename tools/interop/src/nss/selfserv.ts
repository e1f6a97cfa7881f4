import { freePort } from '@tlsmith/testkit/node';
import type { Bench } from '../bench/bench.ts';
import { serverName } from '../bench/pki.ts';
import { Program } from '../bench/program.ts';
import { PortTaken } from '../cell.ts';
import type { Result, RunningServer, ServerSetup } from '../side.ts';
import { nickname, nssDatabase } from './database.ts';
import { nssOptions } from './options.ts';
import { nssReport, resumptionsIn } from './output.ts';

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

/** Facts come on its standard error, counts of resumptions on its output; alerts it names by NSS's numbers. */
async function reports(server: Program, count: number): Promise<readonly Result[]> {
  await new Promise((resolve) => setTimeout(resolve, 100));
  await server.stop();
  const parts = server.err.split(/^selfserv: (?=SSL version)/m).slice(1);
  if (parts.length === 0) return [{ error: /returned error (-\d+)/.exec(server.err)?.[1] ?? '' }];
  const counts = server.out.split(/(?<=stateless resumes)/);
  return parts.slice(0, count).map((part, at) => ({
    ...anonymous(nssReport(part, 0)),
    resumed: resumptionsIn(counts[at] ?? '') > resumptionsIn(counts[at - 1] ?? ''),
    alert: undefined,
  }));
}

/** Where the client has no certificate it names itself. */
const anonymous = (report: Result): Result =>
  report.peerName === serverName ? { ...report, peerName: '' } : report;
