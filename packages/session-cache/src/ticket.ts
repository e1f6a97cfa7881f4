import { decodeServerSession, encodeServerSession } from '@tlsmith/codec';
import {
  type AeadAlgorithm,
  type Awaitable,
  type Bytes,
  concat,
  isDecodeError,
  noBytes,
  type ServerSession,
  TlsMisuse,
  utf8,
} from '@tlsmith/types';
import {
  KeyRing,
  type NamedKey,
  type NextKey,
  nameLength,
  nonceLength,
  type Ring,
  sealsPerKey,
  suitable,
} from './key-ring.ts';
import type { MissReason } from './decisions.ts';
import { cappedLifetime, isLive } from './policy.ts';

/** What was in a ticket. */
export interface OpenedTicket {
  readonly session: ServerSession;
  /**
   * Whether the ticket is worth replacing although its session goes on: the key that sealed it seals no more, and when it
   * is gone the ticket is useless. In TLS 1.2 the server then renews the ticket in the abbreviated handshake
   * (RFC 5077 §3.3); in TLS 1.3 every connection brings fresh ones.
   */
  readonly renew: boolean;
}

/** Makes tickets that hold the session themselves (RFC 9846 §4.7.1, RFC 5077 §4), and reads them. */
export interface TicketSealer {
  /** A ticket of at most 65,535 bytes; undefined when there is none to be had. */
  seal(session: ServerSession, now: number): Awaitable<Bytes | undefined>;
  /** What is in a ticket; undefined for any other bytes, and when the session's lifetime is over: `missed` is told. */
  open(
    ticket: Bytes,
    now: number,
    missed?: (reason: MissReason) => void,
  ): Awaitable<OpenedTicket | undefined>;
}

/** A sealer under AEAD keys, whose answers come at once. */
export interface TicketKeys extends TicketSealer {
  seal(session: ServerSession, now: number): Bytes | undefined;
  open(ticket: Bytes, now: number, missed?: (reason: MissReason) => void): OpenedTicket | undefined;
  /**
   * Seals any bytes to a `binding` that must be the same to open them. 44 bytes longer than `content`; undefined when
   * the keys are used up.
   */
  protect(content: Bytes, binding: Bytes, now: number): Bytes | undefined;
  /** What {@link protect} sealed, freshly allocated; undefined for anything else. */
  unprotect(sealed: Bytes, binding: Bytes, now: number): Bytes | undefined;
  /** Forgets all keys. Rotating ones go on with a new one. */
  destroy(): void;
}

/** What both makers of {@link TicketKeys} need. */
export interface TicketKeysCommon {
  /** AES-256-GCM or ChaCha20-Poly1305 of a provider; weaker than the sessions it protects it should not be. */
  readonly aead: AeadAlgorithm;
  /** Cryptographically secure random bytes. */
  random(length: number): Bytes;
  /** Values sealed under one key, if fewer than the 2^32 that random nonces allow. */
  readonly sealsPerKey?: number;
}

/**
 * Ticket keys that live in this process alone, each for a time: the newest seals, and one that no longer does opens
 * until the last session under it is over. Then it is destroyed, and with it the use of every recorded ticket.
 *
 * A ticket is key name (16 bytes), nonce (12 random bytes), ciphertext, tag; the name is authenticated with it.
 *
 * @param options.lifetime Seconds for which a session can be resumed at most; at most 604,800 count.
 * @param options.rotateEvery Seconds after which another key seals.
 * @throws {TlsMisuse} `aead-unsuitable` unless the AEAD's nonces have 12 bytes; `rotation-out-of-range` unless
 *   `rotateEvery` is positive.
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { ticketKeys } from '@tlsmith/session-cache';
 * const keys = ticketKeys({
 *   aead: node.aeads['aes-256-gcm'], random: node.random, lifetime: 86_400, rotateEvery: 43_200,
 * });
 * keys.open(Uint8Array.of(1, 2, 3), Date.now()); // undefined
 * ```
 */
export function ticketKeys(
  options: TicketKeysCommon & { readonly lifetime: number; readonly rotateEvery: number },
): TicketKeys {
  const aead = suitable(options.aead);
  const { rotateEvery } = options;
  if (!(rotateEvery > 0)) {
    throw new TlsMisuse('rotation-out-of-range', 'rotateEvery is a positive number of seconds');
  }
  const next: NextKey = (now) => {
    const material = options.random(aead.keyLength);
    const sealUntil = now + 1000 * rotateEvery;
    const openUntil = sealUntil + 1000 * cappedLifetime(options.lifetime);
    const key = { name: options.random(nameLength), key: aead.bind(material) };
    material.fill(0);
    return { ...key, madeAt: now, sealUntil, openUntil, seals: 0 };
  };
  return keysOver(new KeyRing([], next, sealLimit(options)), options);
}

/** A key that several processes or machines have in common. */
export interface SharedTicketKey {
  /** 16 bytes that name it, unlike any other's. */
  readonly name: Bytes;
  /** As long as the AEAD asks; copied. */
  readonly key: Bytes;
}

/**
 * Ticket keys that are given, in order to share them: the first seals, all open, none expires. To rotate, make new ones
 * with the new key at second place everywhere, then at first, and drop the old one when its sessions are over.
 * The limit of `sealsPerKey` counts in this process only: divide 2^32 by the number of processes.
 *
 * @throws {TlsMisuse} `aead-unsuitable` unless the AEAD's nonces have 12 bytes; `key-length` for a name or key of
 *   another length; `keys-missing` for none.
 */
export function sharedTicketKeys(
  options: TicketKeysCommon & { readonly keys: readonly SharedTicketKey[] },
): TicketKeys {
  if (options.keys.length === 0) throw new TlsMisuse('keys-missing', 'give at least one ticket key');
  const aead = suitable(options.aead);
  const keys = options.keys.map(({ name, key }) => {
    if (name.length !== nameLength || key.length !== aead.keyLength) {
      const wanted = `a name of ${nameLength} and a key of ${aead.keyLength} bytes`;
      throw new TlsMisuse('key-length', `${aead.name} takes ${wanted}`);
    }
    return { name: new Uint8Array(name), key: aead.bind(key), ...forever, seals: 0 };
  });
  return keysOver(new KeyRing(keys, () => undefined, sealLimit(options)), options);
}

/** Ticket keys that come from any ring. */
export function keysOver(ring: Ring, options: TicketKeysCommon): TicketKeys {
  return new Keys(ring, options);
}

/** How many values one key may seal. */
export const sealLimit = (options: TicketKeysCommon): number =>
  Math.min(options.sealsPerKey ?? sealsPerKey, sealsPerKey);

class Keys implements TicketKeys {
  readonly #ring: Ring;
  readonly #aead: AeadAlgorithm;
  readonly #random: (length: number) => Bytes;

  constructor(ring: Ring, options: TicketKeysCommon) {
    this.#ring = ring;
    this.#aead = options.aead;
    this.#random = (length) => options.random(length);
  }

  seal(session: ServerSession, now: number): Bytes | undefined {
    if (!isLive(session, now)) return undefined;
    const content = encodeServerSession(session);
    const ticket =
      content.length + this.#overhead > longestTicket ? undefined : this.protect(content, noBytes, now);
    content.fill(0);
    return ticket;
  }

  open(ticket: Bytes, now: number, missed?: (reason: MissReason) => void): OpenedTicket | undefined {
    const key = this.#keyOf(ticket, now);
    const content = key === undefined ? undefined : this.#opened(ticket, noBytes, key);
    const session = content === undefined ? undefined : sessionOf(content);
    if (key !== undefined && session !== undefined && isLive(session, now)) {
      return { session, renew: this.#ring.sealsNoMore(key, now) };
    }
    if (session === undefined) missed?.(key === undefined ? 'unknown-key' : 'unreadable');
    else missed?.('expired');
    return undefined;
  }

  protect(content: Bytes, binding: Bytes, now: number): Bytes | undefined {
    const ringKey = this.#ring.sealing(now);
    if (ringKey === undefined) return undefined;
    const nonce = this.#random(nonceLength);
    const sealed = new Uint8Array(content.length + this.#aead.tagLength);
    ringKey.key.seal(nonce, additional(ringKey.name, binding), content, noBytes, sealed);
    return concat(ringKey.name, nonce, sealed);
  }

  unprotect(sealed: Bytes, binding: Bytes, now: number): Bytes | undefined {
    const key = sealed.length < this.#overhead ? undefined : this.#keyOf(sealed, now);
    return key === undefined ? undefined : this.#opened(sealed, binding, key);
  }

  destroy(): void {
    this.#ring.destroy();
  }

  #keyOf(sealed: Bytes, now: number): NamedKey | undefined {
    return this.#ring.opening(sealed.subarray(0, nameLength), now);
  }

  #opened(sealed: Bytes, binding: Bytes, { name, key }: NamedKey): Bytes | undefined {
    if (sealed.length < this.#overhead) return undefined;
    const nonce = sealed.subarray(nameLength, nameLength + nonceLength);
    return key.open(nonce, additional(name, binding), sealed.subarray(nameLength + nonceLength));
  }

  get #overhead(): number {
    return nameLength + nonceLength + this.#aead.tagLength;
  }
}

/** The decoded session, or undefined; `content` is overwritten. */
export function sessionOf(content: Bytes): ServerSession | undefined {
  try {
    return decodeServerSession(content);
  } catch (error) {
    if (isDecodeError(error)) return undefined;
    throw error;
  } finally {
    content.fill(0);
  }
}

/** What is authenticated beside the ciphertext. The label keeps the keys' other uses, if any, apart. */
function additional(name: Bytes, binding: Bytes): Bytes {
  return concat(label, name, binding);
}

const label = utf8('tlsmith session');
const longestTicket = 65_535;
const forever = {
  madeAt: Number.NEGATIVE_INFINITY,
  sealUntil: Number.POSITIVE_INFINITY,
  openUntil: Number.POSITIVE_INFINITY,
};
