import type { MessageContext } from '@tlsmith/codec';
import type { Ask, ClientState, Negotiated, Work } from '@tlsmith/handshake';
import { type Answer, type Bytes, drive } from '@tlsmith/types';

/** What a connection tells its user. */
export interface User {
  connected(negotiated: Negotiated): void;
  data(bytes: Bytes): void;
  /** The connection is over: in good order, or by this error. Comes once. */
  closed(error?: Error): void;
}

/** What a user may do with a connection once it is connected. */
export interface Plaintext {
  send(bytes: Bytes): void;
  close(): void;
}

type Connected = Extract<ClientState, { readonly negotiated: Negotiated; readonly proof: unknown }>;

/** Whether the handshake is done: the states from which application data may flow. */
export function isConnected(state: ClientState): state is Connected {
  return state.at === 'client13/connected' || state.at === 'client12/connected';
}

/** What decoding the next message must know. The example offers no RSA key exchange, so TLS 1.2 always means ECDHE. */
export function contextOf({ at }: ClientState): MessageContext {
  const version = at.startsWith('client13/') ? 'tls13' : at.startsWith('client12/') ? 'tls12' : undefined;
  return { version, keyExchange: 'ecdhe' };
}

/** Runs work to its end. With node:crypto every answer is there at once; other providers may make `drive` wait. */
export function now<T>(work: Work<T>, answer: Answer<Ask>): T {
  return drive(work, answer) as T;
}
