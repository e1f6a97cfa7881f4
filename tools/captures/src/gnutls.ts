import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { opensslVersion, startServer } from './openssl.ts';
import { freePort, options, type Peer, run, start } from './peer.ts';
import { type Pki, serverName } from './pki.ts';
import { keylogOf, type Studio } from './recording.ts';
import { type Connection, openTap } from './tap.ts';

interface GnutlsScenario {
  /** A second name is the resumption that gnutls-cli makes with --resume. */
  readonly names: readonly string[];
  readonly what: readonly string[];
  readonly client: readonly string[];
  /** Arguments of gnutls-serv, or of openssl s_server where `openssl` is said. */
  readonly server: readonly string[];
  readonly openssl?: true;
  readonly serverKey?: string;
}

/** Records gnutls-cli with openssl s_server and, where only the loopback interface exists, with gnutls-serv. */
export async function recordGnutls(studio: Studio): Promise<void> {
  const alone = Object.keys(networkInterfaces()).every((name) => name === 'lo');
  if (!alone) console.log('left out: gnutls-serv, which would listen on other interfaces than loopback');
  for (const scenario of [...withOpenssl(studio.pki), ...(alone ? withGnutls(studio.pki) : [])]) {
    await recordScenario(studio, scenario);
  }
}

function withOpenssl(pki: Pki): GnutlsScenario[] {
  const server = ['-cert', pki.path('rsa.crt'), '-key', pki.path('rsa.key'), '-rev'];
  const rsa = (...more: string[]): string[] => [
    '--priority',
    ['NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+RSA', ...more].join(':'),
  ];
  const key = { openssl: true, serverKey: pki.privateKey('rsa') } as const;
  return [
    { names: ['gnutls-13-with-openssl'], what: ['TLS 1.3'], client: [], server, openssl: true },
    {
      names: ['gnutls-12-rsa-key-exchange'],
      what: ['TLS 1.2, RSA key exchange with extended master secret; the server key is given'],
      client: rsa(),
      server,
      ...key,
    },
    {
      names: ['gnutls-12-no-extended-master-secret'],
      what: ['TLS 1.2, RSA key exchange without extended master secret; the server key is given'],
      client: rsa('%NO_SESSION_HASH'),
      server,
      ...key,
    },
  ];
}

function withGnutls(pki: Pki): GnutlsScenario[] {
  const server = ['--x509certfile', pki.path('ecdsa.crt'), '--x509keyfile', pki.path('ecdsa.key')];
  const only = (version: string): string[] => ['--priority', `NORMAL:-VERS-ALL:+VERS-TLS${version}`];
  const raw = 'NORMAL:-CTYPE-SRV-ALL:+CTYPE-SRV-RAWPK';
  const rawServer = [
    '--rawpkfile',
    pki.path('ecdsa.pub'),
    '--rawpkkeyfile',
    pki.path('ecdsa.key'),
    '--priority',
    raw,
  ];
  return [
    {
      names: ['gnutls-13', 'gnutls-13-resumed'],
      what: ['TLS 1.3', 'TLS 1.3, resumption with a ticket'],
      client: [...only('1.3'), '--waitresumption'],
      server,
    },
    {
      names: ['gnutls-12', 'gnutls-12-resumed'],
      what: ['TLS 1.2', 'TLS 1.2, resumption with a ticket'],
      client: only('1.2'),
      server,
    },
    ...['1.3', '1.2'].map((version) => ({
      names: [`gnutls-${version.replace('.', '')}-raw-public-key`],
      what: [`TLS ${version}, the server shows a raw public key (RFC 7250)`],
      client: ['--priority', `${raw}:-VERS-ALL:+VERS-TLS${version}`, '--insecure'],
      server: rawServer,
    })),
  ];
}

async function recordScenario(studio: Studio, scenario: GnutlsScenario): Promise<void> {
  const { server, port } =
    scenario.openssl === true ? await startServer(scenario.server) : await startGnutls(scenario.server);
  const tap = await openTap(port);
  const file = join(studio.scratch, scenario.names[0] as string);
  await visit(studio, scenario, tap.port, file);
  tap.close();
  const peers = {
    client: `${version('gnutls-cli')} gnutls-cli`,
    server: scenario.openssl ? `${opensslVersion()} s_server` : `${version('gnutls-serv')} gnutls-serv`,
  };
  let keylog: string[] = [];
  for (const [index, name] of scenario.names.entries()) {
    const { flow, done } = tap.connections[index] as Connection;
    await done;
    keylog = keylogOf(file, flow, keylog);
    studio.save({
      name,
      peers,
      what: scenario.what[index] as string,
      ...(index === 0 ? {} : { resumes: scenario.names[0] as string }),
      ...(scenario.serverKey === undefined ? {} : { serverKey: scenario.serverKey }),
      keylog,
      flow,
    });
  }
  await server.stop();
}

/** The client connects, once or twice, and is answered. */
async function visit(
  studio: Studio,
  { names, client: flags }: GnutlsScenario,
  port: number,
  keylogFile: string,
): Promise<void> {
  const args = [
    ...options({
      '--port': String(port),
      '--x509cafile': studio.pki.path('ca.crt'),
      '--sni-hostname': serverName,
      '--verify-hostname': serverName,
    }),
    ...(names.length > 1 ? ['--resume'] : []),
    ...flags,
    '127.0.0.1',
  ];
  const client = start('gnutls-cli', args, { SSLKEYLOGFILE: keylogFile });
  await client.saw(/Simple Client Mode:[^]*$/);
  const since = client.output().length;
  client.write('ping\n');
  await client.saw(/ping|gnip/, since);
  client.end();
  await client.exited;
}

async function startGnutls(args: readonly string[]): Promise<{ server: Peer; port: number }> {
  const port = await freePort();
  const server = start('gnutls-serv', ['--port', String(port), '--echo', ...args]);
  await server.saw(/listening on IPv4/);
  return { server, port };
}

/** "GnuTLS 3.7.9". */
function version(command: string): string {
  return `GnuTLS ${/\d+\.\d+\.\d+/.exec(run(command, ['--version']))?.[0]}`;
}
