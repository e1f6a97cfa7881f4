import type { Bytes } from '@tlsmith/types';

/**
 * Records on their way out, one array per batch as a rule: a record is sealed into its place and never moved, but for
 * small beginnings that outgrow their array. What {@link take} returns is never written again.
 */
export class RecordOutput {
  #full: Bytes[] = [];
  #fullLength = 0;
  #current: Bytes | undefined;
  #filled = 0;

  /** Bytes written and not yet taken. */
  get pending(): number {
    return this.#fullLength + this.#filled;
  }

  /** Sees to it that the next `length` bytes go into one array. */
  reserve(length: number): void {
    const needed = this.#filled + length;
    if (this.#current !== undefined && needed <= this.#current.length) return;
    if (this.#filled > movable) {
      this.#finish();
      this.#current = new Uint8Array(Math.max(length, smallest));
      return;
    }
    // One array costs the transport one write; a small one is cheaper copied than sent apart.
    const grown = new Uint8Array(this.#filled === 0 ? Math.max(length, smallest) : 2 * needed);
    if (this.#filled > 0) grown.set((this.#current as Bytes).subarray(0, this.#filled));
    this.#current = grown;
  }

  /** Room for `length` bytes behind what is written; they count once they are committed. */
  room(length: number): Bytes {
    this.reserve(length);
    return (this.#current as Bytes).subarray(this.#filled, this.#filled + length);
  }

  /** The first `length` bytes of the room are written. */
  commit(length: number): void {
    this.#filled += length;
  }

  /** All that is written, in order, for the caller to keep. */
  take(): Bytes[] {
    this.#finish();
    const taken = this.#full;
    this.clear();
    return taken;
  }

  /** Forgets everything. */
  clear(): void {
    this.#full = [];
    this.#current = undefined;
    this.#fullLength = this.#filled = 0;
  }

  #finish(): void {
    if (this.#current !== undefined && this.#filled > 0) {
      const whole = this.#filled === this.#current.length;
      this.#full.push(whole ? this.#current : this.#current.subarray(0, this.#filled));
      this.#fullLength += this.#filled;
    }
    this.#filled = 0;
  }
}

// Below this many bytes an array is outgrown by copying it; a handshake's flight is hardly longer.
const movable = 4096;
// Room for a small record or a ServerHello with its ChangeCipherSpec.
const smallest = 256;
