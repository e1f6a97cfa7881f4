import { type ChildProcess, fork, type Serializable } from 'node:child_process';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withPki } from './pki.ts';

/** A program in a process of its own, which has the certificates of this one. */
export class Program {
  readonly #name: string;
  readonly #process: ChildProcess;

  constructor(file: URL, args: readonly string[] = [], flags: readonly string[] = []) {
    const path = fileURLToPath(file);
    this.#name = basename(path);
    const inherited = process.execArgv.filter((flag) => !flag.startsWith('--inspect'));
    this.#process = fork(path, args, { execArgv: [...flags, ...inherited], env: withPki() });
  }

  /** The answer to a message. */
  async ask<Answer>(message: Serializable): Promise<Answer> {
    this.#process.send(message);
    return this.next();
  }

  /** The next message of the program; a program that ends without one is an error, not something to wait for. */
  next<Answer>(): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const ended = (code: number | null): void =>
        reject(new Error(`${this.#name} ended with ${code} and no answer`));
      this.#process.once('exit', ended);
      this.#process.once('message', (answer) => {
        this.#process.off('exit', ended);
        resolve(answer as Answer);
      });
    });
  }

  /** Rejects when the program ends by itself, which a program that only holds on to something must not. */
  get loss(): Promise<never> {
    return new Promise((_, reject) => {
      this.#process.once('exit', (code, signal) => {
        if (signal === null) reject(new Error(`${this.#name} ended with ${code}`));
      });
    });
  }

  stop(): void {
    this.#process.kill();
  }
}
