import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Bench } from '../bench/bench.ts';
import { serverName } from '../bench/pki.ts';
import { Program } from '../bench/program.ts';
import { type ClientSetup, greeting, type Result } from '../side.ts';
import { netLogReports } from './net-log.ts';

/** Visits a server with headless Chromium, which trusts our root because the NSS database of its user does. */
export async function visitWithChromium(
  bench: Bench,
  port: number,
  setup: ClientSetup,
): Promise<readonly Result[]> {
  const { pki } = bench.workshop;
  const { versions, trust, visits = 1 } = setup;
  const home = bench.path('home');
  withoutPrediction(`${home}/profile`);
  trusting(home, trust === 'stranger' ? pki.strangerPath : pki.rootPath);
  const sorted = [...versions].sort();
  const log = `${home}/net-log.json`;
  const page = visits > 1 ? 'twice.html' : 'once.html';
  const args = [
    ...['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'],
    ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ...[`--user-data-dir=${home}/profile`, `--log-net-log=${log}`],
    ...[`--host-resolver-rules=MAP ${serverName} 127.0.0.1`, '--no-proxy-server'],
    ...[`--ssl-version-min=tls${sorted[0]}`, `--ssl-version-max=tls${sorted.at(-1)}`],
    ...['--dump-dom', `https://${serverName}:${port}/${page}`],
  ];
  const chromium = new Program(bench, 'chromium', args, { home });
  const status = await chromium.ended;
  const reports = netLogReports(readFileSync(log, 'utf8'));
  bench.note(JSON.stringify(reports));
  const heard = chromium.out.includes(greeting) ? greeting : '';
  return reports.map((report): Result => {
    if (report.version === undefined) return report;
    return { ...report, received: heard, ending: status === 0 ? 'clean' : 'failed' };
  });
}

/** Without this it opens connections that nobody uses. */
function withoutPrediction(profile: string): void {
  mkdirSync(`${profile}/Default`, { recursive: true });
  const preferences = { net: { network_prediction_options: 2 } };
  writeFileSync(`${profile}/Default/Preferences`, JSON.stringify(preferences));
}

function trusting(home: string, rootPath: string): void {
  const folder = `${home}/.pki/nssdb`;
  mkdirSync(folder, { recursive: true });
  for (const args of [
    ['-N', '--empty-password'],
    ['-A', '-n', 'root', '-t', 'C,,', '-a', '-i', rootPath],
  ]) {
    const { error, status, stderr } = spawnSync('certutil', ['-d', `sql:${folder}`, ...args], {
      encoding: 'utf8',
    });
    if (error !== undefined || status !== 0) throw error ?? new Error(`certutil: ${stderr}`);
  }
}
