import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** A running program. All it prints is kept; `stop` ends this one process and waits for it. */
export interface Peer {
  readonly output: () => string;
  readonly exited: Promise<void>;
  write(text: string): void;
  /** Ends the standard input. */
  end(): void;
  /** Settles when the output matches from `since` characters on; fails when the program ends or 20 s pass before. */
  saw(pattern: RegExp, since?: number): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a program with a clean environment, so that nothing of this machine gets into a hello. */
export function start(
  command: string,
  args: readonly string[],
  environment: Record<string, string> = {},
): Peer {
  const child = spawn(command, args, {
    env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', ...environment },
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
  child.stdin.on('error', () => undefined);
  const exited = once(child, 'close').then(() => undefined);
  return {
    output: () => printed,
    exited,
    write: (text) => void child.stdin.write(text),
    end: () => void child.stdin.end(),
    saw: (pattern, since = 0) =>
      seen(
        child,
        () => pattern.test(printed.slice(since)),
        () => `${command} ${args.join(' ')}: no ${pattern} in …${printed.slice(-800)}`,
      ),
    stop: async () => {
      if (child.exitCode === null) child.kill();
      await exited;
    },
  };
}

/** Options with a value each, as an argument list. */
export function options(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).flat();
}

/** The output of a program that ends by itself. */
export function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): string {
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], ...options });
}

/** A TCP port of 127.0.0.1 that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function seen(
  child: ChildProcessWithoutNullStreams,
  holds: () => boolean,
  complaint: () => string,
): Promise<void> {
  for (let turn = 0; turn < 1000; turn++) {
    if (holds()) return;
    if (child.exitCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  if (!holds()) throw new Error(complaint());
}
