import type { Timers } from './timers.ts';

/** What became of a store's operations that gave no proper answer. */
export interface StoreTroubles {
  /** Not answered within the limit. */
  readonly timeouts: number;
  /** Thrown or rejected. */
  readonly errors: number;
  /** Answered with something that is no value. */
  readonly garbage: number;
  /** Not asked at all, because the circuit was open. */
  readonly skipped: number;
}

/** One report of trouble. */
export interface StoreReport extends StoreTroubles {
  /** `working` when the last that was asked of the store was answered. */
  readonly state: 'working' | 'failing';
  /** The last error, if there was one since the last report. */
  readonly error?: unknown;
}

/** Counts troubles, and tells of them at once the first time and then once per interval while there are any. */
export class TroubleLog {
  readonly #timers: Timers;
  readonly #interval: number;
  readonly #tell: ((report: StoreReport) => void) | undefined;
  readonly #state: () => StoreReport['state'];
  readonly #total = { timeouts: 0, errors: 0, garbage: 0, skipped: 0 };
  #told = { ...this.#total };
  #toldState: StoreReport['state'] = 'working';
  #error: { readonly error: unknown } | undefined;
  #waiting = false;

  constructor(
    timers: Timers,
    interval: number,
    tell: ((report: StoreReport) => void) | undefined,
    state: () => StoreReport['state'],
  ) {
    this.#timers = timers;
    this.#interval = interval;
    this.#tell = tell;
    this.#state = state;
  }

  /** Counts since the store was made. */
  get total(): StoreTroubles {
    return { ...this.#total };
  }

  count(what: keyof StoreTroubles, error?: unknown): void {
    this.#total[what]++;
    if (error !== undefined) this.#error = { error };
    if (!this.#waiting) this.#report();
  }

  #report(): void {
    const state = this.#state();
    const since = difference(this.#total, this.#told);
    if (state === this.#toldState && Object.values(since).every((count) => count === 0)) return;
    const report = { ...since, state, ...this.#error };
    this.#told = { ...this.#total };
    this.#toldState = state;
    this.#error = undefined;
    this.#waiting = true;
    this.#timers.after(this.#interval, () => {
      this.#waiting = false;
      this.#report();
    });
    this.#tell?.(report);
  }
}

const difference = (now: StoreTroubles, then: StoreTroubles): StoreTroubles => ({
  timeouts: now.timeouts - then.timeouts,
  errors: now.errors - then.errors,
  garbage: now.garbage - then.garbage,
  skipped: now.skipped - then.skipped,
});
