import { writeFileSync } from 'node:fs';
import type { Bench } from '../bench/bench.ts';
import { serverName } from '../bench/pki.ts';
import { Program } from '../bench/program.ts';
import { type ClientSetup, greeting, type Result } from '../side.ts';
import { nickname, nssDatabase } from './database.ts';
import { nssOptions } from './options.ts';
import { nssReport, resumptionsIn } from './output.ts';

/** Visits a server with tstclnt; one run makes all connections. It leaves when the server does. */
export async function visitWithTstclnt(
  bench: Bench,
  port: number,
  setup: ClientSetup,
): Promise<readonly Result[]> {
  const { pki } = bench.workshop;
  const { talk, trust, certificate, visits = 1 } = setup;
  const own = certificate === undefined ? undefined : pki.client(certificate);
  const rootPath = trust === 'stranger' ? pki.strangerPath : pki.rootPath;
  const words = bench.path('words');
  writeFileSync(words, `${greeting}\n`);
  const args = [
    ...['-h', '127.0.0.1', '-p', String(port), '-a', serverName],
    ...['-d', nssDatabase(bench.workshop, { rootPath, own })],
    ...(own === undefined ? [] : ['-n', nickname]),
    ...nssOptions(setup),
    ...['-u', '-A', words, '-L', String(visits)],
  ];
  const bulk = talk === 'download';
  const client = new Program(bench, 'tstclnt', args, { output: bulk ? 'digest' : 'text' });
  const status = await client.ended;
  const parts = client.err.split(/^tstclnt: ready\.\.\.$/m).slice(1);
  const ending = status === 0 ? 'clean' : 'failed';
  return parts.map((part, at) => {
    const report = nssReport(part, resumptionsIn(parts[at - 1] ?? ''));
    if (report.version === undefined) return report;
    const heard = client.out.split(`${greeting}\n`).length - 1 > at ? greeting : '';
    return { ...report, ending, received: bulk ? client.out : heard };
  });
}
