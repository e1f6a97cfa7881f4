import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { node } from '@tlsmith/crypto/node';
import { listen, playedBy } from '../loopback.ts';
import { serverName } from '../pki.ts';
import type { Scene, Stage } from '../stage.ts';
import { ConnectionTrace } from '../trace.ts';

/** Clients that others have written. */
export const otherPrograms: Scene = {
  letter: 'g',
  title: 'The same server, asked by other programs',
  intro:
    'A protocol that only talks to itself proves little. The server is the one of the scenes before, the clients ' +
    'are whatever this machine has; they verify our certificate with their own code.',
  play,
};

/** How a program is called, and what it prints when all is well. */
interface Visitor {
  readonly program: string;
  readonly title: string;
  options(port: number, rootFile: string): readonly string[];
  readonly input: string;
  readonly proof: readonly RegExp[];
}

async function play(stage: Stage): Promise<void> {
  const left = new Map<string, string>();
  const folder = await mkdtemp(join(tmpdir(), 'tlsmith-demo-'));
  try {
    const rootFile = join(folder, 'root.pem');
    await writeFile(rootFile, stage.pki.root.certificatePem);
    for (const visitor of visitors) {
      if (left.has(visitor.program)) continue;
      const why = await visit(stage, visitor, rootFile);
      if (why !== undefined) left.set(visitor.program, why);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  const reason = [...left].map(([program, why]) => `${program} ${why}`).join('; ');
  if (reason !== '') stage.emit({ event: 'left-out', scene: 'g', reason });
}

/** Undefined when it came to a connection, else why not. */
async function visit(stage: Stage, visitor: Visitor, rootFile: string): Promise<string | undefined> {
  const { program, title, input, proof } = visitor;
  const trace = new ConnectionTrace(['server']);
  const listening = await listen({ provider: node, identity: [stage.pki.server], alpn: ['http/1.1'] }, trace);
  const output = await run(program, visitor.options(listening.port, rootFile), input);
  const came = output !== undefined && (await Promise.race([listening.ended, nobody()])) !== undefined;
  if (!came) {
    listening.close();
    return output === undefined ? 'is not on PATH' : 'did not connect; it may not know our options';
  }
  stage.tell(title, program, await playedBy(listening, trace));
  const lines = output.split(/\r?\n/).filter((line) => proof.some((sign) => sign.test(line)));
  stage.emit({ event: 'output', connection: stage.connection, program, lines });
  const good = proof.every((sign) => sign.test(output));
  stage.check(`${program} trusts the certificate and got the page`, good);
  return undefined;
}

/** The program's output, or undefined where it cannot be started. */
async function run(program: string, options: readonly string[], input: string): Promise<string | undefined> {
  const child = spawn(program, options, { stdio: 'pipe', timeout: 10_000 });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => void (output += chunk.toString()));
  }
  child.stdin.on('error', () => undefined).end(input);
  return new Promise((resolve) => {
    child.once('error', () => resolve(undefined));
    child.once('close', () => resolve(output));
  });
}

/** For a program that has ended: it has been here, or never will. */
const nobody = (): Promise<undefined> => setTimeout(1000, undefined, { ref: false });

const request = `GET / HTTP/1.1\r\nHost: ${serverName}\r\nConnection: close\r\n\r\n`;

const openssl = (version: string): Visitor['options'] => {
  return (port, rootFile) =>
    `s_client -connect 127.0.0.1:${port} -servername ${serverName} ${version} -ign_eof -CAfile`
      .split(' ')
      .concat(rootFile, '-verify_hostname', serverName, '-verify_return_error');
};

const curl: Visitor['options'] = (port, rootFile) =>
  // First: no configuration file of the user's.
  '--disable --silent --show-error --include --noproxy * --cacert'
    .split(' ')
    .concat(rootFile, '--resolve', `${serverName}:${port}:127.0.0.1`, `https://${serverName}:${port}/`)
    .concat(
      '--write-out',
      'status %{http_code}, certificate verification %{ssl_verify_result} (0 is good)\\n',
    );

const page = /^Hello through the tunnel/m;

const opensslProof = [
  /^New, TLSv1\.[23], Cipher is/m,
  /^ *Verify return code: 0 \(ok\)/m,
  /^HTTP\/1\.1 200 OK/m,
];

const visitors: readonly Visitor[] = [
  {
    program: 'openssl',
    title: 'openssl s_client, TLS 1.3',
    options: openssl('-tls1_3'),
    input: request,
    proof: opensslProof,
  },
  {
    program: 'openssl',
    title: 'openssl s_client, TLS 1.2',
    options: openssl('-tls1_2'),
    input: request,
    proof: opensslProof,
  },
  {
    program: 'curl',
    title: 'curl',
    options: curl,
    input: '',
    proof: [/^HTTP\/1\.1 200 OK/m, page, /^status 200, certificate verification 0/m],
  },
];
