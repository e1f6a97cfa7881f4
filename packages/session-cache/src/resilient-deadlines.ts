import type { Timers } from './timers.ts';

/** An operation that waits for its answer, as a link of the list of all that do. */
export abstract class Waiting {
  /** When it is late, and the step in which it began to wait. */
  lateAt = 0;
  since = 0;
  before: Waiting | undefined;
  behind: Waiting | undefined;

  /** The limit has passed; nothing else is told of it afterwards. */
  abstract late(): void;
}

/**
 * The limit of many operations under one timer: who began to wait first is late first. Only time in which this process
 * looks at its sockets counts. While somebody waits the timer goes off four times per limit, and nobody is late who has
 * not seen three of them, so that a process that was busy for longer than the limit takes the answers that it finds.
 */
export class Deadlines {
  readonly #timers: Timers;
  readonly #limit: number;
  #first: Waiting | undefined;
  #last: Waiting | undefined;
  #step = 0;
  #isArmed = false;

  constructor(timers: Timers, limit: number) {
    this.#timers = timers;
    this.#limit = limit;
  }

  add(one: Waiting): void {
    const now = this.#timers.now();
    // Whole milliseconds: who came at nearly the same time is late at once.
    one.lateAt = Math.ceil(now + this.#limit);
    one.since = this.#step;
    one.before = this.#last;
    if (this.#last === undefined) this.#first = one;
    else this.#last.behind = one;
    this.#last = one;
    if (!this.#isArmed) this.#arm(now);
  }

  remove(one: Waiting): void {
    if (one.before === undefined) this.#first = one.behind;
    else one.before.behind = one.behind;
    if (one.behind === undefined) this.#last = one.before;
    else one.behind.before = one.before;
    one.before = undefined;
    one.behind = undefined;
  }

  /** The timer stays armed when the last one has its answer: under load that saves one per operation. */
  #arm(now: number): void {
    if (this.#first === undefined) return;
    this.#isArmed = true;
    const { lateAt } = this.#first;
    const step = now + this.#limit / stepsPerLimit;
    const due = lateAt > now ? Math.min(step, lateAt) : step;
    this.#timers.after(due - now, () => this.#goOn(due));
  }

  #goOn(due: number): void {
    this.#isArmed = false;
    this.#step++;
    try {
      for (let one = this.#first; one !== undefined && this.#isLate(one, due); one = this.#first) {
        this.remove(one);
        one.late();
      }
    } finally {
      // Also when somebody who is told throws: the others wait on.
      if (!this.#isArmed) this.#arm(this.#timers.now());
    }
  }

  #isLate({ lateAt, since }: Waiting, due: number): boolean {
    return lateAt <= due && since + stepsPerLimit - 1 <= this.#step;
  }
}

const stepsPerLimit = 4;
