import type { Message } from '@tlsmith/codec';
import {
  type AnyState,
  type Ask,
  type Effect,
  type Failed,
  failure,
  Inbox,
  type Installed,
  type Machine,
  type MachineEvent,
  messageContext,
  type Remembered,
  step,
  type Stepped,
} from '@tlsmith/handshake';
import {
  type Answer,
  type Bytes,
  type ClientSession,
  drive,
  type Epoch,
  isThenable,
  type Role,
  type Side,
  violation,
  violations,
} from '@tlsmith/types';

/** What travels between two machines that have no record layer; `keys` counts the installs before it was sent. */
export type Parcel =
  | { readonly kind: 'handshake'; readonly content: Bytes; readonly keys: number }
  | { readonly kind: 'change-cipher-spec'; readonly keys: number }
  | {
      readonly kind: 'alert';
      readonly level: 'warning' | 'fatal';
      readonly description: string;
      readonly keys: number;
    };

/** Keys that a machine has installed. */
export interface Installation {
  readonly side: Side;
  readonly epoch: Epoch;
  readonly keys: Installed;
}

/** One interpreted event. */
export interface Taken {
  readonly event: string;
  /** The state's name before it. */
  readonly from: string;
  readonly to: string;
  readonly effects: readonly Effect[];
}

/** What a {@link MachineEnd} is made of. */
export interface EndParts<State extends AnyState, Policy> {
  readonly role: Role;
  readonly machine: Machine<State, Policy>;
  readonly policy: Policy;
  readonly start: State;
  readonly answer: Answer<Ask>;
  /** Gets the sessions that a server keeps under an ID. */
  readonly remember?: ((remembered: Remembered) => void) | undefined;
}

/**
 * One machine, driven by hand: events and parcels in, parcels out, everything kept that it did on the way. Errors of the
 * peer become its state `failed`; errors of the test are thrown.
 */
export class MachineEnd<State extends AnyState = AnyState, Policy = unknown> {
  readonly role: Role;
  state: State | Failed;
  readonly steps: Taken[] = [];
  readonly asks: Ask[] = [];
  readonly received: Message[] = [];
  readonly installed: Installation[] = [];
  /** Client sessions, in the order in which they came. */
  readonly sessions: ClientSession[] = [];
  /** Names of the alerts received. */
  readonly alerts: string[] = [];
  readonly #parts: EndParts<State, Policy>;
  readonly #inbox = new Inbox();
  #output: Parcel[] = [];
  #tolerates = false;

  constructor(parts: EndParts<State, Policy>) {
    this.#parts = parts;
    this.role = parts.role;
    this.state = parts.start;
  }

  get policy(): Policy {
    return this.#parts.policy;
  }

  /** What answers its questions: another end made with it goes on from a state of this one. */
  get answer(): Answer<Ask> {
    return this.#parts.answer;
  }

  /** The error of the state `failed`, if that is where it is. */
  get error(): Error | undefined {
    return 'error' in this.state ? (this.state as Failed).error : undefined;
  }

  /** Every effect so far. */
  get effects(): readonly Effect[] {
    return this.steps.flatMap(({ effects }) => effects);
  }

  /** Every message sent so far. */
  get sent(): readonly { readonly type: string; readonly raw: Bytes }[] {
    return this.effects.flatMap((effect) => (effect.effect === 'send' ? [effect] : []));
  }

  /** The next parcel to be sent, if there is one. */
  nextOutput(): Parcel | undefined {
    return this.#output.shift();
  }

  /** All parcels to be sent. */
  takeOutput(): readonly Parcel[] {
    const output = this.#output;
    this.#output = [];
    return output;
  }

  /** Interprets one event, and carries out what it brings about. */
  handle(event: MachineEvent): void {
    const { machine, policy, answer } = this.#parts;
    const from = this.state;
    const stepped = drive(step(machine, policy, from, event), (ask) => {
      this.asks.push(ask);
      return answer(ask);
    });
    if (isThenable(stepped))
      throw new Error('these machines want answers at once: use a synchronous provider');
    this.#take(event.event, from, stepped as Stepped<State>);
  }

  /** Takes what the peer sent. Handshake content is one record, as the alignment rules see it. */
  receive(parcel: Parcel): void {
    if (this.state.at === 'failed') return;
    if (parcel.kind === 'alert') {
      this.alerts.push(parcel.description);
      return;
    }
    if (parcel.kind === 'change-cipher-spec') return this.#changeCipherSpec(parcel);
    this.#sameKeys(parcel);
    this.#inbox.feed(parcel.content);
    this.#messages();
  }

  #messages(): void {
    try {
      for (;;) {
        const message = this.#inbox.take(messageContext(this.state));
        if (message === undefined) return;
        this.received.push(message);
        const { type, body, raw } = message;
        this.handle({ event: type, body, raw, aligned: this.#inbox.aligned });
        if (this.state.at === 'failed') return;
      }
    } catch (cause) {
      // Only the inbox throws errors that are the peer's.
      if (!(cause instanceof Error && 'alert' in cause)) throw cause;
      this.#take('malformed', this.state, failure(cause));
    }
  }

  #changeCipherSpec(parcel: Parcel): void {
    if (messageContext(this.state).version === 'tls12') {
      this.#sameKeys(parcel);
      return this.handle({ event: 'change-cipher-spec', aligned: this.#inbox.aligned });
    }
    // The record layer's affair in TLS 1.3 (RFC 9846 §5).
    if (this.#tolerates) return;
    this.#take('change-cipher-spec', this.state, failure(violation(violations.unexpectedChangeCipherSpec)));
  }

  #sameKeys({ keys }: Parcel): void {
    const reading = this.#count('read');
    if (keys !== reading)
      throw new Error(`sent under keys ${keys}, the ${this.role} in ${this.state.at} reads under ${reading}`);
  }

  #count(side: Side): number {
    return this.installed.filter((one) => one.side === side).length;
  }

  #take(event: string, from: AnyState, { next, effects }: Stepped<State>): void {
    this.state = next;
    this.steps.push({ event, from: from.at, to: next.at, effects });
    for (const effect of effects) this.#apply(effect);
  }

  #apply(effect: Effect): void {
    const keys = this.#count('write');
    switch (effect.effect) {
      case 'send':
        this.#output.push({ kind: 'handshake', content: effect.raw, keys });
        return;
      case 'send-change-cipher-spec':
        this.#output.push({ kind: 'change-cipher-spec', keys });
        return;
      case 'alert':
        this.#output.push({ kind: 'alert', level: effect.level, description: effect.description, keys });
        return;
      case 'install':
        this.installed.push(effect);
        return;
      case 'tolerate-change-cipher-spec':
        this.#tolerates = effect.tolerate;
        return;
      case 'remember':
        if (effect.role === 'client') this.sessions.push(effect.session);
        this.#parts.remember?.(effect);
        return;
      case 'skip-early-data':
      case 'stop-skipping':
      case 'disclose':
      case 'resumption':
      case 'close':
        return;
    }
  }
}
