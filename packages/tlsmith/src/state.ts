import { type AnyState, type Effect, isConnected, type Negotiated } from '@tlsmith/handshake';
import { isSecret, type Secret } from '@tlsmith/types';

/** What was agreed on, once the state is a connected one. */
export function negotiatedIn(state: AnyState): Negotiated | undefined {
  return isConnected(state) ? state.negotiated : undefined;
}

/** The secrets in the state of a connection, looked for once, when the state is reached. */
export class HeldSecrets {
  #held: readonly Secret[];

  constructor(state: AnyState) {
    this.#held = secretsIn(state);
  }

  /**
   * Wipes the secrets that a step left behind: those that were held and those of its effects, unless the new state holds
   * them. Sessions that were handed out are their receiver's.
   */
  retire(effects: readonly Effect[], next: AnyState): void {
    const kept = secretsIn(next);
    const unlessKept = (secret: Secret): void => {
      if (!kept.includes(secret)) secret.wipe();
    };
    this.#held.forEach(unlessKept);
    for (const effect of effects) {
      if (effect.effect === 'install') secretsIn(effect.keys).forEach(unlessKept);
    }
    this.#held = kept;
  }

  /** Wipes them all: nobody will leave this state any more. */
  wipe(): void {
    for (const secret of this.#held) secret.wipe();
    this.#held = [];
  }
}

/** Every secret in plain data. */
function secretsIn(data: object): readonly Secret[] {
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
