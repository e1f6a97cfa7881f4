import type { ClientPolicy, ServerPolicy } from '@tlsmith/handshake';
import type { Bytes, ClientSession, CryptoProvider } from '@tlsmith/types';
import { type AnswerParts, machineAnswers, type TestCredential, testCredential } from './answers.ts';
import { begin, clientEnd, type MachinePair, type Route, serverEnd, shuttle } from './pair.ts';
import { testClientPolicy, testServerPolicy } from './policies.ts';
import type { SessionTable } from './session-table.ts';

/** A certificate with its private key, as the test PKI issues them. */
export interface Leaf {
  readonly chain: readonly Bytes[];
  readonly privateKeyPem: string;
}

/** What makes a pair; everything but provider and server's leaf has a default. */
export interface PairInput {
  readonly provider: CryptoProvider;
  readonly leaf: Leaf;
  /** The client's certificate. */
  readonly clientLeaf?: Leaf | undefined;
  readonly client?: Partial<ClientPolicy>;
  readonly server?: Partial<ServerPolicy>;
  /** The server's sessions; without them nothing is issued. */
  readonly sessions?: SessionTable | undefined;
  /** Milliseconds since the epoch, for both. */
  readonly now?: () => number;
  readonly clientAnswers?: Partial<AnswerParts>;
  readonly serverAnswers?: Partial<AnswerParts>;
}

/** A client and a server that agree on most things. */
export function machinePairFor(input: PairInput): MachinePair {
  const { provider, leaf, clientLeaf, sessions, now = () => 1_800_000_000_000 } = input;
  const credentials = (one: Leaf | undefined): readonly TestCredential[] =>
    one === undefined ? [] : [testCredential(provider, one)];
  const common = { provider, now };
  const client = clientEnd(
    testClientPolicy(provider, input.client),
    machineAnswers({ ...common, credentials: credentials(clientLeaf), ...input.clientAnswers }),
  );
  const server = serverEnd(
    testServerPolicy(provider, input.server),
    machineAnswers({ ...common, credentials: credentials(leaf), sessions, ...input.serverAnswers }),
    sessions,
  );
  return { client, server };
}

/** A pair to talk, and the session that its client offers. */
export type Scene = PairInput & { readonly session?: ClientSession | undefined };

/** Makes a pair and lets it talk until there is nothing more to say. */
export function talk(scene: Scene, route?: Route): MachinePair {
  return shuttle(begin(machinePairFor(scene), scene.session), route);
}
