import type { ClientHello, ExtensionList, MessageOf } from '@tlsmith/codec';
import type { EarlyStage, Transcript } from '@tlsmith/key-schedule';
import type { Bytes, ClientSession } from '@tlsmith/types';
import type { Client12Facts } from '../client12/states.ts';
import type { Client13Facts } from '../client13/states.ts';
import type { Work } from '../ask.ts';
import { type At, edge as makeEdge, type Go, go as makeGo, type MakeEdge, type Step } from '../machine.ts';
import type { ClientPolicy } from '../policy.ts';

/** A key share that went out; its private half stays with the connection. */
export interface OfferedShare {
  readonly group: number;
  readonly key: number;
}

/** What the ClientHello said, as far as later messages are judged by it. */
export interface Offer {
  readonly random: Bytes;
  readonly sessionId: Bytes;
  readonly suites: readonly number[];
  /** Types of all extensions sent: the server may answer these only. */
  readonly extensions: readonly number[];
  readonly shares: readonly OfferedShare[];
  readonly session: ClientSession | undefined;
  /** Early secret of the offered PSK. */
  readonly early: EarlyStage | undefined;
  /** Of `extensions`, those of modules. */
  readonly modules: ExtensionList;
}

/** What a HelloRetryRequest said (RFC 9846 §4.2.4). */
export interface Retry {
  readonly cipherSuite: number;
  readonly group: number | undefined;
  readonly cookie: Bytes | undefined;
}

/** What a client knows while its hello waits for an answer. */
export interface Greeted {
  readonly hello: MessageOf<{ client_hello: ClientHello }>;
  readonly offer: Offer;
  readonly log: Transcript;
}

/** States before ServerHello. */
export interface ClientStartFacts {
  readonly 'client/start': object;
  readonly 'client/wait-server-hello': Greeted;
  /** The version is settled: it is TLS 1.3. */
  readonly 'client/wait-server-hello-after-retry': Greeted & { readonly retry: Retry };
}

/** Every state of a client. */
export type ClientFacts = ClientStartFacts & Client13Facts & Client12Facts;

/** A client's state of one of these names. */
export type In<N extends keyof ClientFacts> = At<ClientFacts, N>;
/** Work that lands a client in one of these states. */
export type Landing<N extends keyof ClientFacts> = Work<Step<ClientFacts, N>>;

export const go: Go<ClientFacts> = makeGo();
export const edge: MakeEdge<ClientFacts, ClientPolicy> = makeEdge();
