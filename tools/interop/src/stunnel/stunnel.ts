import { writeFileSync } from 'node:fs';
import { freePort } from '@tlsmith/testkit/node';
import type { Bench } from '../bench/bench.ts';
import { speakPlain, startBackEnd } from '../bench/plain.ts';
import { Program } from '../bench/program.ts';
import { PortTaken, type VersionName } from '../cell.ts';
import { commonName, ianaSuite } from '../openssl/names.ts';
import { faults } from '../openssl/output.ts';
import type { ClientSetup, Result, RunningServer, ServerSetup } from '../side.ts';
import { clientConfiguration, serverConfiguration } from './configuration.ts';

/** Starts stunnel as a TLS server before a plain one of ours. */
export async function startStunnel(bench: Bench, setup: ServerSetup): Promise<RunningServer> {
  const back = await startBackEnd(bench, setup);
  const front = await freePort();
  const ports = { front, back: back.port };
  const stunnel = await start(bench, serverConfiguration(bench.workshop.pki, setup, ports));
  const results = async (count: number): Promise<readonly Result[]> => {
    const reports = await reported(stunnel, count);
    if (reports.some(({ version }) => version === undefined)) return reports;
    const heard = await back.heard(count);
    return reports.map((report, at) => ({ ...report, received: heard[at]?.received }));
  };
  return { port: front, results };
}

/** Visits a TLS server through stunnel, which is its client. */
export async function visitWithStunnel(
  bench: Bench,
  port: number,
  setup: ClientSetup,
): Promise<readonly Result[]> {
  const front = await freePort();
  const ports = { front, back: port };
  const stunnel = await start(bench, clientConfiguration(bench.workshop.pki, setup, ports));
  const results: Result[] = [];
  for (let visit = 0; visit < (setup.visits ?? 1); visit++) {
    const { received } = await speakPlain(bench, front, setup);
    const report = (await reported(stunnel, visit + 1))[visit];
    results.push({ ...report, received });
  }
  return results;
}

async function start(bench: Bench, configuration: string): Promise<Program> {
  const path = bench.path('stunnel.conf');
  writeFileSync(path, configuration);
  bench.note(configuration);
  const stunnel = new Program(bench, 'stunnel', [path]);
  if (await stunnel.printed(/Listening file descriptor|Service \[tls\] .*bound to/, 'err')) return stunnel;
  if (stunnel.err.includes('Address already in use')) throw new PortTaken();
  throw new Error(stunnel.err);
}

/** Every connection ends with the same line, whatever became of it. */
async function reported(stunnel: Program, count: number): Promise<readonly Result[]> {
  await stunnel.printed(new RegExp(`(${finished.source}[^]*){${count}}`), 'err');
  return stunnel.err.split(finished).slice(0, count).map(stunnelReport);
}

/** What stunnel's log tells of one connection. */
export function stunnelReport(log: string): Result {
  const agreed = /(TLSv1\.\d) ciphersuite: (\S+)/.exec(log);
  if (agreed === null) return faults(log);
  const { alert, error } = faults(log);
  return {
    // What it sends and receives after its handshake does not always get into its log.
    alert: alert === '' ? undefined : alert,
    error,
    version: (agreed[1] as string).replace('TLSv', '') as VersionName,
    suite: ianaSuite(agreed[2] as string),
    resumed: /previous session reused/.test(log),
    peerName: /previous session reused/.test(log)
      ? undefined
      : commonName(/Certificate accepted at depth=0: (.*)/.exec(log)?.[1] ?? ''),
  };
}

const finished = /Service \[tls\] finished/;
