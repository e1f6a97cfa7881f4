import { writeFileSync } from 'node:fs';
import { freePort } from '@tlsmith/testkit/node';
import type { Bench } from '../bench/bench.ts';
import { Program } from '../bench/program.ts';
import { PortTaken } from '../cell.ts';
import {
  exporterLabel,
  exporterLength,
  greeting,
  type Result,
  type RunningServer,
  type ServerSetup,
} from '../side.ts';
import { priorityOf } from './names.ts';
import { gnutlsReport } from './output.ts';

/** Starts gnutls-serv, which listens on every address there is. It closes first as an HTTP server only. */
export async function startGnutlsServer(bench: Bench, setup: ServerSetup): Promise<RunningServer> {
  const port = await freePort();
  const server = new Program(bench, 'gnutls-serv', [
    ...['--port', String(port), '--priority', priorityOf(setup)],
    ...talkOptions(bench, setup),
    ...gnutlsServerOptions(bench, setup),
  ]);
  if (!(await server.printed(/port \d+\.\.\.done[^]*port \d+\.\.\.done/, 'err'))) {
    if (/bind\(\) failed|Address already in use/.test(server.err)) throw new PortTaken();
    throw new Error(`gnutls-serv: ${server.err}`);
  }
  return { port, results: (count) => reports(server, count) };
}

function talkOptions(bench: Bench, { talk }: ServerSetup): readonly string[] {
  if (talk === 'echo') return ['--echo'];
  const page = bench.path('page');
  writeFileSync(page, greeting);
  return ['--http', '--httpdata', talk === 'download' ? bench.workshop.content.path : page];
}

function gnutlsServerOptions({ workshop }: Bench, setup: ServerSetup): readonly string[] {
  const { pki } = workshop;
  const { chainPath, keyPath } = pki.server(setup.keyType);
  const { alpn, clientCertificates, resumption, exporter } = setup;
  return [
    ...['--x509certfile', chainPath, '--x509keyfile', keyPath, '--x509cafile', pki.rootPath],
    ...(clientCertificates === undefined
      ? ['--disable-client-cert']
      : ['--require-client-cert', '--verify-client-cert']),
    ...(alpn === undefined ? [] : ['--alpn-fatal', ...alpn.flatMap((protocol) => ['--alpn', protocol])]),
    ...(resumption === 'session-ids' ? ['--noticket'] : []),
    ...(exporter === true
      ? ['--keymatexport', exporterLabel, '--keymatexportsize', String(exporterLength)]
      : []),
  ];
}

/** What it tells comes out when it ends; of a refusal it complains at once. */
async function reports(server: Program, count: number): Promise<readonly Result[]> {
  const patience = new Promise((resolve) => setTimeout(resolve, 300));
  await Promise.race([server.printed(/Error in handshake/, 'err'), patience]);
  await server.stop();
  const parts = server.out.split(/^\* Accepted connection.*$/m).slice(1);
  if (parts.length === 0) return [gnutlsReport('server', server.err)];
  return parts.slice(0, count).map((part) => gnutlsReport('server', part + server.err));
}
