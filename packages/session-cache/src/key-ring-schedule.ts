import { type Bytes, TlsMisuse } from '@tlsmith/types';
import type { FleetKey } from './key-ring-document.ts';
import { cappedLifetime, clockTolerance } from './policy.ts';

/** When the keys of a fleet change; everybody in the fleet should be given the same. */
export interface KeyRingTimes {
  /** Seconds for which a session can be resumed at most; at most 604,800 count. */
  readonly lifetime: number;
  /** Seconds for which a key seals. */
  readonly rotateEvery: number;
  /**
   * Seconds for which a key is known before it seals, so that whoever gets a ticket under it has it; default 60. Longer
   * than anybody takes to look again.
   */
  readonly introduction?: number;
}

/** The same in milliseconds. */
export interface KeyRingSchedule {
  readonly lifetime: number;
  readonly rotateEvery: number;
  readonly introduction: number;
}

/**
 * Checks and converts the times.
 *
 * @throws {TlsMisuse} `rotation-out-of-range` unless `rotateEvery` is more than twice `introduction` and both are
 *   positive.
 */
export function keyRingSchedule({ lifetime, rotateEvery, introduction = 60 }: KeyRingTimes): KeyRingSchedule {
  if (!(introduction > 0 && rotateEvery > 2 * introduction && Number.isFinite(rotateEvery))) {
    throw new TlsMisuse('rotation-out-of-range', 'rotateEvery is more than twice introduction, in seconds');
  }
  return {
    lifetime: 1000 * cappedLifetime(lifetime),
    rotateEvery: 1000 * rotateEvery,
    introduction: 1000 * introduction,
  };
}

/**
 * The ring as it should be now, oldest key first: without the keys that are of no more use, and with a successor for a
 * key that will soon seal no more. The same array when nothing is to change.
 */
export function scheduledKeys(
  keys: readonly FleetKey[],
  now: number,
  schedule: KeyRingSchedule,
  draw: () => Pick<FleetKey, 'name' | 'key'>,
): readonly FleetKey[] {
  const { lifetime, rotateEvery, introduction } = schedule;
  const live = keys.filter((key) => isOfUse(key, now, schedule));
  const newest = live.at(-1);
  if (newest !== undefined && now < newest.sealUntil - 2 * introduction) {
    return live.length === keys.length ? keys : live;
  }
  // The first of all keys has nobody to wait for.
  const sealFrom = newest === undefined ? now : Math.max(newest.sealUntil, now + introduction);
  const sealUntil = sealFrom + rotateEvery;
  return [...live, { ...draw(), sealFrom, sealUntil, openUntil: sealUntil + lifetime }];
}

/** The key that seals now: the youngest that everybody knows, or the oldest where our clock is behind the others'. */
export function sealingKey<K extends Pick<FleetKey, 'sealFrom' | 'openUntil'>>(
  keys: readonly K[],
  now: number,
): K | undefined {
  const live = keys.filter((key) => now < key.openUntil);
  return live.findLast((key) => key.sealFrom <= now) ?? live[0];
}

/** Not over, and not from a future that only a wrong clock can have made. */
function isOfUse(key: FleetKey, now: number, { rotateEvery, introduction }: KeyRingSchedule): boolean {
  return now < key.openUntil && key.sealFrom <= now + rotateEvery + 2 * introduction + clockTolerance;
}

/** Overwrites the keys' bytes. */
export function wipeKeys(keys: readonly { readonly key: Bytes }[]): void {
  for (const { key } of keys) key.fill(0);
}
