import type { Message } from '@tlsmith/codec';
import {
  type AnyState,
  type Ask,
  type Failed,
  failure,
  Inbox,
  type Machine,
  type MachineEvent,
  step,
  type Work,
} from '@tlsmith/handshake';
import { type OpenedRecord, RecordChannel } from '@tlsmith/record';
import {
  type Answer,
  type Bytes,
  ConnectionFailed,
  drive,
  isThenable,
  type Role,
  TlsMisuse,
  violation,
  violations,
} from '@tlsmith/types';
import { owesAlert, readAlert } from './alerts.ts';
import { alertBytes, applyEffect, type EffectHost } from './effects.ts';
import type { ConnectionEvent } from './events.ts';
import type { ConnectionLimits } from './limits.ts';
import { PendingWrites } from './pending-writes.ts';
import { contextOf, isConnected, negotiatedIn, retire, wipeState } from './state.ts';
import type { Tracer } from './trace.ts';

/** What a connection is made of; `defineClient` and `defineServer` put it together. */
export interface ConnectionParts {
  readonly role: Role;
  readonly machine: Machine<AnyState, unknown>;
  readonly policy: unknown;
  readonly start: AnyState;
  readonly answer: Answer<Ask>;
  readonly host: EffectHost;
  readonly limits: ConnectionLimits;
  readonly tracer: Tracer | undefined;
  readonly halfClose: 'close-both' | 'allow-half-open';
  readonly padding: ((contentLength: number) => number) | undefined;
}

/**
 * One TLS connection without I/O: bytes in, bytes and events out. The only place where machine, inbox and record channel
 * meet. One job at a time: an event is stepped, its effects are carried out, and only then the next one is looked at;
 * what arrives meanwhile waits. Nothing here returns a promise; `onReady` tells when an asynchronous answer has moved
 * things on.
 */
export class Connection {
  /** Called when output or events may be there although no method was called: after asynchronous answers. */
  onReady: (() => void) | undefined;
  readonly #parts: ConnectionParts;
  readonly #channel: RecordChannel;
  readonly #inbox: Inbox;
  readonly #waiting: PendingWrites;
  readonly #abort = new AbortController();
  #state: AnyState;
  #commands: MachineEvent[] = [];
  #events: ConnectionEvent[] = [];
  /** Output of a connection that is over and whose channel is closed. */
  #last: Bytes[] = [];
  #busy = false;
  #over = false;
  #readClosed = false;
  #writeClosed = false;
  #wantsClose = false;
  #transportEnded = false;
  #warnings = 0;
  #keyUpdates = 0;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.#state = parts.start;
    this.#inbox = new Inbox(parts.limits.messages);
    this.#waiting = new PendingWrites(parts.limits.pendingOutput);
    this.#channel = new RecordChannel({ role: parts.role, padding: parts.padding });
    const { tracer } = parts;
    if (tracer?.record !== undefined) this.#channel.onRecord = (info) => tracer.record?.(info);
  }

  /** The machine's state: plain data, to look at. */
  get state(): AnyState {
    return this.#state;
  }

  /** Whether application data may flow. */
  get connected(): boolean {
    return isConnected(this.#state);
  }

  /** Whether the owner should read from the transport, and whether there is output to write to it. */
  get wants(): { readonly read: boolean; readonly write: boolean } {
    const room = !this.#busy || this.#channel.pendingInput < this.#parts.limits.pendingInput;
    return { read: !this.#over && !this.#readClosed && room, write: this.pendingOutput > 0 };
  }

  /** Bytes that {@link takeOutput} would return. */
  get pendingOutput(): number {
    return this.#last.reduce((sum, { length }) => sum + length, this.#channel.pendingOutput);
  }

  /** Gives the machine an event of its owner: `start`, `update-keys`. */
  command(event: MachineEvent): void {
    this.#commands.push(event);
    this.#pump();
  }

  /** Takes bytes from the transport. They may be reused as soon as this returns, unless `owned` hands them over. */
  receive(bytes: Bytes, owned: 'owned' | 'borrowed' = 'borrowed'): void {
    if (this.#readClosed || this.#over) return;
    this.#channel.feed(bytes);
    this.#pump();
    if (owned === 'borrowed') this.#channel.detachInput();
  }

  /** Takes the transport's end. Without close_notify before it, data may have been cut off (RFC 9846 §6.1). */
  end(): void {
    this.#transportEnded = true;
    this.#pump();
  }

  /**
   * Sends application data; before the handshake is done it waits, up to `limits.pendingOutput`.
   *
   * @throws {TlsMisuse} `write-after-close`, `too-much-pending-output`.
   */
  write(bytes: Bytes): void {
    if (this.#wantsClose) throw new TlsMisuse('write-after-close', 'this connection is closed for writing');
    if (this.#over || bytes.length === 0) return;
    if (!this.connected || this.#busy) this.#waiting.add(bytes);
    else this.#send(bytes);
    this.#pump();
  }

  /** Sends close_notify after what was written (RFC 9846 §6.1). Reading goes on until the peer closes as well. */
  close(): void {
    this.#wantsClose = true;
    this.#pump();
  }

  /** Gives up at once: pending questions are dropped and secrets wiped; the peer hears an alert if it is owed one. */
  abort(error: Error = new ConnectionFailed('aborted', 'the connection was aborted')): void {
    if (!this.#over) this.#fail(error);
  }

  /** Records for the transport, in order. The caller owns them. */
  takeOutput(): Bytes[] {
    const last = this.#last;
    this.#last = [];
    return [...last, ...this.#channel.takeOutput()];
  }

  /** What has happened since the last call, in order. */
  events(): ConnectionEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  /** Adds news that come from beside the machine. */
  report(event: ConnectionEvent): void {
    this.#events.push(event);
  }

  #pump(): void {
    while (!this.#busy && !this.#over) {
      try {
        const job = this.#nextJob();
        if (job === undefined) return;
        this.#busy = true;
        const running = drive(job, this.#parts.answer, this.#abort.signal);
        if (isThenable(running)) return this.#resumeAfter(running);
      } catch (error) {
        this.#fail(error);
      }
      this.#busy = false;
    }
  }

  #resumeAfter(running: PromiseLike<unknown>): void {
    const settled = (...errors: readonly unknown[]): void => {
      if (this.#over) return;
      this.#busy = false;
      if (errors.length > 0) this.#fail(errors[0]);
      this.#pump();
      this.onReady?.();
    };
    running.then(
      () => settled(),
      (error) => settled(error),
    );
  }

  /** The next event for the machine; what needs no machine is done on the way. */
  #nextJob(): Work<void> | undefined {
    const command = this.#commands.shift();
    if (command !== undefined) return this.#job(command);
    for (;;) {
      const message = this.#inbox.take(contextOf(this.#state));
      if (message !== undefined) return this.#job(this.#received(message));
      const record = this.#readClosed ? undefined : this.#channel.next();
      if (record === undefined) return this.#idle();
      const event = this.#accept(record);
      if (event !== undefined) return this.#job(event);
      if (this.#over) return undefined;
    }
  }

  /** One record: data and alerts are dealt with, handshake bytes go to the inbox, TLS 1.2's signal is an event. */
  #accept(record: OpenedRecord): MachineEvent | undefined {
    const { type } = record;
    const content = record.fresh ? record.content : record.content.slice();
    if (type === 'handshake') {
      this.#inbox.feed(content);
      return undefined;
    }
    if (!this.#inbox.aligned) throw violation(violations.interleavedMessage, { contentType: type });
    if (type === 'change_cipher_spec') return { event: 'change-cipher-spec', aligned: true };
    if (type === 'alert') return this.#alert(content);
    if (!this.connected) throw violation(violations.unexpectedApplicationData, { state: this.#state.at });
    this.#warnings = 0;
    this.#keyUpdates = 0;
    if (content.length > 0) this.#events.push({ event: 'data', bytes: content });
    return undefined;
  }

  #received(message: Message): MachineEvent {
    const { type, body, raw } = message;
    const { limits } = this.#parts;
    this.#traced('read', type, raw);
    if (type === 'key_update' && ++this.#keyUpdates > limits.keyUpdates) {
      throw violation(violations.tooManyKeyUpdates, { limit: limits.keyUpdates });
    }
    return { event: type, body, raw, aligned: this.#inbox.aligned };
  }

  #alert(content: Bytes): undefined {
    const alert = readAlert(content, contextOf(this.#state).version);
    this.#parts.tracer?.alert?.('read', alert.level, alert.name);
    if (alert.kind === 'fatal') throw alert.error;
    if (alert.kind === 'warning') {
      if (++this.#warnings <= this.#parts.limits.warnings) return;
      throw violation(violations.tooManyWarnings, { limit: this.#parts.limits.warnings });
    }
    if (!this.connected)
      throw new ConnectionFailed('truncated', 'the peer closed the connection during the handshake');
    this.#readClosed = true;
    this.#events.push({ event: 'end' });
    if (this.#parts.halfClose === 'close-both') this.#wantsClose = true;
  }

  /** One event, all its effects, the next state. */
  *#job(event: MachineEvent): Work<void> {
    const { machine, policy, host, tracer } = this.#parts;
    const old = this.#state;
    const { next, effects } = yield* step(machine, policy, old, event);
    if (next.at === 'failed') throw (next as Failed).error;
    this.#channel.setVersion(contextOf(next).version);
    for (const effect of effects) {
      if (effect.effect === 'send') this.#traced('write', effect.type, effect.raw);
      yield* applyEffect(effect, this.#channel, host, tracer);
    }
    this.#state = next;
    retire(old, effects, next);
    tracer?.state?.(next.at);
    const negotiated = negotiatedIn(next);
    if (negotiated !== undefined && !isConnected(old)) this.#events.push({ event: 'connected', negotiated });
  }

  /** Nothing to read for now: what waited for that is done. */
  #idle(): Work<void> | undefined {
    if (this.connected) for (const bytes of this.#waiting.take()) this.#send(bytes);
    if (this.#commands.length > 0) return this.#nextJob();
    if (this.#wantsClose && !this.#writeClosed && this.#waiting.length === 0) {
      this.#writeClosed = true;
      this.#parts.tracer?.alert?.('write', 'warning', 'close_notify');
      this.#channel.send('alert', alertBytes('warning', 'close_notify'));
    }
    if (this.#readClosed && this.#writeClosed) this.#finish({ event: 'closed' });
    else if (this.#transportEnded && !this.#readClosed) {
      throw new ConnectionFailed(
        'truncated',
        'the transport ended without close_notify: data may be missing',
      );
    }
    return undefined;
  }

  #send(bytes: Bytes): void {
    this.#channel.send('application_data', bytes);
    if (
      this.#channel.writeNeedsKeyUpdate &&
      contextOf(this.#state).version === 'tls13' &&
      this.#commands.length === 0
    ) {
      this.#commands.push({ event: 'update-keys', request: false });
    }
  }

  #fail(cause: unknown): void {
    const { next, effects } = failure(cause);
    const error = owesAlert(cause) ? next.error : (cause as Error);
    for (const effect of effects) {
      if (effect.effect !== 'alert' || !owesAlert(cause) || this.#writeClosed) continue;
      this.#parts.tracer?.alert?.('write', effect.level, effect.description);
      this.#channel.send('alert', alertBytes(effect.level, effect.description));
    }
    this.#finish({ event: 'failed', error });
  }

  #finish(event: ConnectionEvent): void {
    this.#over = true;
    this.#events.push(event);
    this.#last = this.#channel.takeOutput();
    this.#channel.close();
    this.#abort.abort();
    wipeState(this.#state);
    this.#state = event.event === 'failed' ? { at: 'failed' } : { at: 'closed' };
  }

  #traced(direction: 'read' | 'write', type: string, raw: Bytes): void {
    const { tracer } = this.#parts;
    if (tracer?.message === undefined) return;
    const epoch = direction === 'read' ? this.#channel.readEpoch : this.#channel.writeEpoch;
    tracer.message({ direction, type, raw, epoch, ...contextOf(this.#state) } as never);
  }
}
