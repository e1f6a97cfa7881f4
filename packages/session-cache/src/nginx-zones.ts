import { type AeadAlgorithm, type CryptoProvider, TlsMisuse } from '@tlsmith/types';
import { agreeing, type NginxZoneSize } from './nginx-cache.ts';
import { sharedMemoryTicketKeys } from './shared-keys.ts';
import { sharedMemoryStore } from './shared-memory.ts';
import type { SessionStore } from './store.ts';
import type { TicketKeys } from './ticket.ts';

/** A shared cache: sealed sessions, and the ticket keys that all who share it have in common. */
export interface NginxZone {
  readonly store: SessionStore;
  /** Keys that change by themselves; sessions live for `lifetime` seconds at most. */
  keys(lifetime: number): TicketKeys;
}

/** Where `shared:name:size` leads. Another implementation may lead to other processes. */
export interface NginxZones {
  /**
   * The zone of this name, made when it is first asked for.
   *
   * @throws {TlsMisuse} `zone-conflict` when it exists with another size.
   */
  open(zone: NginxZoneSize): NginxZone;
}

/** Zones in memory that worker threads share. */
export interface SharedMemoryZones extends NginxZones {
  /** Each zone's memory by name: workerData for threads. */
  readonly memory: Readonly<Record<string, SharedArrayBuffer>>;
}

/** Options of {@link sharedMemoryZones}. */
export interface SharedMemoryZonesOptions {
  readonly provider: Pick<CryptoProvider, 'random'>;
  /** Seals sessions and tickets. */
  readonly aead: AeadAlgorithm;
  /** In a worker: what the main thread's zones have in `memory`. Zones that are not in it are refused. */
  readonly memory?: Readonly<Record<string, SharedArrayBuffer>>;
}

/**
 * Zones for `shared:name:size`: a name that is used twice is one cache, and must have one size.
 *
 * @throws {TlsMisuse} from `open`: `zone-conflict` for another size, `zone-missing` in a worker for a name that the main
 *   thread did not open.
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { sharedMemoryZones } from '@tlsmith/session-cache';
 * const zones = sharedMemoryZones({ provider: node, aead: node.aeads['aes-256-gcm'] });
 * zones.open({ name: 'SSL', bytes: 2 ** 20 });
 * Object.keys(zones.memory); // ['SSL']: give `zones.memory` to workers
 * ```
 */
export function sharedMemoryZones(options: SharedMemoryZonesOptions): SharedMemoryZones {
  // Without a prototype, whose members would be zones otherwise.
  const memory = Object.assign(Object.create(null) as Record<string, SharedArrayBuffer>, options.memory);
  const opened = new Map<string, NginxZone>();
  const open = (zone: NginxZoneSize): NginxZone => {
    const given = memory[zone.name];
    if (given === undefined && options.memory !== undefined) {
      throw new TlsMisuse(
        'zone-missing',
        `the shared memory zone "${zone.name}" is not open in the main thread`,
      );
    }
    const { name, bytes } = agreeing(zone, given === undefined ? [] : [{ ...zone, bytes: given.byteLength }]);
    const own = given ?? allocated(name, bytes);
    memory[name] = own;
    const known = opened.get(name) ?? zoneOver(own, options);
    opened.set(name, known);
    return known;
  };
  return { open, memory };
}

function zoneOver(memory: SharedArrayBuffer, { provider, aead }: SharedMemoryZonesOptions): NginxZone {
  const { random } = provider;
  return {
    store: sharedMemoryStore(memory, provider),
    keys: (lifetime) => sharedMemoryTicketKeys({ memory, aead, random, lifetime }),
  };
}

function allocated(name: string, bytes: number): SharedArrayBuffer {
  try {
    return new SharedArrayBuffer(bytes);
  } catch {
    throw new TlsMisuse(
      'zone-too-big',
      `${bytes} bytes of shared memory for zone "${name}" are not to be had`,
    );
  }
}
