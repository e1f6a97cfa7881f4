import type { Bench } from '../bench/bench.ts';
import type { RunningServer, ServerSetup } from '../side.ts';
import { goReports, startGoPeer } from './program.ts';

/** Starts a server of crypto/tls. */
export async function startGoServer(bench: Bench, setup: ServerSetup): Promise<RunningServer> {
  const { pki } = bench.workshop;
  const program = startGoPeer(bench, {
    role: 'server',
    port: 0,
    rootPath: pki.rootPath,
    own: pki.server(setup.keyType),
    setup,
    require: setup.clientCertificates === 'require',
  });
  if (!(await program.printed(/"port":\d+/))) throw new Error(`the Go server: ${program.err}`);
  const results = async (count: number): Promise<ReturnType<typeof goReports>> => {
    await program.printed(new RegExp(`("alertNumber"[^]*){${count}}`));
    return goReports(program.out);
  };
  return { port: Number(/"port":(\d+)/.exec(program.out)?.[1]), results };
}
