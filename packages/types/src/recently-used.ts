/**
 * A bounded memory that keeps what is in use: what is asked for survives, what is not is forgotten after at most
 * `capacity` others. Two generations, so that there is no list to reorder.
 *
 * @example
 * ```ts
 * import { RecentlyUsed } from '@tlsmith/types';
 * const lengths = new RecentlyUsed<number>(256);
 * lengths.set('one', 3);
 * lengths.get('one'); // 3
 * ```
 */
export class RecentlyUsed<Value> {
  readonly #generation: number;
  #recent = new Map<string, Value>();
  #older = new Map<string, Value>();

  /** Holds at most `capacity` values; fewer than two are none. */
  constructor(capacity: number) {
    this.#generation = Math.floor(capacity / 2);
  }

  /** The value of that name; undefined when there is none, or no longer. */
  get(name: string): Value | undefined {
    const recent = this.#recent.get(name);
    if (recent !== undefined) return recent;
    const older = this.#older.get(name);
    if (older !== undefined) this.set(name, older);
    return older;
  }

  set(name: string, value: Value): void {
    if (this.#generation === 0) return;
    if (this.#recent.size >= this.#generation) {
      this.#older = this.#recent;
      this.#recent = new Map();
    }
    this.#recent.set(name, value);
  }
}
