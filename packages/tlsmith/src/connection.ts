import {
  type AnyState,
  type Failed,
  failure,
  isConnected,
  type MachineEvent,
  messageContext,
  step,
} from '@tlsmith/handshake';
import { RecordChannel } from '@tlsmith/record';
import { type Bytes, ConnectionFailed, drive, isThenable, TlsMisuse } from '@tlsmith/types';
import { connectionOver, endedInOrder, owesAlert } from './alerts.ts';
import type { ConnectionParts } from './connection-parts.ts';
import { applyEffect, inFewRecords, sendTogether } from './effects.ts';
import type { ConnectionEvent } from './events.ts';
import { Incoming } from './incoming.ts';
import { Outgoing } from './outgoing.ts';
import { answering, handOver, type Job, keepSessions } from './keep-sessions.ts';
import { HeldSecrets, negotiatedIn } from './state.ts';

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
  readonly #answer: ReturnType<typeof answering>;
  readonly #channel: RecordChannel;
  readonly #incoming: Incoming;
  readonly #outgoing: Outgoing;
  readonly #abort = new AbortController();
  #state: AnyState;
  readonly #secrets: HeldSecrets;
  #commands: MachineEvent[] = [];
  readonly #events: ConnectionEvent[];
  #busy = false;
  #waitsForAnswer = false;
  #over = false;
  #readClosed = false;
  #wantsClose = false;
  #transportEnded = false;

  constructor(parts: ConnectionParts) {
    const { role, padding, limits, tracer } = parts;
    this.#parts = parts;
    this.#answer = answering(parts.answer);
    this.#events = parts.events;
    this.#state = parts.start;
    this.#secrets = new HeldSecrets(parts.start);
    this.#channel = new RecordChannel({ role, padding });
    this.#incoming = new Incoming(this.#channel, limits, tracer);
    this.#outgoing = new Outgoing(this.#channel, limits.pendingOutput, tracer);
    if (tracer?.record !== undefined) this.#channel.onRecord = (info) => tracer.record?.(info);
  }

  /** The machine's state: plain data, to look at. */
  get state(): AnyState {
    return this.#state;
  }

  /** Whether application data may flow. */
  get connected(): boolean {
    return isConnected(this.#state) && !this.#over;
  }

  /** Whether the owner should read from the transport, and whether there is output to write to it. */
  get wants(): { readonly read: boolean; readonly write: boolean } {
    const room = !this.#busy || this.#channel.pendingInput < this.#parts.limits.pendingInput;
    return { read: !this.#over && !this.#readClosed && room, write: this.pendingOutput > 0 };
  }

  /** Bytes that {@link takeOutput} would return. */
  get pendingOutput(): number {
    return this.#outgoing.pending;
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
    if (!this.connected || this.#busy) this.#outgoing.hold(bytes);
    else this.#send(bytes);
    this.#pump();
  }

  /** Sends close_notify after what was written (RFC 9846 §6.1). Reading goes on until the peer closes as well. */
  close(): void {
    this.#wantsClose = true;
    this.#pump();
  }

  /**
   * Gives up at once: pending questions are dropped and secrets wiped; the peer hears an alert if it is owed one. After an
   * orderly close it forgets what was negotiated, which could be asked for until then.
   */
  abort(error?: Error): void {
    if (!this.#over) this.#fail(error ?? new ConnectionFailed('aborted', 'the connection was aborted'));
    else this.#forget('closed');
  }

  /** Records for the transport, in order. The caller owns them. */
  takeOutput(): Bytes[] {
    return this.#outgoing.take();
  }

  /** What has happened since the last call, in order. */
  events(): ConnectionEvent[] {
    return this.#events.splice(0);
  }

  #pump(): void {
    while (!this.#busy && !this.#over) {
      try {
        const job = this.#nextJob();
        if (job === undefined) return;
        this.#busy = true;
        const running = drive(job, this.#answer, this.#abort);
        this.#waitsForAnswer = isThenable(running);
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
      this.#waitsForAnswer = false;
      if (errors.length > 0) this.#fail(errors[0]);
      this.#pump();
      this.onReady?.();
    };
    running.then(() => settled(), settled);
  }

  /** The next event for the machine; what needs no machine is done on the way. */
  #nextJob(): Job | undefined {
    const command = this.#commands.shift();
    if (command !== undefined) return this.#job(command);
    for (;;) {
      const arrival = this.#readClosed ? undefined : this.#incoming.next(this.#state);
      if (arrival === undefined) return this.#idle();
      if (arrival.kind === 'event') return this.#job(arrival.event);
      if (arrival.kind === 'data') this.#events.push({ event: 'data', bytes: arrival.bytes });
      else this.#closeNotified();
    }
  }

  #closeNotified(): void {
    if (!this.connected)
      throw new ConnectionFailed('truncated', 'the peer closed the connection during the handshake');
    this.#readClosed = true;
    this.#events.push({ event: 'end' });
    if (this.#parts.halfClose === 'close-both') this.#wantsClose = true;
  }

  /** One event, all its effects, the next state. */
  *#job(event: MachineEvent): Job {
    const { machine, policy, host, tracer } = this.#parts;
    const { next, effects } = yield* step(machine, policy, this.#state, event);
    if (next.at === 'failed') throw (next as Failed).error;
    yield* keepSessions(effects, host);
    this.#channel.setVersion(messageContext(next).version);
    for (const effect of inFewRecords(effects)) {
      if (effect.effect === 'remember') continue;
      if (effect.effect === 'send') sendTogether(effect, this.#channel, tracer, messageContext(next));
      else yield* applyEffect(effect, this.#channel, host);
    }
    const negotiated = isConnected(this.#state) ? undefined : negotiatedIn(next);
    if (negotiated !== undefined) this.#events.push({ event: 'connected', negotiated });
    this.#state = next;
    this.#secrets.retire(effects, next);
    tracer?.state?.(next.at);
    handOver(effects, host);
  }

  /** Nothing to read for now: what waited for that is done. */
  #idle(): Job | undefined {
    if (this.connected) this.#outgoing.flush();
    if (this.#commands.length > 0) return this.#nextJob();
    if (this.#wantsClose && !this.#outgoing.waits) this.#outgoing.alert('warning', 'close_notify');
    if (this.#transportEnded && !this.#readClosed) {
      this.#readClosed = endedInOrder(messageContext(this.#state).version, this.#outgoing.closed);
      this.#events.push({ event: 'end' });
    }
    if (this.#readClosed && this.#outgoing.closed) this.#finish({ event: 'closed' });
    return undefined;
  }

  #send(bytes: Bytes): void {
    this.#outgoing.send(bytes);
    const due = this.#channel.writeNeedsKeyUpdate && this.#commands.length === 0;
    if (due && messageContext(this.#state).version === 'tls13') {
      this.#commands.push({ event: 'update-keys', request: false });
    }
  }

  #fail(cause: unknown): void {
    const owed = owesAlert(cause);
    const { next, effects } = failure(cause);
    for (const effect of effects) {
      if (effect.effect === 'alert' && owed) this.#outgoing.alert(effect.level, effect.description);
    }
    this.#finish({ event: 'failed', error: owed ? next.error : (cause as Error) });
  }

  #finish(event: ConnectionEvent): void {
    this.#over = true;
    this.#events.push(event);
    this.#outgoing.finish();
    if (this.#waitsForAnswer) this.#abort.abort(connectionOver);
    if (event.event === 'failed') this.#forget('failed');
  }

  #forget(at: 'failed' | 'closed'): void {
    this.#secrets.wipe();
    if (this.#state.at !== 'failed') this.#state = { at };
  }
}
