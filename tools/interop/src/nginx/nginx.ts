import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Bench } from '../bench/bench.ts';
import { Program } from '../bench/program.ts';
import { freePort, listening } from '../bench/tcp.ts';
import type { VersionName } from '../cell.ts';
import { ianaGroup, ianaSuite } from '../openssl/names.ts';
import { type Result, type RunningServer, type ServerSetup } from '../side.ts';
import { nginxConfiguration } from './configuration.ts';

const attempts = 5;

/** Starts nginx. It greets back, hands out the run's folder, and passes what is uploaded on to a server that digests it. */
export async function startNginx(bench: Bench, setup: ServerSetup): Promise<RunningServer> {
  const digests: string[] = [];
  const sink = setup.talk === 'upload' ? await startSink(bench, digests) : undefined;
  for (let attempt = 1; ; attempt++) {
    const home = bench.path('nginx');
    mkdirSync(home);
    const port = await freePort();
    writeFileSync(
      `${home}/nginx.conf`,
      nginxConfiguration({ home, port, sink, setup, workshop: bench.workshop }),
    );
    const nginx = new Program(bench, 'nginx', ['-p', home, '-c', `${home}/nginx.conf`, '-e', 'stderr']);
    if (await nginx.printed(/start worker process|using the "\w+" event method|bind\(\)/, 'err')) {
      if (!/bind\(\)/.test(nginx.err)) return { port, results: (count) => logged(home, count, digests) };
    }
    if (attempt === attempts) throw new Error(`nginx: ${nginx.err}`);
    await nginx.stop();
  }
}

async function startSink(bench: Bench, digests: string[]): Promise<number> {
  const server = createServer((request, response) => {
    const hash = createHash('sha256');
    request.on('data', (chunk: Buffer) => hash.update(chunk));
    request.on('end', () => {
      const digest = hash.digest('hex');
      digests.push(digest);
      response.end(digest);
    });
  });
  return listening(bench, server);
}

/** nginx writes its log when a request is done, which may be after we have its answer. */
async function logged(home: string, count: number, digests: readonly string[]): Promise<readonly Result[]> {
  for (;;) {
    const lines = readFileSync(`${home}/facts.log`, 'utf8').trim().split('\n').filter(Boolean);
    if (lines.length >= count)
      return lines.slice(0, count).map((line) => ({ ...nginxReport(line), received: digests[0] }));
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
