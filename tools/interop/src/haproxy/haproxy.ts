import { writeFileSync } from 'node:fs';
import { freePort } from '@tlsmith/testkit/node';
import type { Bench } from '../bench/bench.ts';
import { speakPlain, startBackEnd } from '../bench/plain.ts';
import { Program } from '../bench/program.ts';
import { dial } from '../bench/tcp.ts';
import { LeftOut, PortTaken, type VersionName } from '../cell.ts';
import { ianaSuite } from '../openssl/names.ts';
import { faults } from '../openssl/output.ts';
import type { ClientSetup, Result, RunningServer, ServerSetup } from '../side.ts';
import { clientConfiguration, pemOf, serverConfiguration } from './configuration.ts';

/** Starts HAProxy as a TLS server before a plain one of ours. */
export async function startHaproxy(bench: Bench, setup: ServerSetup): Promise<RunningServer> {
  const { pki } = bench.workshop;
  const back = await startBackEnd(bench, setup);
  const front = await freePort();
  const pemPath = bench.path('own.pem');
  writeFileSync(pemPath, pemOf(pki.server(setup.keyType)), { mode: 0o600 });
  const ports = { front, back: back.port };
  const haproxy = await start(bench, serverConfiguration(pki, setup, ports, pemPath));
  const results = async (count: number): Promise<readonly Result[]> => {
    await haproxy.printed(new RegExp(`(^(facts|failed)\\|[^]*){${count}}`, 'm'));
    const reports = haproxyReports(haproxy.out);
    if (reports.some(({ version }) => version === undefined)) return reports;
    const heard = await back.heard(count);
    return reports.map((report, at) => ({ ...report, received: heard[at]?.received }));
  };
  return { port: front, results };
}

/** Visits a TLS server through HAProxy, which is its client. */
export async function visitWithHaproxy(
  bench: Bench,
  port: number,
  setup: ClientSetup,
): Promise<readonly Result[]> {
  const { pki } = bench.workshop;
  const front = await freePort();
  const pemPath = bench.path('own.pem');
  if (setup.certificate !== undefined) {
    writeFileSync(pemPath, pemOf(pki.client(setup.certificate)), { mode: 0o600 });
  }
  const own = setup.certificate === undefined ? undefined : pemPath;
  const haproxy = await start(bench, clientConfiguration(pki, setup, { front, back: port }, own));
  const results: Result[] = [];
  for (let visit = 0; visit < (setup.visits ?? 1); visit++) {
    const { received } = await speakPlain(bench, front, setup);
    await haproxy.printed(new RegExp(`(^facts\\|[^]*){${visit + 1}}`, 'm'));
    const report = haproxyReports(haproxy.out)[visit];
    // An alert after its handshake does not get into its log.
    results.push({ ...report, received, alert: report?.alert === '' ? undefined : report?.alert });
  }
  return results;
}

/** It says nothing when it listens; that it does on a last port, where nothing is served and nothing logged, shows it. */
async function start(bench: Bench, configuration: string): Promise<Program> {
  const path = bench.path('haproxy.cfg');
  const ready = await freePort();
  const whole = `${configuration}frontend ready\n  no log\n  bind 127.0.0.1:${ready}\n`;
  writeFileSync(path, whole);
  bench.note(whole);
  const haproxy = new Program(bench, 'haproxy', ['-db', '-f', path]);
  const listens = dial(bench, ready).then((socket) => void socket.on('error', () => undefined).destroy());
  const left = haproxy.ended.then(() => 'left' as const);
  if ((await Promise.race([listens, left])) !== 'left') return haproxy;
  if (haproxy.err.includes('Address already in use')) throw new PortTaken();
  const lacking = /unknown keyword .*|not supported .*/.exec(haproxy.err)?.[0];
  if (lacking !== undefined) throw new LeftOut(`this HAProxy says: ${lacking}`);
  throw new Error(haproxy.err);
}

/** What HAProxy's log tells of connections; see the formats in the configuration. */
export function haproxyReports(out: string): readonly Result[] {
  return out
    .split('\n')
    .filter((line) => /^(facts|failed)\|/.test(line))
    .map((line): Result => {
      const [, protocol = '-', suite = '', resumed, alpn = '', name = ''] = line.split('|');
      if (line.startsWith('failed') || !protocol.startsWith('TLS')) return faults(line);
      return {
        ...faults(line),
        version: protocol.replace('TLSv', '') as VersionName,
        suite: ianaSuite(suite),
        resumed: resumed === '1',
        alpn: alpn === '-' ? '' : alpn,
        peerName: name === '-' ? '' : name,
      };
    });
}
