import type { RecordChannel } from '@tlsmith/record';
import { copyBytes, type AlertLevel, type AlertName, type Bytes, TlsMisuse } from '@tlsmith/types';
import { alertBytes } from './effects.ts';
import type { Tracer } from './trace.ts';

/** The writing side: application data that may have to wait for keys, alerts, and what is left when all is over. */
export class Outgoing {
  readonly #channel: RecordChannel;
  readonly #limit: number;
  readonly #tracer: Tracer | undefined;
  #waiting: Bytes[] = [];
  #waitingLength = 0;
  #last: Bytes[] = [];
  /** Whether close_notify has been sent. */
  closed = false;

  constructor(channel: RecordChannel, limit: number, tracer: Tracer | undefined) {
    this.#channel = channel;
    this.#limit = limit;
    this.#tracer = tracer;
  }

  /** Bytes that {@link take} would return. */
  get pending(): number {
    return this.#last.reduce((sum, { length }) => sum + length, this.#channel.pendingOutput);
  }

  /** Whether application data waits for keys. */
  get waits(): boolean {
    return this.#waiting.length > 0;
  }

  /** Sends application data. */
  send(bytes: Bytes): void {
    this.#channel.send('application_data', bytes);
  }

  /**
   * Keeps a copy of application data until {@link flush}.
   *
   * @throws {TlsMisuse} `too-much-pending-output`.
   */
  hold(bytes: Bytes): void {
    if (this.#waitingLength + bytes.length > this.#limit) {
      throw new TlsMisuse('too-much-pending-output', 'wait for the connection before writing more');
    }
    this.#waiting.push(copyBytes(bytes));
    this.#waitingLength += bytes.length;
  }

  /** Sends what was held. */
  flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingLength = 0;
    for (const bytes of waiting) this.send(bytes);
  }

  /** Sends an alert, unless close_notify was the last word. */
  alert(level: AlertLevel, description: AlertName): void {
    if (this.closed) return;
    this.#tracer?.alert?.('write', level, description);
    this.#channel.send('alert', alertBytes(level, description));
    this.closed = description === 'close_notify';
  }

  /** Records for the transport. */
  take(): Bytes[] {
    const last = this.#last;
    this.#last = [];
    return [...last, ...this.#channel.takeOutput()];
  }

  /** Keeps the output and lets go of everything else. */
  finish(): void {
    this.#last = this.#channel.takeOutput();
    this.#waiting = [];
    this.#channel.close();
  }
}
