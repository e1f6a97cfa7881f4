import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from '../bench/bench.ts';
import { Program } from '../bench/program.ts';
import { freePort } from '../bench/tcp.ts';
import { greeting, type Result, type RunningServer, type ServerSetup } from '../side.ts';
import { faults, serverReport } from './output.ts';
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
  const program = start(bench, setup, 0, [...files, ...more]);
  if (!(await program.printed(/^ACCEPT 127\.0\.0\.1:\d+$/m))) throw new Error(`s_server: ${program.err}`);
  if (talk === 'echo') echo(program);
  return {
    port: Number(/^ACCEPT .*:(\d+)$/m.exec(program.out)?.[1]),
    program,
    results: reports(program, setup),
  };
}

const attempts = 5;

async function startQuiet(bench: Bench, setup: ServerSetup, more: readonly string[]): Promise<OpensslServer> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const program = start(bench, setup, port, ['-quiet', ...more], 'digest');
    const taken = await failedToBind(program);
    if (!taken) return { port, program, results: digests(program) };
    if (attempt === attempts) throw new Error(`s_server: ${program.err}`);
  }
}

/** The line comes before it binds; a port that somebody took meanwhile makes it end. */
async function failedToBind(program: Program): Promise<boolean> {
  await program.printed(/DH parameters|unable to bind/, 'err');
  return /unable to bind/.test(program.err);
}

function start(
  bench: Bench,
  setup: ServerSetup,
  port: number,
  more: readonly string[],
  output: 'text' | 'digest' = 'text',
): Program {
  const { pki, folder } = bench.workshop;
  const args = [
    ...['s_server', '-accept', `127.0.0.1:${port}`, '-CAfile', pki.rootPath, '-no-CApath', '-no-CAstore'],
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
    return [{ received: program.out }];
  };
}
