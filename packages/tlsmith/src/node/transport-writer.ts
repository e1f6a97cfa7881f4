import type { Duplex } from 'node:stream';
import type { Bytes } from '@tlsmith/types';

/** Where records come from. */
export interface RecordSource {
  readonly pendingOutput: number;
  takeOutput(): Bytes[];
}

/**
 * Writes records to the transport, as few times as can be: a write costs more than sealing what is in it. What comes up
 * in one turn of the event loop goes out together, so that a server's tickets, its answer to the first request and its
 * close_notify are one write.
 *
 * It also watches what a peer makes us say and does not read. Without a bound, one that asks for KeyUpdates
 * (RFC 9846 §4.7.3) and never reads would make the transport's buffer grow; what our own user writes is held back by the
 * stream.
 */
export class TransportWriter {
  /** Whether so much is unread that nothing more should be heard. */
  unread = false;
  readonly #transport: Duplex;
  readonly #onDrain: () => void;
  #source: RecordSource | undefined;
  #scheduled = false;
  /** Bytes of answers that the transport still holds. */
  #unreadLength = 0;
  #byUser = false;

  /** `onDrain` is called when `unread` has become false again. */
  constructor(transport: Duplex, onDrain: () => void) {
    this.#transport = transport;
    this.#onDrain = onDrain;
  }

  /** Names the source; before that there is nothing to write. */
  from(source: RecordSource): void {
    this.#source = source;
  }

  /** What is written next has our user's data in it. */
  notAnAnswer(): void {
    this.#byUser = true;
  }

  /** Writes what is pending at the end of this turn, or now where it is a lot. */
  flushSoon(): void {
    const pending = this.#source?.pendingOutput ?? 0;
    if (pending >= enoughForOneWrite) return this.flush();
    if (pending === 0 || this.#scheduled) return;
    this.#scheduled = true;
    void turn.then(() => this.flush());
  }

  /** Writes what is pending now. */
  flush(): void {
    this.#scheduled = false;
    const output = this.#source?.takeOutput() ?? [];
    if (output.length === 0 || !this.#transport.writable) return;
    if (output.length > 1) this.#transport.cork();
    for (const bytes of output) this.#transport.write(bytes);
    if (output.length > 1) this.#transport.uncork();
    this.#written(output.reduce((sum, { length }) => sum + length, 0));
  }

  /** Writes what is pending and ends the transport. */
  end(): void {
    this.flush();
    // To end twice does no harm, but Node makes an error of it, stack and all, that nobody sees.
    if (!this.#transport.writableEnded) this.#transport.end();
  }

  #written(length: number): void {
    const { writableLength, writableNeedDrain } = this.#transport;
    // Two ends of ours that wait for each other to read would wait for ever, so data does not count.
    this.#unreadLength = this.#byUser || writableLength === 0 ? 0 : this.#unreadLength + length;
    this.#byUser = false;
    if (this.#unreadLength <= mostUnread || writableNeedDrain !== true || this.unread) return;
    this.unread = true;
    this.#transport.once('drain', () => {
      this.unread = false;
      this.#onDrain();
    });
  }
}

// Microtasks run when the tick queue is empty: after what streams do in the next tick.
const turn = Promise.resolve();
// Bytes from which on waiting for more gains nothing: four full records.
const enoughForOneWrite = 64 * 1024;
// More than most handshakes take; one that takes more is not answered before it is read anyway.
const mostUnread = 64 * 1024;
