import {
  CertificateRejected,
  ConnectionFailed,
  isCertificateRejected,
  isConnectionFailed,
  isDecodeError,
  isTlsViolation,
  type TlsViolation,
  violation,
  violations,
} from '@tlsmith/types';
import type { Work } from './ask.ts';
import { decodeViolation } from './decode-violation.ts';
import type { Effect } from './effect.ts';
import type { EventOf, MachineEvent } from './event.ts';

/** A state: its name and what is known there, for every name in `N`. `F` maps names to facts. */
export type At<F, N extends keyof F> = { [K in N]: { readonly at: K } & Readonly<F[K]> }[N];

/** Where an edge lands, and what is to be done on the way. */
export interface Step<F, N extends keyof F> {
  readonly next: At<F, N>;
  /** In wire order. */
  readonly effects: readonly Effect[];
  /** Never set: lets the compiler see `N`. */
  readonly lands?: N;
}

/** Makes a step. Facts are exact: a surplus one (`{...s}` into a smaller state) does not compile. */
export type Go<F> = <N extends keyof F, G extends F[N]>(
  at: N,
  facts: G & { readonly [K in Exclude<keyof G, keyof F[N]>]: never },
  ...effects: readonly Effect[]
) => Step<F, N>;

/** One cell of a table: the generator that runs, and under which condition it lands where. */
export interface Edge<in State, in Event, in Policy> {
  readonly run: (state: State, event: Event, policy: Policy) => Work<Step<never, never>>;
  /** Landing states, each with the condition in words; drawn in the diagrams. */
  readonly to: Readonly<Record<string, string>>;
}

/** Makes a cell; `to` must name exactly the landings that the generator's written return type declares. */
export type MakeEdge<F, Policy> = <State, Event, N extends keyof F & string>(
  run: (state: State, event: Event, policy: Policy) => Work<Step<F, N>>,
  to: { readonly [K in N]: string },
) => Edge<State, Event, Policy>;

/** States x events. A blank cell is `unexpected-message`. */
export type Table<F, Names extends keyof F, Bodies, Policy> = {
  readonly [N in Names]: {
    readonly [E in keyof Bodies | 'start' | 'change-cipher-spec' | 'update-keys']?: Edge<
      At<F, N>,
      EventOf<Bodies, E>,
      Policy
    >;
  };
};

/** A whole role: the union of its tables, as the interpreter sees it. */
export type Machine<State extends AnyState, Policy> = Readonly<
  Record<string, Readonly<Record<string, Edge<never, never, Policy>>>>
> & { readonly [phantom]?: State };
declare const phantom: unique symbol;

/** Any state. */
export interface AnyState {
  readonly at: string;
}

/** The end of a connection that went wrong. */
export interface Failed {
  readonly at: 'failed';
  readonly error: Error;
}

/** What interpreting one event gives. */
export interface Stepped<State extends AnyState> {
  readonly next: State | Failed;
  readonly effects: readonly Effect[];
}

/** The one implementation behind every {@link Go}. */
export function go<F>(): Go<F> {
  return (at, facts, ...effects) => ({ next: { at, ...facts } as never, effects });
}

/** The one implementation behind every {@link MakeEdge}. */
export function edge<F, Policy>(): MakeEdge<F, Policy> {
  return (run, to) => ({ run: run as never, to });
}

/** Joins the tables of a role. */
export function machine<State extends AnyState, Policy>(
  ...tables: readonly object[]
): Machine<State, Policy> {
  return Object.freeze(Object.assign({}, ...tables));
}

/**
 * Interprets one event: the only interpreter. Never throws; every error becomes the state `failed` with its alert.
 */
export function* step<State extends AnyState, Policy>(
  machine: Machine<State, Policy>,
  policy: Policy,
  state: State | Failed,
  event: MachineEvent,
): Work<Stepped<State>> {
  try {
    const cell = machine[state.at]?.[event.event];
    if (cell === undefined) throw violation(unexpected(event), { state: state.at, event: event.event });
    if (endsFlight.has(event.event) && 'aligned' in event && !event.aligned) {
      throw violation(violations.flightNotAligned, { state: state.at, event: event.event });
    }
    const taken: Stepped<State> = yield* cell.run(state as never, event as never, policy) as Work<
      Stepped<State>
    >;
    if ('aligned' in event && !event.aligned && taken.effects.some(changesReadKeys)) {
      throw violation(violations.keyChangeNotAligned, { state: state.at, event: event.event });
    }
    return taken;
  } catch (cause) {
    return failure(cause);
  }
}

/** The end of a connection after an error, with the alert that the peer is owed. */
export function failure(cause: unknown): { readonly next: Failed; readonly effects: readonly Effect[] } {
  const error = typed(cause);
  const description =
    error instanceof ConnectionFailed || !('alert' in error) ? 'internal_error' : error.alert;
  return {
    next: { at: 'failed', error },
    effects: [{ effect: 'alert', level: 'fatal', description }, { effect: 'close' }],
  };
}

/** Turns whatever was thrown into one of the typed errors. */
function typed(cause: unknown): TlsViolation | CertificateRejected | ConnectionFailed {
  if (isTlsViolation(cause) || isCertificateRejected(cause) || isConnectionFailed(cause)) return cause;
  if (isDecodeError(cause)) return decodeViolation(cause);
  return new ConnectionFailed('internal', 'the handshake failed for a reason of our own', { cause });
}

// Who has said one of these waits for an answer: TLS 1.3 asks for the end of the record (RFC 9846 §5.1), and in TLS 1.2
// nothing that follows could be in order.
const endsFlight: ReadonlySet<string> = new Set([
  'client_hello',
  'hello_retry_request',
  'server_hello_done',
  'finished',
]);

const changesReadKeys = (effect: Effect): boolean => effect.effect === 'install' && effect.side === 'read';

const unexpected = (event: MachineEvent) =>
  event.event === 'change-cipher-spec' ? violations.unexpectedChangeCipherSpec : violations.unexpectedMessage;
