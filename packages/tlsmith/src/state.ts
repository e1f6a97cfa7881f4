import { type AnyState, type Effect, isConnected, type Negotiated } from '@tlsmith/handshake';
import { isSecret, type Secret } from '@tlsmith/types';

/** What was agreed on, once the state is a connected one. */
export function negotiatedIn(state: AnyState): Negotiated | undefined {
  return isConnected(state) ? state.negotiated : undefined;
}

/**
 * Wipes the secrets that a step left behind: those that were held and those of its effects, unless the new state holds
 * them. Sessions that were handed out are their receiver's.
 *
 * @param held Secrets of the old state.
 * @returns Secrets of the new one.
 */
export function retire(
  held: readonly Secret[],
  effects: readonly Effect[],
  next: AnyState,
): readonly Secret[] {
  const kept = secretsIn(next);
  for (const secret of held) if (!kept.includes(secret)) secret.wipe();
  for (const effect of effects) {
    if (effect.effect !== 'install') continue;
    for (const secret of secretsIn(effect.keys)) if (!kept.includes(secret)) secret.wipe();
  }
  return kept;
}

/** Wipes every secret of a state that nobody will leave any more. */
export function wipeState(state: AnyState): void {
  for (const secret of secretsIn(state)) secret.wipe();
}

/** Every secret in plain data. */
export function secretsIn(data: object): readonly Secret[] {
  const found: Secret[] = [];
  collect(data, found);
  return found;
}

/** What is only shown to users, and what has nothing but bytes in it, is passed over. */
function collect(data: object, found: Secret[]): void {
  for (const key in data) {
    if (withoutSecrets.has(key)) continue;
    const value = (data as Readonly<Record<string, unknown>>)[key];
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) continue;
    if (isSecret(value)) found.push(value);
    else collect(value, found);
  }
}

const withoutSecrets: ReadonlySet<string> = new Set([
  'log',
  'hello',
  'offered',
  'extensions',
  'suites',
  'hash',
  'negotiated',
  'peer',
  'suite',
  'error',
  'credential',
]);
