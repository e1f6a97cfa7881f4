/** Leave to ask the store once, by how often the circuit had opened; its outcome is told with it. */
export type Pass = number;

/** When a circuit opens and how soon it lets somebody try again; milliseconds. */
export interface CircuitOptions {
  /** Errors in a row that open it. A time-out does at once. */
  readonly errors: number;
  /** The first pause; each failed attempt after it doubles it. */
  readonly firstPause: number;
  readonly longestPause: number;
}

/**
 * Keeps handshakes from waiting for a store that does not answer: after a failure it lets nobody through for a while,
 * then a single attempt, whose outcome decides. Any monotonic clock will do.
 */
export class Circuit {
  readonly #options: CircuitOptions;
  #generation = 0;
  #errors = 0;
  #pause: number;
  #closedAgainAt: number | undefined;
  #probing = false;
  /** Since an answer came in time. */
  #trips = 0;

  constructor(options: CircuitOptions) {
    this.#options = options;
    this.#pause = options.firstPause;
  }

  /** Whether nobody is let through but one attempt now and then. */
  get open(): boolean {
    return this.#closedAgainAt !== undefined;
  }

  /** Leave to ask, or undefined. While the circuit is closed nobody looks at the clock. */
  enter(clock: { now(): number }): Pass | undefined {
    if (this.#closedAgainAt === undefined) return this.#generation;
    if (this.#probing || clock.now() < this.#closedAgainAt) return undefined;
    this.#probing = true;
    return this.#generation;
  }

  succeeded(pass: Pass): void {
    if (pass !== this.#generation) return;
    this.#errors = 0;
    this.#closedAgainAt = undefined;
    this.#probing = false;
    this.#recovered();
  }

  /** The store answered something else in time: a circuit that is closed has nothing to remember. */
  alive(): void {
    if (this.#closedAgainAt === undefined) this.#recovered();
  }

  /** What was asked before the circuit opened says nothing new when it fails afterwards. */
  failed(pass: Pass, now: number, how: 'timeout' | 'error'): void {
    if (pass !== this.#generation) return;
    this.#errors++;
    if (how === 'timeout' || this.#probing || this.#errors >= this.#options.errors) this.trip(now);
  }

  /**
   * An answer came too late to count: somebody is there. The first time everybody may ask again, for a hiccup is over by
   * then; if it goes on, the next attempt need not wait for the pause to end.
   */
  heard(now: number): void {
    if (this.#closedAgainAt === undefined) return;
    if (this.#trips === 1 && !this.#probing) this.#closedAgainAt = undefined;
    else this.#closedAgainAt = Math.min(now, this.#closedAgainAt);
  }

  #recovered(): void {
    this.#trips = 0;
    this.#pause = this.#options.firstPause;
  }

  /** Opens it, or keeps it open for longer. */
  trip(now: number): void {
    this.#generation++;
    this.#trips++;
    this.#errors = 0;
    this.#probing = false;
    this.#closedAgainAt = now + this.#pause;
    this.#pause = Math.min(2 * this.#pause, this.#options.longestPause);
  }
}
