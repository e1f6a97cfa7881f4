import {
  type AeadAlgorithm,
  type AeadKey,
  type Awaitable,
  type Bytes,
  equal,
  isThenable,
  TlsMisuse,
  utf8,
} from '@tlsmith/types';
import { after, recovered } from './awaitable.ts';
import { type NamedKey, nameLength, type Ring, suitable } from './key-ring.ts';
import { decodeKeyRing, encodeKeyRing, type FleetKey } from './key-ring-document.ts';
import {
  type KeyRingSchedule,
  type KeyRingTimes,
  keyRingSchedule,
  scheduledKeys,
  sealingKey,
  wipeKeys,
} from './key-ring-schedule.ts';
import { keysOver, sealLimit, type TicketKeys, type TicketKeysCommon } from './ticket.ts';

/**
 * A place where a fleet keeps its ring: a file, a primary process, Redis. It holds one string of bytes and lets it be
 * replaced by who knows the present one.
 */
export interface KeyRingSource {
  /** What is there; undefined when nothing is. */
  read(): Awaitable<Bytes | undefined>;
  /**
   * Puts `next` in the place of `previous` (undefined: of nothing), in one step; false, and nothing changed, when
   * something else is there meanwhile.
   */
  replace(previous: Bytes | undefined, next: Bytes): Awaitable<boolean>;
}

/** What a key of the ring does at a moment. Times are milliseconds since the epoch. */
export interface KeyRingEntry extends Pick<FleetKey, 'name' | 'sealFrom' | 'sealUntil' | 'openUntil'> {
  readonly phase: 'introduced' | 'seals' | 'opens';
}

/** Ticket keys that a fleet has in common. */
export interface FleetTicketKeys extends TicketKeys {
  /**
   * Looks what the others have, adds a key when it is time for one, and forgets what is over. Call it at the start and
   * then every few seconds; it never throws or rejects for a source that fails: `onError` is told, and the keys that
   * are known go on.
   */
  refresh(now: number): Awaitable<void>;
  /** The keys known here, oldest first. */
  keys(now: number): readonly KeyRingEntry[];
}

/** Options of {@link fleetTicketKeys}. */
export interface FleetTicketKeysOptions extends TicketKeysCommon, KeyRingTimes {
  readonly source: KeyRingSource;
  /** Seals the ring where others can read the source: keys that all of the fleet are given, `sharedTicketKeys`. */
  readonly under?: TicketKeys;
  /** Told when the source fails, or holds what this fleet's `under` does not open: that is left alone. */
  readonly onError?: (error: unknown) => void;
}

/**
 * Ticket keys for many processes and machines, rotated by time without anybody's restart. A key is first introduced,
 * then seals for `rotateEvery` seconds, then opens for `lifetime` seconds more; then it is forgotten, and a ticket under
 * it leads to a full handshake. Who looks first makes the next key; all others find it before it seals. A key that is
 * removed from the source is of no more use anywhere after the next refresh.
 *
 * @throws {TlsMisuse} `aead-unsuitable` unless the AEAD's nonces have 12 bytes; `rotation-out-of-range` unless
 *   `rotateEvery` is more than twice `introduction`.
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { fleetTicketKeys } from '@tlsmith/session-cache';
 * import { keyRingFile } from '@tlsmith/session-cache/node';
 * const keys = fleetTicketKeys({
 *   aead: node.aeads['aes-256-gcm'], random: node.random,
 *   source: keyRingFile('/run/tls/ticket-keys'), lifetime: 86_400, rotateEvery: 43_200,
 * });
 * keys.refresh(Date.now());
 * setInterval(() => keys.refresh(Date.now()), 2000).unref();
 * ```
 */
export function fleetTicketKeys(options: FleetTicketKeysOptions): FleetTicketKeys {
  const schedule = keyRingSchedule(options);
  const aead = suitable(options.aead);
  const ring = new FleetRing(aead, sealLimit(options));
  const fleet = new Fleet(options, schedule, ring);
  const keys = keysOver(ring, options);
  return {
    seal: (session, now) => keys.seal(session, now),
    open: (ticket, now, missed) => keys.open(ticket, now, missed),
    protect: (content, binding, now) => keys.protect(content, binding, now),
    unprotect: (sealed, binding, now) => keys.unprotect(sealed, binding, now),
    destroy: () => keys.destroy(),
    refresh: (now) => fleet.refresh(now),
    keys: (now) => ring.entries(now),
  };
}

/** The exchange with the source. */
class Fleet {
  readonly #options: FleetTicketKeysOptions;
  readonly #schedule: KeyRingSchedule;
  readonly #ring: FleetRing;
  #running: Awaitable<void> | undefined;

  constructor(options: FleetTicketKeysOptions, schedule: KeyRingSchedule, ring: FleetRing) {
    this.#options = options;
    this.#schedule = schedule;
    this.#ring = ring;
  }

  refresh(now: number): Awaitable<void> {
    if (this.#running !== undefined) return this.#running;
    const done = recovered<unknown>(
      () => this.#attempt(now, attempts),
      (error) => this.#options.onError?.(error),
    );
    if (!isThenable(done)) return undefined;
    this.#running = after(done, () => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Reads, and writes when the ring is due for a change; somebody else's change makes it look again. */
  #attempt(now: number, left: number): Awaitable<void> {
    const { source } = this.#options;
    return after(source.read(), (stored) => {
      const found = stored === undefined ? [] : this.#opened(stored, now);
      const wanted = scheduledKeys(found, now, this.#schedule, () => this.#draw());
      const written = wanted === found ? true : source.replace(stored, this.#sealed(wanted, now));
      return after(written, (agreed) => {
        if (agreed) this.#ring.adopt(wanted);
        wipeKeys([...found, ...wanted]);
        return agreed || left <= 1 ? undefined : this.#attempt(now, left - 1);
      });
    });
  }

  #draw(): Pick<FleetKey, 'name' | 'key'> {
    const { random, aead } = this.#options;
    return { name: random(nameLength), key: random(aead.keyLength) };
  }

  #opened(stored: Bytes, now: number): readonly FleetKey[] {
    const { under, aead } = this.#options;
    const bytes = under === undefined ? stored : under.unprotect(stored, binding, now);
    const keys = bytes === undefined ? undefined : decodeKeyRing(bytes);
    if (under !== undefined) bytes?.fill(0);
    if (keys?.every(({ key }) => key.length === aead.keyLength) === true) return keys;
    throw new TlsMisuse(
      'key-ring-foreign',
      'the source holds no ring of this fleet: check its key, or remove it',
    );
  }

  #sealed(keys: readonly FleetKey[], now: number): Bytes {
    const { under } = this.#options;
    const bytes = encodeKeyRing(keys);
    const sealed = under === undefined ? bytes : under.protect(bytes, binding, now);
    if (under !== undefined) bytes.fill(0);
    if (sealed !== undefined) return sealed;
    throw new TlsMisuse('key-ring-unsealed', 'the keys that seal the ring are used up: give new ones');
  }
}

interface HeldKey extends NamedKey, Omit<FleetKey, 'key'> {
  readonly key: AeadKey;
  seals: number;
}

/** The keys as this process has bound them, oldest first. */
class FleetRing implements Ring {
  readonly #aead: AeadAlgorithm;
  readonly #limit: number;
  #held: readonly HeldKey[] = [];

  constructor(aead: AeadAlgorithm, limit: number) {
    this.#aead = aead;
    this.#limit = limit;
  }

  sealing(now: number): NamedKey | undefined {
    const key = sealingKey(this.#held, now);
    if (key === undefined || key.seals >= this.#limit) return undefined;
    key.seals++;
    return key;
  }

  opening(name: Bytes, now: number): NamedKey | undefined {
    return this.#held.find((held) => now < held.openUntil && equal(held.name, name));
  }

  /** A key that others seal with before our clock says so is not: ours would be the older one. */
  sealsNoMore(key: NamedKey, now: number): boolean {
    const held = this.#held.find((one) => one === key);
    return held !== sealingKey(this.#held, now) && !(held !== undefined && held.sealFrom > now);
  }

  destroy(): void {
    this.adopt([]);
  }

  /** Takes over a ring; of what it knows already it keeps the bound keys. */
  adopt(keys: readonly FleetKey[]): void {
    const before = this.#held;
    this.#held = keys.map((key) => {
      const held = before.find(({ name }) => equal(name, key.name));
      return { ...key, key: held?.key ?? this.#aead.bind(key.key), seals: held?.seals ?? 0 };
    });
    for (const one of before) {
      if (!this.#held.some(({ key }) => key === one.key)) one.key.destroy();
    }
  }

  entries(now: number): readonly KeyRingEntry[] {
    const sealing = sealingKey(this.#held, now);
    return this.#held.map((held) => {
      const { name, sealFrom, sealUntil, openUntil } = held;
      const phase = held === sealing ? 'seals' : sealFrom > now ? 'introduced' : 'opens';
      return { name, sealFrom, sealUntil, openUntil, phase };
    });
  }
}

// Somebody else's change may come in between this often; then the next refresh will do.
const attempts = 5;
const binding = utf8('tlsmith key ring');
