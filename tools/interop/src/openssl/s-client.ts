import { existsSync } from 'node:fs';
import type { Bench } from '../bench/bench.ts';
import { type Identified, serverName } from '../bench/pki.ts';
import { Program } from '../bench/program.ts';
import { type ClientSetup, exporterLabel, exporterLength, greeting, type Result } from '../side.ts';
import { opensslGroup, opensslSuite } from './names.ts';
import { clientReport, refuseUnknown } from './output.ts';

/** Visits a server with `openssl s_client`. */
export async function visitWithOpenssl(
  bench: Bench,
  port: number,
  setup: ClientSetup,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const session = bench.path('session.pem');
  for (let visit = 0; visit < (setup.visits ?? 1); visit++) {
    const resumed = visit > 0 && existsSync(session) ? ['-sess_in', session] : [];
    const client = startClient(bench, port, setup, ['-sess_out', session, ...resumed]);
    const result = await talk(client, setup);
    refuseUnknown(client.err);
    results.push(result);
  }
  return results;
}

/** Starts `openssl s_client`; bulk goes through its standard input and output, which are quiet otherwise. */
export function startClient(
  bench: Bench,
  port: number,
  setup: ClientSetup,
  more: readonly string[] = [],
): Program {
  const { pki, content } = bench.workshop;
  const args = [
    's_client',
    ...['-connect', `127.0.0.1:${port}`, '-servername', serverName],
    ...['-CAfile', setup.trust === 'stranger' ? pki.strangerPath : pki.rootPath],
    ...['-no-CApath', '-no-CAstore', '-verify_return_error', '-verify_hostname', serverName],
    ...opensslOptions(setup),
    ...(setup.certificate === undefined ? [] : identityOptions(pki.client(setup.certificate))),
    ...(setup.starttls === true ? ['-starttls', 'smtp'] : []),
    ...(setup.fallback === true ? ['-fallback_scsv'] : []),
    ...more,
  ];
  if (setup.talk === 'upload') {
    return new Program(bench, 'openssl', [...args, '-quiet', '-no_ign_eof', '-nocommands'], {
      input: content.path,
    });
  }
  const quiet = setup.talk === 'download';
  return new Program(bench, 'openssl', quiet ? [...args, '-quiet'] : args, {
    output: quiet ? 'digest' : 'text',
  });
}

async function talk(client: Program, setup: ClientSetup): Promise<Result> {
  if (setup.talk === 'upload' || setup.talk === 'download') {
    const ending = (await client.ended) === 0 ? 'clean' : 'failed';
    return { ...clientReport('', client.err), ending, received: client.out.trim() };
  }
  if (!(await client.printed(/^ *Verify return code/m))) return clientReport(client.out, client.err);
  client.type(`${greeting}\n`);
  const heard = await client.printed(new RegExp(`${greeting}\n`));
  if (setup.talk === 'echo') client.type('Q\n');
  const status = await client.ended;
  const closed = setup.talk === 'echo' || /^closed$/m.test(client.out);
  return {
    ...clientReport(client.out, client.err, setup.schemes),
    received: heard ? greeting : '',
    ending: status === 0 && closed ? 'clean' : 'failed',
  };
}

/** Options that s_client and s_server share. */
export function opensslOptions({
  versions,
  suites,
  groups,
  schemes,
  alpn,
  exporter,
}: Pick<ClientSetup, 'versions' | 'suites' | 'groups' | 'schemes' | 'alpn' | 'exporter'>): string[] {
  const of13 = suites?.filter(({ version }) => version === 'tls13').map(opensslSuite) ?? [];
  const of12 = suites?.filter(({ version }) => version === 'tls12').map(opensslSuite) ?? [];
  return [
    ...(versions.length > 1 ? [] : [`-tls1_${versions[0]?.slice(2)}`]),
    ...(versions.includes('1.1') ? ['-cipher', oldSuites] : []),
    ...(of13.length === 0 ? [] : ['-ciphersuites', of13.join(':')]),
    ...(of12.length === 0 ? [] : ['-cipher', of12.join(':')]),
    ...(groups === undefined ? [] : ['-groups', groups.map(opensslGroup).join(':')]),
    ...(schemes === undefined ? [] : ['-sigalgs', schemes.map(({ name }) => name).join(':')]),
    ...(alpn === undefined ? [] : ['-alpn', alpn.join(',')]),
    ...(exporter === undefined
      ? []
      : ['-keymatexport', exporterLabel, '-keymatexportlen', String(exporterLength)]),
  ];
}

/** TLS 1.1 signs with SHA-1, which OpenSSL does at this security level only. */
export const oldSuites = 'DEFAULT:@SECLEVEL=0';

/** Certificate, intermediates and key. */
export function identityOptions({ leafPath, restPath, keyPath }: Identified): string[] {
  return ['-cert', leafPath, '-cert_chain', restPath, '-key', keyPath];
}
