import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { ClientEvent } from './events.ts';
import { readFlags } from './flags.ts';
import { run } from './run.ts';

/** Whether there is an openssl to talk to; says so where there is none. */
export const hasOpenssl: boolean = spawnSync('openssl', ['version']).status === 0;
if (!hasOpenssl) process.stderr.write('no openssl command: handshakes with s_server are left out\n');

/** A program that runs beside the test. */
export class Program {
  readonly #child: ChildProcess;
  /** Both outputs, as they come. */
  output = '';
  readonly ended: Promise<number | null>;
  #wake: () => void = () => undefined;

  constructor(command: string, args: readonly string[]) {
    this.#child = spawn(command, args, { cwd: repository, stdio: ['pipe', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString();
        this.#wake();
      });
    }
    this.ended = new Promise((resolve, reject) => {
      this.#child.on('error', reject);
      this.#child.on('close', (status) => {
        resolve(status);
        this.#wake();
      });
    });
  }

  /** Waits for output. */
  async until(wanted: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = wanted.exec(this.output);
      if (found !== null) return found;
      if (this.#child.exitCode !== null) throw new Error(`ended without ${wanted}: ${this.output}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Gives the program its whole input. */
  input(text: string): void {
    this.#child.stdin?.end(text);
  }

  stop(): void {
    this.#child.kill();
  }
}

/** One of our programs, from its source. */
export function startApp(path: string, ...args: readonly string[]): Program {
  const flags = ['--import', 'tsx', '--conditions=@tlsmith/source'];
  return new Program(process.execPath, [...flags, join(repository, 'apps', path), ...args]);
}

/** `openssl s_server` on a free port. */
export async function startOpenssl(...args: readonly string[]): Promise<Program & { readonly port: string }> {
  const program = new Program('openssl', ['s_server', '-accept', '127.0.0.1:0', ...args]);
  const [, port = ''] = await program.until(/^ACCEPT 127\.0\.0\.1:(\d+)/m);
  return Object.assign(program, { port });
}

/** What a run of the client in this process gave. */
export interface Outcome {
  readonly status: number;
  readonly out: string;
  readonly err: string;
  /** With `--json`. */
  readonly events: readonly ClientEvent[];
}

/** Runs the client in this process. */
export async function client(input: string, ...argv: readonly string[]): Promise<Outcome> {
  const settings = readFlags(argv);
  if (settings === 'help') throw new Error('help has no outcome');
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const texts = Promise.all([textOf(stdout), textOf(stderr)]);
  stdin.end(input);
  const status = await run(settings, { stdin, stdout, stderr });
  stdout.end();
  stderr.end();
  const [out, err] = await texts;
  const events = settings.show.json
    ? out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as ClientEvent)
    : [];
  return { status, out, err, events };
}

/** The first event of a kind. */
export function eventOf<E extends ClientEvent['event']>(
  { events }: Outcome,
  kind: E,
): Extract<ClientEvent, { readonly event: E }> | undefined {
  return events.find((one): one is Extract<ClientEvent, { readonly event: E }> => one.event === kind);
}

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += chunk.toString();
  return text;
}

const repository = fileURLToPath(new URL('../../../', import.meta.url));
