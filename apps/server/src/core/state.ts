import type { Ask, Negotiated, Work } from '@tlsmith/handshake';
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

/** Runs work to its end. With node:crypto every answer is there at once; other providers may make `drive` wait. */
export function now<T>(work: Work<T>, answer: Answer<Ask>): T {
  return drive(work, answer) as T;
}
