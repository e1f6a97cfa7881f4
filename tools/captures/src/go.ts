import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { goProgram } from './go-program.ts';
import { opensslVersion, startServer } from './openssl.ts';
import { options, run, start } from './peer.ts';
import { serverName } from './pki.ts';
import { type Exported, keylogOf, type Recording, readKeylog, type Studio } from './recording.ts';
import { type Connection, openTap } from './tap.ts';

interface GoScenario {
  /** Names of the captures, one for each connection; the second resumes the first. */
  readonly names: readonly string[];
  readonly what: readonly string[];
  readonly client: readonly string[];
  readonly server: readonly string[];
}

const scenarios: readonly GoScenario[] = [
  {
    names: ['go-13', 'go-13-resumed'],
    what: ['TLS 1.3, hybrid group X25519MLKEM768', 'TLS 1.3, resumption with a ticket and X25519MLKEM768'],
    client: [],
    server: [],
  },
  {
    names: ['go-13-hello-retry'],
    what: ['TLS 1.3, HelloRetryRequest from X25519MLKEM768 and X25519 to P-256'],
    client: [],
    server: ['-groups', '23'],
  },
  {
    names: ['go-13-encrypted-client-hello'],
    what: ['TLS 1.3, encrypted ClientHello accepted; the key log names the inner random'],
    client: ['-ech', 'ech'],
    server: ['-ech', 'ech'],
  },
  {
    names: ['go-12', 'go-12-resumed'],
    what: ['TLS 1.2, the suite of the server’s choice', 'TLS 1.2, resumption with a ticket'],
    client: [],
    server: ['-max', '771'],
  },
];

/** Records Go's crypto/tls on both ends, and its client with openssl s_server. Takes `go` from the PATH. */
export async function recordGo(studio: Studio): Promise<void> {
  const binary = build(studio);
  const version = `Go ${run('go', ['env', 'GOVERSION'], { env: goEnvironment(studio) })
    .trim()
    .replace('go', '')} crypto/tls`;
  for (const scenario of scenarios) {
    const server = start(binary, ['server', ...identity(studio), ...inScratch(studio, scenario.server)]);
    await server.saw(/port \d+/);
    const port = Number(/port (\d+)/.exec(server.output())?.[1]);
    await recordClient(studio, binary, port, { ...scenario, peers: { client: version, server: version } });
    await server.stop();
  }
  const { server, port } = await startServer(['-tls1_3', '-rev', ...identity(studio)]);
  await recordClient(studio, binary, port, {
    names: ['go-13-with-openssl'],
    what: ['TLS 1.3, X25519MLKEM768 offered and X25519 chosen'],
    client: [],
    server: [],
    peers: { client: version, server: `${opensslVersion()} s_server` },
  });
  await server.stop();
}

async function recordClient(
  studio: Studio,
  binary: string,
  port: number,
  scenario: GoScenario & Pick<Recording, 'peers'>,
): Promise<void> {
  const tap = await openTap(port);
  const keylogs = join(studio.scratch, scenario.names[0] as string);
  const ech = scenario.client.includes('-ech');
  const exporters = await visits(studio, binary, scenario, { port: tap.port, keylogs });
  tap.close();
  let keylog: string[] = [];
  for (const [index, name] of scenario.names.entries()) {
    const { flow, done } = tap.connections[index] as Connection;
    await done;
    // The inner random of an encrypted ClientHello is not in the flow.
    const file = `${keylogs}${index}`;
    keylog = ech ? readKeylog(file) : keylogOf(file, flow, keylog);
    // Without EXPORTER_SECRET nobody could check what TLS 1.3 exported.
    const checkable = !keylog.some((line) => line.includes('TRAFFIC_SECRET'));
    studio.save({
      name,
      peers: scenario.peers,
      what: scenario.what[index] as string,
      ...(index === 0 ? {} : { resumes: scenario.names[0] as string }),
      ...(ech ? { encryptedClientHello: readEch(studio) } : {}),
      ...(checkable ? { exporters: exporters[index] as Exported[] } : {}),
      keylog,
      flow,
    });
  }
}

/** As many connections as the scenario has names, and what each of them exported. */
async function visits(
  studio: Studio,
  binary: string,
  { names, client: flags }: GoScenario,
  { port, keylogs }: { readonly port: number; readonly keylogs: string },
): Promise<readonly Exported[][]> {
  const client = start(binary, [
    'client',
    ...options({
      '-address': `127.0.0.1:${port}`,
      '-name': serverName,
      '-ca': studio.pki.path('ca.crt'),
      '-keylog': keylogs,
      '-connections': String(names.length),
    }),
    ...inScratch(studio, flags),
  ]);
  await client.exited;
  const exporters = [...client.output().matchAll(/^exported (.*)$/gm)].map(
    (match) => JSON.parse(match[1] as string) as Exported[],
  );
  if (exporters.length !== names.length) throw new Error(`${names[0]}: ${client.output()}`);
  return exporters;
}

function build(studio: Studio): string {
  const directory = join(studio.scratch, 'go');
  mkdirSync(directory);
  writeFileSync(join(directory, 'go.mod'), 'module peer\n\ngo 1.24\n');
  writeFileSync(join(directory, 'main.go'), goProgram);
  run('go', ['build', '-o', 'peer', '.'], { cwd: directory, env: goEnvironment(studio) });
  run(join(directory, 'peer'), ['ech', '-ech', join(studio.scratch, 'ech')]);
  if (readFileSync(join(studio.scratch, 'ech')).length === 0) throw new Error('no ECH configuration');
  return join(directory, 'peer');
}

/** The file holds the private key of 32 octets, then the configuration. */
function readEch({ scratch }: Studio): { config: string; privateKey: string } {
  const bytes = readFileSync(join(scratch, 'ech'));
  return { config: bytes.toString('hex', 32), privateKey: bytes.toString('hex', 0, 32) };
}

function goEnvironment({ scratch }: Studio): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: scratch,
    GOCACHE: join(scratch, 'go-cache'),
    GOPROXY: 'off',
    GOTOOLCHAIN: 'local',
    CGO_ENABLED: '0',
  };
}

function identity({ pki }: Studio): string[] {
  return ['-cert', pki.path('ecdsa.crt'), '-key', pki.path('ecdsa.key')];
}

function inScratch({ scratch }: Studio, args: readonly string[]): string[] {
  return args.map((arg) => (arg === 'ech' ? join(scratch, 'ech') : arg));
}
