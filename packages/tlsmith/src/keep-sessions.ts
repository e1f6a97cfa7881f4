import type { Ask, Effect } from '@tlsmith/handshake';
import { type Answer, isThenable, type Work } from '@tlsmith/types';
import type { EffectHost } from './effects.ts';

/** Makes a connection wait for something of its own, between asks of the machine. */
export interface Wait {
  readonly ask: 'wait';
  readonly until: PromiseLike<unknown>;
}

/** What a connection does about one event. */
export type Job = Work<void, Ask | Wait>;

/**
 * A server keeps a session before it sends what completes the handshake: whoever has our Finished may be back at another
 * process at once, and should be known there. A failing store is the cache's to tell of; here it only ends the wait.
 */
export function* keepSessions(effects: readonly Effect[], host: EffectHost): Work<void, Wait> {
  for (const effect of effects) {
    if (effect.effect !== 'remember' || effect.role !== 'server') continue;
    const kept = host.remember(effect);
    if (isThenable(kept)) yield { ask: 'wait', until: kept.then(undefined, () => undefined) };
  }
}

/** A client's sessions go to its owner, once the handshake is done. */
export function handOver(effects: readonly Effect[], host: EffectHost): void {
  for (const effect of effects) {
    if (effect.effect === 'remember' && effect.role === 'client') void host.remember(effect);
  }
}

/** Answers that can wait, too. */
export const answering =
  (answer: Answer<Ask>): Answer<Ask | Wait> =>
  (ask, asker) =>
    ask.ask === 'wait' ? ask.until : answer(ask, asker);
