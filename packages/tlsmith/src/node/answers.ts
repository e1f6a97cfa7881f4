import type { Duplex } from 'node:stream';

/**
 * Watches what a peer makes us say and does not read. Without a bound, one that asks for KeyUpdates (RFC 9846 §4.7.3) and
 * never reads would make the transport's buffer grow; what our own user writes is held back by the stream.
 */
export class Answers {
  /** Whether so much is unread that nothing more should be heard. */
  unread = false;
  readonly #transport: Duplex;
  readonly #onDrain: () => void;
  #length = 0;
  #byUser = false;

  constructor(transport: Duplex, onDrain: () => void) {
    this.#transport = transport;
    this.#onDrain = onDrain;
  }

  /** What is written next has our user's data in it. */
  notThese(): void {
    this.#byUser = true;
  }

  /** Counts bytes that were written to the transport. */
  written(length: number): void {
    const { writableLength, writableNeedDrain } = this.#transport;
    // Two ends of ours that wait for each other to read would wait for ever, so data does not count.
    this.#length = this.#byUser || writableLength === 0 ? 0 : this.#length + length;
    this.#byUser = false;
    if (this.#length <= mostUnread || writableNeedDrain !== true || this.unread) return;
    this.unread = true;
    this.#transport.once('drain', () => {
      this.unread = false;
      this.#onDrain();
    });
  }
}

// More than most handshakes take; one that takes more is not answered before it is read anyway.
const mostUnread = 64 * 1024;
