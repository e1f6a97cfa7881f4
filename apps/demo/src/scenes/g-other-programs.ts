import { spawn } from 'node:child_process';
import { once } from 'node:events';
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
  const missing = new Set<string>();
  const folder = await mkdtemp(join(tmpdir(), 'tlsmith-demo-'));
  try {
    const rootFile = join(folder, 'root.pem');
    await writeFile(rootFile, stage.pki.root.certificatePem);
    for (const visitor of visitors) {
      if (missing.has(visitor.program)) continue;
      if (!(await visit(stage, visitor, rootFile))) missing.add(visitor.program);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  for (const program of missing) {
    stage.emit({
      event: 'left-out',
      scene: 'g',
      reason: `${program} is not on PATH, so its visit was left out`,
    });
  }
}

/** False where the program is not to be had. */
async function visit(stage: Stage, visitor: Visitor, rootFile: string): Promise<boolean> {
  const { program, title, input, proof } = visitor;
  const trace = new ConnectionTrace(['server']);
  const listening = await listen({ provider: node, identity: [stage.pki.server], alpn: ['http/1.1'] }, trace);
  const output = await run(program, visitor.options(listening.port, rootFile), input);
  if (output === undefined) {
    listening.close();
    return false;
  }
  const ended = await Promise.race([listening.ended, setTimeout(patience, undefined, { ref: false })]);
  if (ended === undefined) {
    listening.close();
    stage.check(`${program} connected`, false);
    return true;
  }
  stage.tell(title, program, await playedBy(listening, trace));
  const lines = output.split(/\r?\n/).filter((line) => proof.some((sign) => sign.test(line)));
  stage.emit({ event: 'output', connection: stage.connection, program, lines });
  stage.check(
    `${program} trusts the certificate and got the page`,
    proof.every((sign) => sign.test(output)),
  );
  return true;
}

/** The program's output, or undefined where it cannot be started. */
async function run(program: string, options: readonly string[], input: string): Promise<string | undefined> {
  const child = spawn(program, options, { stdio: 'pipe', timeout: 10_000 });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const failed = once(child, 'error').then(() => undefined);
  const closed = once(child, 'close').then(() => output);
  child.stdin.on('error', () => undefined).end(input);
  return Promise.race([failed, closed]);
}

const request = `GET / HTTP/1.1\r\nHost: ${serverName}\r\nConnection: close\r\n\r\n`;

const openssl = (version: string): Visitor['options'] => {
  const verify = ['-verify_hostname', serverName, '-verify_return_error'];
  return (port, rootFile) => [
    ...['s_client', '-connect', `127.0.0.1:${port}`, '-servername', serverName, version],
    ...['-CAfile', rootFile, ...verify, '-ign_eof'],
  ];
};

const curl: Visitor['options'] = (port, rootFile) => [
  // First: no configuration file of the user's.
  ...['--disable', '--silent', '--show-error', '--include', '--noproxy', '*', '--cacert', rootFile],
  ...['--resolve', `${serverName}:${port}:127.0.0.1`, `https://${serverName}:${port}/`],
  ...['--write-out', 'status %{http_code}, certificate verification %{ssl_verify_result} (0 is good)\\n'],
];

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
    proof: [/^HTTP\/1\.1 200 OK/m, /^status 200, certificate verification 0/m],
  },
];

// Milliseconds that a program which has ended is given to have been here.
const patience = 1000;
