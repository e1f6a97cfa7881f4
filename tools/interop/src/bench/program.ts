import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import type { Bench } from './bench.ts';

/** How a program is started. */
export interface ProgramOptions {
  readonly cwd?: string;
  /** Its home folder; none by default. */
  readonly home?: string;
  /** A file for its standard input instead of a pipe. */
  readonly input?: string;
  /** Whether its standard output is kept as text, or only its SHA-256. */
  readonly output?: 'text' | 'digest';
}

/** A running program with what it has printed. It is ended by its process ID when the cell ends. */
export class Program {
  readonly #child: ChildProcess;
  readonly #watchers = new Set<() => void>();
  readonly #digest = createHash('sha256');
  readonly #ended: Promise<number | null>;
  #running = true;
  /** Standard output, or its digest once the program has ended. */
  out = '';
  err = '';

  constructor(bench: Bench, command: string, args: readonly string[], options: ProgramOptions = {}) {
    const input = options.input === undefined ? 'pipe' : openSync(options.input, 'r');
    bench.note(`$ ${command} ${args.join(' ')}`);
    this.#child = spawn(command, args, {
      env: options.home === undefined ? environment : { ...environment, HOME: options.home },
      stdio: [input, 'pipe', 'pipe'],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    if (input !== 'pipe') closeSync(input);
    this.#ended = this.#watch(options.output ?? 'text');
    bench.defer(() => this.stop());
    bench.defer(() => bench.note(`${command} printed:\n${this.out}${this.err}`));
  }

  /** The exit status once it has ended, null after a signal. */
  get ended(): Promise<number | null> {
    return this.#ended;
  }

  /** Called whenever the program has printed something or ended. */
  onChange(react: () => void): void {
    this.#watchers.add(react);
  }

  /** Waits for its output to match, or for its end; tells whether it matched. */
  printed(pattern: RegExp, where: 'out' | 'err' = 'out'): Promise<boolean> {
    return new Promise((resolve) => {
      const look = (): void => {
        const matches = pattern.test(this[where]);
        if (!matches && this.#running) return;
        this.#watchers.delete(look);
        resolve(matches);
      };
      this.#watchers.add(look);
      look();
    });
  }

  /** Types something at its standard input. */
  type(text: string): void {
    this.#child.stdin?.write(text);
  }

  /** Ends its standard input. */
  endInput(): void {
    this.#child.stdin?.end();
  }

  /** Ends it and waits until it is gone. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    if (this.#running) this.#child.kill(signal);
    // A program that hangs in spite of that must not outlive its cell.
    const last = setTimeout(() => this.#child.kill('SIGKILL'), 2000);
    await this.#ended;
    clearTimeout(last);
  }

  #watch(output: 'text' | 'digest'): Promise<number | null> {
    const child = this.#child;
    child.stdin?.on('error', () => undefined);
    child.stdout?.on('data', (chunk: Buffer) => {
      if (output === 'digest') this.#digest.update(chunk);
      else this.out += chunk.toString();
      this.#changed();
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      this.err += chunk.toString();
      this.#changed();
    });
    return new Promise((resolve) => {
      const over = (status: number | null): void => {
        if (this.#running && output === 'digest') this.out = this.#digest.digest('hex');
        this.#running = false;
        this.#changed();
        resolve(status);
      };
      child.on('error', (error) => {
        this.err += String(error);
        over(null);
      });
      child.on('close', over);
    });
  }

  #changed(): void {
    for (const react of this.#watchers) react();
  }
}

/** What a program says about its version in its first line, up to a parenthesis; undefined when it is not installed. */
export function versionOf(command: string, option: string): string | undefined {
  const { error, stdout, stderr } = spawnSync(command, [option], { encoding: 'utf8', env: environment });
  return error === undefined ? `${stdout}${stderr}`.split(/\n| \(/)[0] : undefined;
}

// Nothing of this machine's configuration gets into a handshake.
const environment: NodeJS.ProcessEnv = {
  PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`,
  LC_ALL: 'C',
  OPENSSL_CONF: '/dev/null',
  CURL_HOME: '/nonexistent',
};
