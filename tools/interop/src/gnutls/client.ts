import type { Bench } from '../bench/bench.ts';
import { serverName } from '../bench/pki.ts';
import { Program } from '../bench/program.ts';
import { type ClientSetup, exporterLabel, exporterLength, greeting, type Result } from '../side.ts';
import { priorityOf } from './names.ts';
import { gnutlsReport } from './output.ts';

/** Visits a server with gnutls-cli. One run makes all connections, each resuming the one before. */
export async function visitWithGnutls(
  bench: Bench,
  port: number,
  setup: ClientSetup,
): Promise<readonly Result[]> {
  const { talk, visits = 1 } = setup;
  const bulk = talk === 'upload' || talk === 'download';
  const log = bench.path('log');
  const more = bulk ? ['--logfile', log] : ['--inline-commands'];
  const client = startGnutlsClient(bench, port, setup, more);
  if (bulk) {
    const status = await client.ended;
    return [{ ending: status === 0 ? 'clean' : 'failed', received: talk === 'upload' ? '' : client.out }];
  }
  const results: Result[] = [];
  for (let visit = 1; visit <= visits; visit++) {
    results.push({ received: await greetGnutls(client, visit) });
    if (visit < visits) client.type('^resume^\n');
  }
  if (talk === 'echo') client.endInput();
  const status = await client.ended;
  const closed = talk === 'echo' || client.out.includes('Peer has closed the GnuTLS connection');
  const parts = client.out.split(/^Connecting to /m).slice(1);
  return results.map((result, visit) => {
    const last = visit === visits - 1 ? { ending: status === 0 && closed ? 'clean' : 'failed' } : {};
    return { ...gnutlsReport('client', (parts[visit] ?? '') + client.err), ...result, ...last };
  });
}

/** Starts gnutls-cli. With a log its standard output is what it receives. */
export function startGnutlsClient(
  bench: Bench,
  port: number,
  setup: ClientSetup,
  more: readonly string[],
): Program {
  const { talk } = setup;
  return new Program(bench, 'gnutls-cli', [...more, ...gnutlsClientOptions(bench, port, setup)], {
    output: talk === 'upload' || talk === 'download' ? 'digest' : 'text',
    ...(talk === 'upload' ? { input: bench.workshop.content.path } : {}),
  });
}

/** What comes back, once the connection is open. */
export async function greetGnutls(client: Program, visit: number): Promise<string> {
  if (!(await client.printed(new RegExp(`(Handshake was completed[^]*){${visit}}`)))) return '';
  client.type(`${greeting}\n`);
  return (await client.printed(new RegExp(`(^${greeting}\n[^]*){${visit}}`, 'm'))) ? greeting : '';
}

function gnutlsClientOptions({ workshop }: Bench, port: number, setup: ClientSetup): string[] {
  const { pki } = workshop;
  const { alpn, certificate, trust, exporter, visits = 1 } = setup;
  const own = certificate === undefined ? undefined : pki.client(certificate);
  return [
    ...['--port', String(port), '--priority', priorityOf(setup)],
    ...['--sni-hostname', serverName, '--verify-hostname', serverName],
    ...['--x509cafile', trust === 'stranger' ? pki.strangerPath : pki.rootPath],
    ...(own === undefined ? [] : ['--x509certfile', own.chainPath, '--x509keyfile', own.keyPath]),
    ...(alpn ?? []).flatMap((protocol) => ['--alpn', protocol]),
    ...(exporter === true
      ? ['--keymatexport', exporterLabel, '--keymatexportsize', String(exporterLength)]
      : []),
    // The tickets of TLS 1.3 come after the handshake.
    ...(visits > 1 ? ['--waitresumption'] : []),
    // One share only, as everybody else sends: otherwise there is nothing to ask for again.
    '--single-key-share',
    '127.0.0.1',
  ];
}
