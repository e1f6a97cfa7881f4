/** Things that come one by one, or are still coming. */
export class Mailbox<T> {
  readonly #posted: (T | Promise<T>)[] = [];
  #waiting: (() => void)[] = [];

  post(thing: T | Promise<T>): void {
    this.#posted.push(thing);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const look of waiting) look();
  }

  /** The first so many, once they are all there. */
  async take(count: number): Promise<readonly T[]> {
    while (this.#posted.length < count) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return Promise.all(this.#posted.slice(0, count));
  }
}
