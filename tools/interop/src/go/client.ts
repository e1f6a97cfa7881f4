import type { Bench } from '../bench/bench.ts';
import type { ClientSetup, Result } from '../side.ts';
import { goReports, startGoPeer } from './program.ts';

/** Visits a server with crypto/tls. */
export async function visitWithGo(
  bench: Bench,
  port: number,
  setup: ClientSetup,
): Promise<readonly Result[]> {
  const { pki } = bench.workshop;
  const { certificate, trust } = setup;
  const program = startGoPeer(bench, {
    role: 'client',
    port,
    rootPath: trust === 'stranger' ? pki.strangerPath : pki.rootPath,
    own: certificate === undefined ? undefined : pki.client(certificate),
    setup,
    require: false,
  });
  if ((await program.ended) !== 0) throw new Error(`the Go client: ${program.err}`);
  return goReports(program.out);
}
