import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { freePort } from '@tlsmith/testkit/node';
import type { Bench } from '../bench/bench.ts';
import { Program } from '../bench/program.ts';
import { listening } from '../bench/tcp.ts';
import { LeftOut, PortTaken, type VersionName } from '../cell.ts';
import { faults } from '../openssl/output.ts';
import { ianaGroup, ianaSuite } from '../openssl/names.ts';
import { type Result, type RunningServer, type ServerSetup } from '../side.ts';
import { nginxConfiguration } from './configuration.ts';

/** Starts nginx. It greets back, hands out the run's folder, and passes what is uploaded on to a server that digests it. */
export async function startNginx(bench: Bench, setup: ServerSetup): Promise<RunningServer> {
  const { workshop } = bench;
  const sink = setup.talk === 'upload' ? await startSink(bench) : undefined;
  const home = bench.path('nginx');
  mkdirSync(home);
  const port = await freePort();
  writeFileSync(`${home}/nginx.conf`, nginxConfiguration({ home, port, sink: sink?.port, setup, workshop }));
  const nginx = new Program(bench, 'nginx', ['-p', home, '-c', `${home}/nginx.conf`, '-e', 'stderr']);
  // It says how it waits for events once it listens.
  const listens = await nginx.printed(/event method|bind\(\) to .* failed/, 'err');
  if (nginx.err.includes('Address already in use')) throw new PortTaken();
  const lacking = /unknown (?:directive|"\w+" variable).*|invalid value .*/.exec(nginx.err)?.[0];
  if (!listens && lacking !== undefined) throw new LeftOut(`this nginx says: ${lacking}`);
  if (!listens) throw new Error(nginx.err);
  const results = async (count: number): Promise<readonly Result[]> => {
    const reports = await logged(nginx, home, count);
    return sink === undefined ? reports : reports.map((report) => ({ ...report, received: sink.digest() }));
  };
  return { port, results };
}

/** Where nginx passes uploads on to. */
async function startSink(bench: Bench): Promise<{ readonly port: number; digest(): string }> {
  let digest = '';
  const server = createServer((request, response) => {
    const hash = createHash('sha256');
    request.on('data', (chunk: Buffer) => hash.update(chunk));
    request.on('end', () => {
      digest = hash.digest('hex');
      response.setHeader('Content-Length', digest.length);
      response.end(digest);
    });
  });
  return { port: await listening(bench, server), digest: () => digest };
}

/** nginx writes its log when a request is done, which may be after we have its answer; of a handshake that failed it complains. */
async function logged(nginx: Program, home: string, count: number): Promise<readonly Result[]> {
  for (;;) {
    if (/SSL_\w+\(\) failed/.test(nginx.err)) return [faults(nginx.err)];
    const lines = readFileSync(`${home}/facts.log`, 'utf8').trim().split('\n').filter(Boolean);
    if (lines.length >= count) return lines.slice(0, count).map(nginxReport);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** What nginx tells of one request; see the log format in the configuration. */
export function nginxReport(line: string): Result {
  const [protocol, suite, group, reused, alpn, subject] = line.split('|') as string[];
  return {
    version: protocol?.replace('TLSv', '') as VersionName,
    suite: ianaSuite(suite ?? ''),
    group: group === '-' || group === '' ? undefined : ianaGroup(group as string),
    resumed: reused === 'r',
    alpn: alpn === '-' ? '' : alpn,
    peerName: /CN=([^,]+)/.exec(subject ?? '')?.[1] ?? '',
  };
}
