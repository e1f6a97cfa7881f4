import type { Work } from '../ask.ts';
import { type At, edge as makeEdge, type Go, go as makeGo, type MakeEdge, type Step } from '../machine.ts';
import type { ServerPolicy } from '../policy.ts';
import type { Server12Facts } from '../server12/states.ts';
import type { Server13Facts } from '../server13/states.ts';

/** States before the version is known. */
export interface ServerStartFacts {
  readonly 'server/wait-client-hello': object;
}

/** Every state of a server. */
export type ServerFacts = ServerStartFacts & Server13Facts & Server12Facts;

/** A server's state of one of these names. */
export type In<N extends keyof ServerFacts> = At<ServerFacts, N>;
/** Work that lands a server in one of these states. */
export type Landing<N extends keyof ServerFacts> = Work<Step<ServerFacts, N>>;

export const go: Go<ServerFacts> = makeGo();
export const edge: MakeEdge<ServerFacts, ServerPolicy> = makeEdge();
