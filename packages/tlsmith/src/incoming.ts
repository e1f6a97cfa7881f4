import { type AnyState, Inbox, isConnected, type MachineEvent, messageContext } from '@tlsmith/handshake';
import type { OpenedRecord, RecordChannel } from '@tlsmith/record';
import { copyBytes, type Bytes, violation, violations } from '@tlsmith/types';
import { readAlert } from './alerts.ts';
import type { ConnectionLimits } from './limits.ts';
import type { Tracer } from './trace.ts';

/** What comes out of the bytes of a peer: events for the machine, application data, or its close_notify. */
export type Arrival =
  | { readonly kind: 'event'; readonly event: MachineEvent }
  | { readonly kind: 'data'; readonly bytes: Bytes }
  | { readonly kind: 'close-notify' };

/**
 * Records to arrivals, strictly one at a time: what a record means depends on the state that the one before led to.
 */
export class Incoming {
  readonly #channel: RecordChannel;
  readonly #limits: ConnectionLimits;
  readonly #tracer: Tracer | undefined;
  readonly #inbox: Inbox;
  #warnings = 0;
  #keyUpdates = 0;

  constructor(channel: RecordChannel, limits: ConnectionLimits, tracer: Tracer | undefined) {
    this.#channel = channel;
    this.#limits = limits;
    this.#tracer = tracer;
    this.#inbox = new Inbox(limits.messages);
  }

  /**
   * The next arrival; undefined when more bytes are needed.
   *
   * @throws {TlsViolation} when record, message or alert break a rule. {@link PeerAlert} for a fatal alert.
   */
  next(state: AnyState): Arrival | undefined {
    for (;;) {
      const message = this.#message(state);
      if (message !== undefined) return { kind: 'event', event: message };
      const record = this.#channel.next();
      if (record === undefined) return undefined;
      const arrival = this.#record(record, state);
      if (arrival !== undefined) return arrival;
    }
  }

  #message(state: AnyState): MachineEvent | undefined {
    const context = messageContext(state);
    const message = this.#inbox.take(context);
    if (message === undefined) return undefined;
    const { type, body, raw } = message;
    const { version, keyExchange } = context;
    this.#tracer?.message?.({
      direction: 'read',
      type,
      raw,
      epoch: this.#channel.readEpoch,
      version,
      keyExchange,
    });
    if (type === 'key_update' && ++this.#keyUpdates > this.#limits.keyUpdates) {
      throw violation(violations.tooManyKeyUpdates, { limit: this.#limits.keyUpdates });
    }
    return { event: type, body, raw, aligned: this.#inbox.aligned };
  }

  /** Handshake bytes go to the inbox; everything else arrives at once, and not in the middle of a message. */
  #record(record: OpenedRecord, state: AnyState): Arrival | undefined {
    const { type } = record;
    const content = record.fresh ? record.content : copyBytes(record.content);
    if (type === 'handshake') {
      this.#inbox.feed(content);
      return undefined;
    }
    if (!this.#inbox.aligned) throw violation(violations.interleavedMessage, { contentType: type });
    if (type === 'change_cipher_spec') {
      return { kind: 'event', event: { event: 'change-cipher-spec', aligned: true } };
    }
    return type === 'alert' ? this.#alert(content, state) : this.#data(content, state);
  }

  #data(bytes: Bytes, state: AnyState): Arrival | undefined {
    if (!isConnected(state)) throw violation(violations.unexpectedApplicationData, { state: state.at });
    this.#warnings = 0;
    this.#keyUpdates = 0;
    return bytes.length === 0 ? undefined : { kind: 'data', bytes };
  }

  #alert(content: Bytes, state: AnyState): Arrival | undefined {
    const alert = readAlert(content, messageContext(state).version);
    this.#tracer?.alert?.('read', alert.level, alert.name);
    if (alert.kind === 'fatal') throw alert.error;
    if (alert.kind === 'close') return { kind: 'close-notify' };
    if (++this.#warnings > this.#limits.warnings) {
      throw violation(violations.tooManyWarnings, { limit: this.#limits.warnings });
    }
    return undefined;
  }
}
