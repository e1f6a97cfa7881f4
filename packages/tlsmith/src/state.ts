import { type AnyState, type Effect, isConnected, type Negotiated } from '@tlsmith/handshake';
import { isSecret, type Secret } from '@tlsmith/types';

/** What was agreed on, once the state is a connected one. */
export function negotiatedIn(state: AnyState): Negotiated | undefined {
  return isConnected(state) ? state.negotiated : undefined;
}

/**
 * Wipes the secrets that a step left behind: those of the old state and its effects that the new state does not hold.
 * Sessions that were handed out are their receiver's.
 */
export function retire(old: AnyState, effects: readonly Effect[], next: AnyState): void {
  const kept = new Set<Secret>();
  collect(next, kept);
  const left = new Set<Secret>();
  collect(old, left);
  for (const effect of effects) if (effect.effect === 'install') collect(effect.keys, left);
  for (const secret of left) if (!kept.has(secret)) secret.wipe();
}

/** Wipes every secret of a state that nobody will leave any more. */
export function wipeState(state: AnyState): void {
  retire(state, [], { at: 'closed' });
}

/** Finds secrets in plain data. What is only shown to users, and what has nothing but bytes in it, is passed over. */
function collect(value: unknown, found: Set<Secret>): void {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
  if (isSecret(value)) {
    found.add(value);
    return;
  }
  for (const key in value) {
    if (!withoutSecrets.has(key)) collect((value as Readonly<Record<string, unknown>>)[key], found);
  }
}

const withoutSecrets: ReadonlySet<string> = new Set([
  'log',
  'hello',
  'negotiated',
  'peer',
  'suite',
  'error',
  'credential',
]);
