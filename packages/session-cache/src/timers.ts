/** A clock and a timer, for code that has neither: `systemTimers` of `@tlsmith/session-cache/node`. */
export interface Timers {
  /** Milliseconds that only grow, since any moment. */
  now(): number;
  /** Calls `run` once after so many milliseconds, unless the returned function is called first. */
  after(milliseconds: number, run: () => void): () => void;
}
