import {
  type ClientPolicy,
  type ClientState,
  clientMachine,
  type ServerPolicy,
  type ServerState,
  serverMachine,
} from '@tlsmith/handshake';
import { type Answer, type Bytes, type ClientSession, equal, type Role } from '@tlsmith/types';
import type { Ask } from '@tlsmith/handshake';
import { type Installation, MachineEnd, type Parcel } from './end.ts';
import type { SessionTable } from './session-table.ts';

export type ClientEnd = MachineEnd<ClientState, ClientPolicy>;
export type ServerEnd = MachineEnd<ServerState, ServerPolicy>;

/** A client's machine and a server's, with nothing between them. */
export interface MachinePair {
  readonly client: ClientEnd;
  readonly server: ServerEnd;
}

/** What becomes of a parcel on its way: nothing, itself, others. */
export type Route = (parcel: Parcel, from: MachineEnd) => readonly Parcel[];

/** A client's machine before its first word. */
export function clientEnd(policy: ClientPolicy, answer: Answer<Ask>): ClientEnd {
  return new MachineEnd({
    role: 'client',
    machine: clientMachine,
    policy,
    start: { at: 'client/start' },
    answer,
  });
}

/** A server's machine; sessions under TLS 1.2 IDs go into `sessions`. */
export function serverEnd(policy: ServerPolicy, answer: Answer<Ask>, sessions?: SessionTable): ServerEnd {
  return new MachineEnd({
    role: 'server',
    machine: serverMachine,
    policy,
    start: { at: 'server/wait-client-hello' },
    answer,
    remember: (remembered) => {
      if (remembered.role === 'server') sessions?.keep('session-id', remembered.id, remembered.session);
    },
  });
}

/** Lets the client begin, with a session to offer or without. */
export function begin(pair: MachinePair, session?: ClientSession): MachinePair {
  pair.client.handle({ event: 'start', session });
  return pair;
}

/**
 * Carries parcels to and fro until there are none, or until `until` says so, which is asked before each.
 *
 * @example
 * ```ts
 * import { node } from '@tlsmith/crypto/node';
 * import { begin, issue, machinePairFor, makeAuthority, shuttle } from '@tlsmith/testkit/node';
 * const leaf = issue(makeAuthority({ name: 'Root' }), { subject: 'server', dns: ['server.example'] });
 * shuttle(begin(machinePairFor({ provider: node, leaf }))).client.state.at; // 'client13/connected'
 * ```
 */
export function shuttle(
  pair: MachinePair,
  route: Route = (parcel) => [parcel],
  until: () => boolean = () => false,
): MachinePair {
  const client = pair.client as MachineEnd;
  const server = pair.server as MachineEnd;
  while (!until()) {
    const [parcel, from, to] = next(client, server) ?? next(server, client) ?? [];
    if (parcel === undefined || from === undefined) return pair;
    for (const arriving of route(parcel, from)) to?.receive(arriving);
  }
  return pair;
}

/** Carries parcels until the end of this role waits in this state; what is under way stays under way. */
export function reach(pair: MachinePair, role: Role, at: string, route?: Route): MachineEnd {
  const end = pair[role] as MachineEnd;
  shuttle(pair, route, () => end.state.at === at);
  if (end.state.at !== at) throw new Error(`the ${role} is in ${end.state.at}, not in ${at}`);
  return end;
}

/** Joins neighbouring handshake parcels of the same keys into one record, as a connection that corks does. */
export function coalesced(parcels: readonly Parcel[]): readonly Parcel[] {
  const joined: Parcel[] = [];
  for (const parcel of parcels) {
    const last = joined.at(-1);
    if (last?.kind === 'handshake' && parcel.kind === 'handshake' && last.keys === parcel.keys) {
      const content = new Uint8Array([...last.content, ...parcel.content]);
      joined.splice(-1, 1, { ...last, content });
    } else joined.push(parcel);
  }
  return joined;
}

/** Cuts handshake parcels into records of at most `size` bytes. */
export function fragmented(parcels: readonly Parcel[], size: number): readonly Parcel[] {
  return parcels.flatMap((parcel) => (parcel.kind === 'handshake' ? pieces(parcel, size) : [parcel]));
}

/** Whether what the client writes under is what the server reads under, for every change of keys, and the reverse. */
export function keysAgree({ client, server }: MachinePair): boolean {
  const halves = [
    [client.installed, server.installed],
    [server.installed, client.installed],
  ] as const;
  return halves.every(([writer, reader]) => {
    const written = writer.filter(({ side }) => side === 'write').map(keyBytes);
    const read = reader.filter(({ side }) => side === 'read').map(keyBytes);
    return written.length === read.length && written.every((bytes, i) => equal(bytes, read[i] as Bytes));
  });
}

/** The bytes behind an installation: a traffic secret, or a key and the fixed part of its nonces. */
export function keyBytes({ keys }: Installation): Bytes {
  if (keys.version === 'tls13') return keys.secret.use((bytes) => bytes.slice());
  return keys.keys.key.use((bytes) => new Uint8Array([...bytes, ...keys.keys.iv]));
}

function next(from: MachineEnd, to: MachineEnd): readonly [Parcel, MachineEnd, MachineEnd] | undefined {
  const parcel = from.nextOutput();
  return parcel === undefined ? undefined : [parcel, from, to];
}

function pieces(parcel: Extract<Parcel, { kind: 'handshake' }>, size: number): readonly Parcel[] {
  const count = Math.max(1, Math.ceil(parcel.content.length / size));
  return Array.from({ length: count }, (_, i) => ({
    ...parcel,
    content: parcel.content.slice(i * size, (i + 1) * size),
  }));
}
