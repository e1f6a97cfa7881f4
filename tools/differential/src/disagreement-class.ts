import type { PeerName } from './peers.ts';

/** Disagreements that have the same cause, and what the standards say about it. */
export interface DisagreementClass {
  readonly name: string;
  readonly peer: PeerName;
  readonly refusedBy: 'ours' | 'theirs';
  /** Any of these is part of the chain. */
  readonly mutations: readonly string[];
  /** What the side that refuses says. */
  readonly reason: RegExp;
  /** A chain that shows it. */
  readonly seed: number;
  /** Who is right by the sentence; `both` where it leaves the choice. */
  readonly right: 'ours' | 'theirs' | 'both';
  /** What the sentence says, in our words. */
  readonly decidedBy: string;
  readonly section: string;
}
