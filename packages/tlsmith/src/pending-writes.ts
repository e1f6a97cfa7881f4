import { type Bytes, TlsMisuse } from '@tlsmith/types';

/** Application data that waits for the handshake, or for keys to change. */
export class PendingWrites {
  readonly #limit: number;
  #waiting: Bytes[] = [];
  #length = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes that wait. */
  get length(): number {
    return this.#length;
  }

  /**
   * Keeps a copy.
   *
   * @throws {TlsMisuse} `too-much-pending-output`.
   */
  add(bytes: Bytes): void {
    if (this.#length + bytes.length > this.#limit) {
      throw new TlsMisuse('too-much-pending-output', 'wait for the connection before writing more');
    }
    this.#waiting.push(bytes.slice());
    this.#length += bytes.length;
  }

  /** Everything, in order; nothing waits any more. */
  take(): readonly Bytes[] {
    const taken = this.#waiting;
    this.#waiting = [];
    this.#length = 0;
    return taken;
  }
}
