import type { TestKeyType } from '@tlsmith/testkit/node';
import type { Bench } from './bench/bench.ts';
import type { Role, VersionName } from './cell.ts';
import { expectResult, expectThat } from './check.ts';
import {
  type ClientSetup,
  type ClientSide,
  greeting,
  type Result,
  type ServerSetup,
  type ServerSide,
  type Talk,
} from './side.ts';

/** Two sides that meet, one of them ours. */
export interface Pairing {
  readonly peer: string;
  /** Our role. */
  readonly role: Role;
  readonly client: ClientSide;
  readonly server: ServerSide;
  /** The server has to: nginx answers no close_notify with its own, and tstclnt waits for the server's. */
  readonly serverClosesFirst?: true;
  /** The server goes on without ALPN when none of the client's protocols is its own (against RFC 7301 §3.2). */
  readonly goesOnWithoutProtocol?: true;
  /** Alerts of the peer's by case, where it sends another than most. */
  readonly alerts?: Readonly<Record<string, string>>;
  /** The server sends its root, too: who does not trust it calls it self-signed. */
  readonly sendsRoot?: true;
  /** The client leaves after the server's close_notify without its own; TLS 1.3 notices (RFC 9846 §6.1). */
  readonly leavesWithoutGoodbye?: true;
}

/** One cell being played. */
export interface Match {
  readonly bench: Bench;
  readonly pairing: Pairing;
  readonly version: VersionName;
}

/** Something that is tried with every peer that can do it. */
export interface Case {
  readonly name: string;
  readonly versions: readonly VersionName[];
  play(match: Match): Promise<void>;
}

export const both: readonly VersionName[] = ['1.2', '1.3'];

/** How two sides meet; by default to an `echo` under an ECDSA certificate. */
export interface Occasion {
  readonly talk?: Talk;
  readonly keyType?: TestKeyType;
  readonly client?: Partial<ClientSetup>;
  readonly server?: Partial<ServerSetup>;
  /** What goes between them: takes the server's port and gives another. */
  readonly between?: (bench: Bench, port: number) => Promise<number>;
}

/** What both sides told, connection by connection. */
export interface Meeting {
  readonly client: readonly Result[];
  readonly server: readonly Result[];
}

/** Starts the server, has the client visit it, and collects what both tell. */
export async function meet({ bench, pairing, version }: Match, occasion: Occasion): Promise<Meeting> {
  const { keyType = 'p256', between } = occasion;
  const said = occasion.talk ?? 'echo';
  const talk = said === 'echo' && pairing.serverClosesFirst === true ? 'farewell' : said;
  const common = { versions: [version], talk, speech: speechOf(pairing, talk) };
  const server = await pairing.server.start(bench, {
    ...common,
    keyType,
    visits: occasion.client?.visits ?? 1,
    ...occasion.server,
  });
  const port = between === undefined ? server.port : await between(bench, server.port);
  const visits = await pairing.client.visit(bench, port, { ...common, ...occasion.client });
  const { said: words = (answer: string) => answer } = pairing.server;
  const client = visits.map((one) =>
    one.received === undefined ? one : { ...one, received: words(one.received) },
  );
  return { client, server: await server.results(client.length) };
}

/** The peer decides what is spoken; we speak everything. */
const speechOf = ({ role, client, server }: Pairing, talk: Talk): 'lines' | 'http' =>
  (role === 'client' ? server : client).speech(talk);

/** What must hold of a connection beside the usual. */
export interface Wanted {
  readonly both?: Result;
  readonly client?: Result;
  readonly server?: Result;
  readonly ours?: Result;
}

/**
 * Checks one connection of a meeting: what the cell is about, what holds of every good one (version, no alert, words
 * echoed, closed in order on both sides), and that both sides agree on what they negotiated.
 */
export function expectMeeting(match: Match, meeting: Meeting, wanted: Wanted = {}, visit = 0): void {
  const { role } = match.pairing;
  const usual: Result = {
    version: match.version,
    resumed: false,
    alpn: '',
    received: greeting,
    ending: 'clean',
    alert: '',
    error: '',
    ...wanted.both,
  };
  for (const side of ['client', 'server'] as const) {
    const ours = side === role;
    const result = withoutWaiting(match.pairing, side, at(meeting, side, visit));
    const all = { ...usual, ...wanted[side], ...(ours ? wanted.ours : {}) };
    expectResult(nameOf(match, side), result, all, ours ? 'strict' : 'lenient');
  }
  expectAgreement(meeting, visit);
}

/** Makes sure that both sides tell something of a connection, so that comparing it proves something. */
export function expectTold(meeting: Meeting, visit: number, ...facts: readonly (keyof Result)[]): void {
  for (const side of ['client', 'server'] as const) {
    const result = at(meeting, side, visit);
    for (const fact of facts) expectThat(result[fact] !== undefined, `the ${side} does not tell its ${fact}`);
  }
}

/** Checks a connection that must not come about. */
export function expectRefusal(match: Match, meeting: Meeting, wanted: Wanted): void {
  const { role } = match.pairing;
  for (const side of ['client', 'server'] as const) {
    const ours = side === role;
    const all = { ...wanted.both, ...wanted[side], ...(ours ? wanted.ours : {}) };
    expectResult(nameOf(match, side), at(meeting, side, 0), all, ours ? 'strict' : 'lenient');
  }
}

/** Node's HTTP server, which speaks for our server, leaves without waiting for the client's close_notify. */
function withoutWaiting({ role, client }: Pairing, side: Role, result: Result): Result {
  const left = side === 'server' && role === 'server' && client.speech('echo') === 'http';
  return left && result.ending === 'closed' ? { ...result, ending: 'clean' } : result;
}

function expectAgreement(meeting: Meeting, visit: number): void {
  const [client, server] = [at(meeting, 'client', visit), at(meeting, 'server', visit)];
  for (const fact of ['version', 'suite', 'group', 'resumed', 'alpn', 'exported'] as const) {
    const [one, other] = [client[fact], server[fact]];
    const agree = one === undefined || other === undefined || one === other;
    expectThat(agree, `the client says that ${fact} is ${String(one)}, the server ${String(other)}`);
  }
}

function at(meeting: Meeting, side: Role, visit: number): Result {
  const result = meeting[side][visit];
  expectThat(result !== undefined, `the ${side} tells of ${meeting[side].length} connections`);
  return result as Result;
}

const nameOf = ({ pairing }: Match, side: Role): string =>
  side === pairing.role ? `our ${side}` : pairing.peer;
