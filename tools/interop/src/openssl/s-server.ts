import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@tlsmith/testkit/node';
import type { Bench } from '../bench/bench.ts';
import { PortTaken } from '../cell.ts';
import { Program } from '../bench/program.ts';
import { greeting, type Result, type RunningServer, type ServerSetup } from '../side.ts';
import { faults, refuseUnknown, serverReport } from './output.ts';
import { identityOptions, opensslOptions } from './s-client.ts';

/** `openssl s_server`, to be typed at. */
export interface OpensslServer extends RunningServer {
  readonly program: Program;
}

/**
 * Starts `openssl s_server`. It echoes because what it prints is typed back; it closes first only as the HTTP server
 * that `-WWW` makes of it; and bulk needs it quiet, when it does not even say its port.
 */
export async function startOpensslServer(
  bench: Bench,
  setup: ServerSetup,
  more: readonly string[] = [],
): Promise<OpensslServer> {
  const { talk } = setup;
  if (talk === 'upload') return startQuiet(bench, setup, more);
  const files = talk === 'echo' ? [] : ['-WWW'];
  if (talk === 'farewell') writeFileSync(join(bench.workshop.folder, greeting), greeting);
  const program = start(bench, setup, ['-accept', '127.0.0.1:0', ...files, ...more]);
  if (!(await program.printed(/^ACCEPT 127\.0\.0\.1:\d+$/m))) {
    refuseUnknown(program.err);
    throw new Error(`s_server: ${program.err}`);
  }
  if (talk === 'echo') echo(program);
  return {
    port: Number(/^ACCEPT .*:(\d+)$/m.exec(program.out)?.[1]),
    program,
    results: reports(program, setup),
  };
}

/** Who connects has to try until it listens. */
async function startQuiet(bench: Bench, setup: ServerSetup, more: readonly string[]): Promise<OpensslServer> {
  const port = await freePort();
  const program = start(bench, setup, ['-accept', `127.0.0.1:${port}`, '-quiet', ...more], 'digest');
  return { port, program, results: digests(program) };
}

function start(
  bench: Bench,
  setup: ServerSetup,
  more: readonly string[],
  output: 'text' | 'digest' = 'text',
): Program {
  const { pki, folder } = bench.workshop;
  const args = [
    ...['s_server', '-CAfile', pki.rootPath, '-no-CApath', '-no-CAstore'],
    ...identityOptions(pki.server(setup.keyType)),
    ...opensslOptions(setup),
    ...['-naccept', String(setup.visits ?? 1)],
    ...(setup.clientCertificates === 'require' ? ['-Verify', '3', '-verify_return_error'] : []),
    ...(setup.resumption === 'session-ids' ? ['-no_ticket'] : []),
    ...more,
  ];
  return new Program(bench, 'openssl', args, { cwd: folder, output });
}

function echo(program: Program): void {
  let answered = 0;
  program.onChange(() => {
    const said = program.out.split(`${greeting}\n`).length - 1;
    for (; answered < said; answered++) program.type(`${greeting}\n`);
  });
}

/** Every connection's part of the output ends with the same line, which comes out only when the program ends. */
function reports(program: Program, setup: ServerSetup): RunningServer['results'] {
  return async (count) => {
    await program.ended;
    if (setup.talk !== 'echo') return [faults(program.err)];
    const parts = program.out.split(/^CONNECTION CLOSED$/m).slice(0, count);
    return parts.map((part) => ({
      ...serverReport(part, program.err, setup.schemes),
      ...(setup.talk === 'echo' ? { received: part.includes(`${greeting}\n`) ? greeting : '' } : {}),
    }));
  };
}

function digests(program: Program): RunningServer['results'] {
  return async (): Promise<readonly Result[]> => {
    await program.ended;
    if (/Address already in use/.test(program.err)) throw new PortTaken();
    return [{ received: program.out }];
  };
}
