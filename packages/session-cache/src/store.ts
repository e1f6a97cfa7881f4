import { type Awaitable, type Bytes, fromUtf8 } from '@tlsmith/types';

/** How a client names a session: by the ID of TLS 1.2 (RFC 5246 §7.4.1.2) or by a ticket of either version. */
export type SessionKind = 'session-id' | 'ticket';

/** A key of a store: the kind and hexadecimal digits, so that one kind's ID never finds the other's session. */
export type StoreKey = `${SessionKind}:${string}`;

/** When a value is put, and from when on it is gone; milliseconds since the epoch. */
export interface StoreTimes {
  readonly expiresAt: number;
  readonly now: number;
}

/**
 * Where sessions are kept. In memory or elsewhere, at once or later; time is always an argument.
 *
 * A store may forget anything at any moment, for a forgotten session only costs a full handshake. It must not do
 * three things: return a value at or after its `expiresAt`, return one under a key that it was not put under, or let
 * two callers `take` the same value.
 *
 * A store outside the process holds bytes, never sessions in the clear: `sealedStore` puts one behind encryption.
 * Keys are not secret to it; with stored tickets a key is the ticket, which is of no use without the session's secret.
 */
export interface SessionStore<S = Bytes> {
  /** The value, which stays in the store; undefined when there is none or it has expired. */
  get(key: StoreKey, now: number): Awaitable<S | undefined>;
  /** Keeps a value, in the place of another under this key; one that has already expired is not kept. */
  put(key: StoreKey, value: S, times: StoreTimes): Awaitable<void>;
  /** Reads and deletes in one step: of two concurrent calls at most one gets the value. */
  take(key: StoreKey, now: number): Awaitable<S | undefined>;
}

/**
 * The key of a session ID or stored ticket.
 *
 * @example
 * ```ts
 * import { storeKey } from '@tlsmith/session-cache';
 * storeKey('session-id', Uint8Array.of(0xca, 0xfe)); // 'session-id:cafe'
 * ```
 */
export function storeKey(kind: SessionKind, id: Bytes): StoreKey {
  const start = kind.length + 1;
  const length = start + 2 * id.length;
  const text = length <= scratch.length ? scratch.subarray(0, length) : new Uint8Array(length);
  for (let index = 0; index < kind.length; index++) text[index] = kind.charCodeAt(index);
  text[kind.length] = colon;
  for (let index = 0; index < id.length; index++) {
    const byte = id[index] as number;
    text[start + 2 * index] = digit(byte >> 4);
    text[start + 2 * index + 1] = digit(byte & 15);
  }
  // Decoded rather than concatenated: a string that grew piece by piece takes twelve times the memory of a flat one.
  return fromUtf8(text) as StoreKey;
}

/** The character code of a hexadecimal digit. */
const digit = (value: number): number => value + (value < 10 ? 48 : 87);
const colon = 58;
// Arrays from 65 bytes on lie outside the heap, and making one takes longer than all the rest.
const scratch = new Uint8Array(256);
