import type { Version } from '@tlsmith/types';

/** A server as clients see it: sessions of one must never be resumed by another of another context or ring. */
export interface Target {
  readonly context: 'shop' | 'bank';
  readonly ring: 'first' | 'second';
  /** Tickets that hold the session, or session IDs and tickets that name one in the store. */
  readonly plan: 'sealed' | 'stored';
}

/** Both plans under two contexts, and the first context again under a key ring of its own. */
export const targets: readonly Target[] = (['sealed', 'stored'] as const).flatMap((plan) => [
  { context: 'shop', ring: 'first', plan },
  { context: 'bank', ring: 'first', plan },
  { context: 'shop', ring: 'second', plan },
]);

/** The names that every server answers to. */
export const names = ['one.example', 'two.example'] as const;

/** What a session belongs to: it is resumed here, in whatever process, and nowhere else. */
export interface Origin {
  readonly target: number;
  readonly name: (typeof names)[number];
  readonly version: Version;
}

export const origins: readonly Origin[] = targets.flatMap((_, target) =>
  names.flatMap((name) => (['tls13', 'tls12'] as const).map((version) => ({ target, name, version }))),
);

/** What a server process is started with, as JSON in its environment. */
export interface ServerSetting {
  /** Of each name: chain and key as PEM. */
  readonly identities: readonly { readonly name: string; readonly chain: string; readonly key: string }[];
  /** Hexadecimal; seals the rings where others could read them. */
  readonly master: string;
  /** Where Redis listens; without it the processes are workers of a cluster. */
  readonly redis?: number;
  readonly limitMs: number;
}

/** What a server process says when it listens: the ports, one for each target. */
export interface Listening {
  readonly ports: readonly number[];
}

/** The line with which a server greets every connection. */
export interface Greeting {
  readonly pid: number;
  readonly target: number;
  readonly name: string | undefined;
  readonly resumed: boolean;
}
