import type { Timers } from './timers.ts';

/** Time that passes when it is told to. */
export class Clock implements Timers {
  #now = 0;
  #due: { readonly at: number; readonly run: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, run: () => void): () => void {
    const one = { at: this.#now + milliseconds, run };
    this.#due.push(one);
    return () => {
      this.#due = this.#due.filter((other) => other !== one);
    };
  }

  get timers(): number {
    return this.#due.length;
  }

  async pass(milliseconds: number): Promise<void> {
    const until = this.#now + milliseconds;
    for (;;) {
      const [next] = this.#due.filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#now = Math.max(next.at, this.#now);
      this.#due = this.#due.filter((other) => other !== next);
      next.run();
      await settled();
    }
    this.#now = Math.max(until, this.#now);
    await settled();
  }

  /** Time in which the process is busy: what comes due waits for `pass`. */
  stall(milliseconds: number): void {
    this.#now += milliseconds;
  }
}

export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
