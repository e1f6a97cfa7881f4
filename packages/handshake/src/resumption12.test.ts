import {
  type ClientHello,
  decodeMessage,
  extendedMainSecret,
  message12,
  type NewSessionTicket12,
  renegotiationInfo,
  type ServerHello,
  sessionTicket,
} from '@tlsmith/codec';
import { node } from '@tlsmith/crypto/node';
import { finishedVerifyData12, type Transcript, transcriptHash } from '@tlsmith/key-schedule';
import {
  begin,
  issue,
  keyBytes,
  keysAgree,
  type MachineEnd,
  type MachinePair,
  machinePairFor,
  makeAuthority,
  rewriting,
  type Scene,
  SessionTable,
  shuttle,
  talk,
  withoutExtension,
} from '@tlsmith/testkit/node';
import {
  type ClientSession,
  type ClientSession12,
  compute,
  type ServerSession,
  sha256,
  suites,
  toHex,
} from '@tlsmith/types';
import { describe, expect, test } from 'vitest';
import type { ClientPolicy, ServerPolicy } from './policy.ts';

const root = makeAuthority({ name: 'Root' });
const leaf = issue(root, { subject: 'server', dns: ['server.example'] });
const clientLeaf = issue(root, { subject: 'client' });
const start = 1_800_000_000_000;
const client: Partial<ClientPolicy> = { versions: ['tls12'] };
const ways = {
  ticket: { tickets: true, sessionIds: true },
  'session ID': { tickets: false, sessionIds: true },
} as const;
type Way = keyof typeof ways;

interface Known {
  readonly scene: Scene;
  readonly sessions: SessionTable;
  readonly session: ClientSession;
}

/** A full handshake, and what it takes to resume it. */
function known(way: Way, change: Partial<Scene> = {}): Known {
  const sessions = new SessionTable();
  const server = { resumption12: ways[way], ...change.server };
  const scene: Scene = { provider: node, leaf, sessions, client, ...change, server };
  const pair = talk(scene);
  return { scene, sessions, session: pair.client.sessions[0] as ClientSession };
}

const again = ({ scene, session }: Known, { server, ...change }: Partial<Scene> = {}): MachinePair =>
  talk({ ...scene, session, ...change, server: { ...scene.server, ...server } });

const resumed = ({ client: one, server }: MachinePair): readonly unknown[] =>
  [one, server].map(({ state, error }) => {
    if (error !== undefined) throw error;
    return (state as { negotiated?: { resumed: boolean } }).negotiated?.resumed;
  });

const helloOf = (pair: MachinePair): ClientHello =>
  decodeMessage(pair.client.sent[0]?.raw as Uint8Array, { version: undefined }).body as ClientHello;
const serverHelloOf = (pair: MachinePair): ServerHello =>
  decodeMessage(pair.server.sent[0]?.raw as Uint8Array, { version: 'tls12' }).body as ServerHello;

describe.each(Object.keys(ways) as Way[])('a TLS 1.2 session by %s', (way) => {
  test('is resumed: the server finishes first (RFC 5246 §7.3 figure 2, RFC 5077 §3.1)', () => {
    const pair = again(known(way));
    expect(resumed(pair)).toEqual([true, true]);
    expect(keysAgree(pair)).toBe(true);
    expect(pair.server.sent.map(({ type }) => type)).toEqual(['server_hello', 'finished']);
    expect(pair.client.sent.map(({ type }) => type)).toEqual(['client_hello', 'finished']);
    expect(pair.client.state).toMatchObject({
      negotiated: { peerChain: leaf.chain, extendedMasterSecret: true },
    });
  });

  test('keeps its master secret, not its keys (RFC 5246 §6.3)', () => {
    const first = known(way);
    const [one, two] = [again(first), again(first)];
    const masters = [one, two].map(({ client: { effects } }) =>
      effects.flatMap((effect) => (effect.effect === 'disclose' ? [effect.secret.use(toHex)] : [])),
    );
    expect(masters[0]).toEqual(masters[1]);
    const keys = [one, two].flatMap(({ client: { installed } }) => installed.map(keyBytes).map(toHex));
    expect(new Set(keys).size).toBe(4);
  });

  test('is told by an echo of the session ID (RFC 5246 §7.4.1.3, RFC 5077 §3.4)', () => {
    const pair = again(known(way));
    expect(helloOf(pair).legacySessionId.length).toBe(32);
    expect(serverHelloOf(pair).legacySessionIdEcho).toEqual(helloOf(pair).legacySessionId);
  });

  test('of an authenticated client stays that client’s (RFC 5246 §F.1.4)', () => {
    const first = known(way, { clientLeaf, server: { clientAuthentication: 'require' } });
    const pair = again(first, { clientLeaf: undefined });
    expect(resumed(pair)).toEqual([true, true]);
    expect(pair.server.state).toMatchObject({ negotiated: { peerChain: clientLeaf.chain } });
  });

  test.each<readonly [string, Partial<ServerSession>, Partial<ServerPolicy>]>([
    ['that has expired', { createdAt: start - 3600 * 1000 }, {}],
    ['from the future', { createdAt: start + 1 }, {}],
    ['for another server name', { serverName: 'other.example' }, {}],
    ['of another context', {}, { context: Uint8Array.of(1) }],
    ['of TLS 1.3', { version: 'tls13' }, {}],
    [
      'under a suite that the server no longer has',
      { cipherSuite: 0x009c },
      { suites: [suites.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256], versions: ['tls12'] },
    ],
    ['of a client without certificate where one is required', {}, { clientAuthentication: 'require' }],
    ['of a client with a certificate where none is wanted', { peerChain: clientLeaf.chain }, {}],
    ['without an extended master secret', { extendedMasterSecret: false }, {}],
  ])('%s is passed over for a full handshake (RFC 5246 §7.4.1.2, RFC 7627 §5.3)', (_what, change, server) => {
    const first = known(way, { clientLeaf });
    first.sessions.change(change);
    const pair = again(first, { server });
    expect(resumed(pair)).toEqual([false, false]);
    expect(keysAgree(pair)).toBe(true);
  });

  test('that the server has forgotten leads to a full handshake, and to another session (RFC 5077 §3.1 figure 4)', () => {
    const pair = again(known(way), { sessions: new SessionTable() });
    expect(resumed(pair)).toEqual([false, false]);
    expect(pair.client.sessions).toHaveLength(1);
  });

  test.each<readonly [string, Partial<Scene>]>([
    ['that has expired', { now: () => start + 3600 * 1000 }],
    ['to a server of another name', { client: { ...client, serverName: 'other.example' } }],
    ['where resumption is off', { client: { ...client, resumption: false } }],
    [
      'whose suite is no longer wanted',
      { client: { ...client, suites: [suites.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384] } },
    ],
    ['to a server that is to speak TLS 1.3', { client: { versions: ['tls13'] } }],
  ])('%s is not offered', (_what, change) => {
    const pair = again(known(way), change);
    expect(pair.server.asks.map(({ ask }) => ask)).not.toContain('find-session');
    expect(resumed(pair)).toEqual([false, false]);
  });

  test('offered to a server that has learnt TLS 1.3 is passed over, its session ID echoed (RFC 9846 §4.2.3)', () => {
    const pair = again(known(way), { client: { versions: ['tls13', 'tls12'] } });
    expect(pair.client.state).toMatchObject({ at: 'client13/connected', negotiated: { resumed: false } });
    expect(serverHelloOf(pair).legacySessionIdEcho).toEqual(helloOf(pair).legacySessionId);
  });

  test('is resumed by a client that would have spoken TLS 1.3 (RFC 9846 §4.2.2)', () => {
    const pair = again(known(way), {
      client: { versions: ['tls13', 'tls12'] },
      server: { versions: ['tls12'] },
    });
    expect(resumed(pair)).toEqual([true, true]);
  });

  test('stays its owner’s: offering it wipes nothing of it', () => {
    const first = known(way);
    again(first);
    expect(resumed(again(first))).toEqual([true, true]);
  });
});

describe('what a TLS 1.2 server gives', () => {
  test('is a ticket where both want one, and then no session ID (RFC 5077 §3.4)', () => {
    const { session } = known('ticket');
    expect((session as ClientSession12).ticket?.length).toBe(40);
    expect(session).toMatchObject({ sessionId: new Uint8Array(0) });
  });

  test('is a session ID to a client that knows no tickets (RFC 5246 §7.4.1.3)', () => {
    const first = known('ticket', {
      client: { ...client, arrange: (_message, list) => withoutExtension(list, sessionTicket.type) },
    });
    expect(first.session).toMatchObject({ ticket: undefined });
    expect((first.session as ClientSession12).sessionId.length).toBe(32);
  });

  test('is nothing where nothing is to be resumed', () => {
    const sessions = new SessionTable();
    const pair = talk({
      provider: node,
      leaf,
      sessions,
      client,
      server: { resumption12: { tickets: false, sessionIds: false } },
    });
    expect([pair.client.sessions, sessions.size]).toEqual([[], 0]);
    expect(serverHelloOf(pair).legacySessionIdEcho.length).toBe(0);
  });

  test('is nothing to go by for a client without resumption', () => {
    const pair = talk({
      provider: node,
      leaf,
      sessions: new SessionTable(),
      client: { ...client, resumption: false },
    });
    expect(pair.client.sessions).toEqual([]);
    expect(pair.client.state.at).toBe('client12/connected');
  });

  test('is an empty ticket when there is none to be had after all, which is no session (RFC 5077 §3.3)', () => {
    const pair = talk({ provider: node, leaf, client });
    const ticket = pair.server.sent.find(({ type }) => type === 'new_session_ticket');
    const body = decodeMessage(ticket?.raw as Uint8Array, { version: 'tls12' }).body as NewSessionTicket12;
    expect(body).toEqual({ ticketLifetimeHint: 0, ticket: new Uint8Array(0) });
    expect(pair.client.sessions).toEqual([]);
  });

  test.each(Object.keys(ways) as Way[])(
    'by %s is no session without the extended master secret (RFC 7627 §5.3)',
    (way) => {
      const sessions = new SessionTable();
      const pair = talk({
        provider: node,
        leaf,
        sessions,
        client: {
          ...client,
          extendedMasterSecret: 'prefer',
          arrange: (_message, list) => withoutExtension(list, extendedMainSecret.type),
        },
        server: { extendedMasterSecret: 'prefer', resumption12: ways[way] },
      });
      expect(pair.client.state).toMatchObject({
        at: 'client12/connected',
        negotiated: { extendedMasterSecret: false },
      });
      expect(keysAgree(pair)).toBe(true);
      expect([pair.client.sessions, sessions.size]).toEqual([[], 0]);
      expect(serverHelloOf(pair).legacySessionIdEcho.length).toBe(0);
    },
  );

  test.each([
    ['its hint, up to what the client allows', 7200, 3600],
    ['its hint', 60, 60],
    ['as long as the client likes without one', 0, 3600],
  ] as const)('lives for %s (RFC 5077 §3.3)', (_what, hint, lifetime) => {
    const pair = begin(machinePairFor({ provider: node, leaf, sessions: new SessionTable(), client }));
    const change = (body: unknown) =>
      ({ ...(body as NewSessionTicket12), ticketLifetimeHint: hint }) as never;
    const route = rewriting({ from: 'server', message: 'new_session_ticket', change });
    // The changed ticket is in the transcript of the client alone, so its server's Finished is made to fit.
    const fitting = rewriting({
      from: 'server',
      message: 'finished',
      change: () => ({ verifyData: expectedFinished(pair.client as MachineEnd) }),
    });
    const { client: end } = shuttle(pair, (parcel, from) =>
      route(parcel, from).flatMap((one) => fitting(one, from)),
    );
    expect(end.sessions).toMatchObject([{ lifetime }]);
  });
});

test('a client takes a new ticket while it resumes, and ours goes after it (RFC 5077 §3.1 figure 2)', () => {
  const { scene, session } = known('ticket');
  const { client: end } = begin(machinePairFor(scene), session);
  const hello = (
    end.state as unknown as { readonly hello: { readonly body: ClientHello; readonly raw: Uint8Array } }
  ).hello;
  const serverHello = message12('server_hello', {
    legacyVersion: 0x0303,
    random: new Uint8Array(32).fill(5),
    legacySessionIdEcho: hello.body.legacySessionId,
    cipherSuite: session.cipherSuite,
    legacyCompressionMethod: 0,
    extensions: [
      { type: renegotiationInfo.type, body: Uint8Array.of(0) },
      { type: extendedMainSecret.type, body: new Uint8Array(0) },
      { type: sessionTicket.type, body: new Uint8Array(0) },
    ],
  });
  const ticket = message12('new_session_ticket', { ticketLifetimeHint: 60, ticket: Uint8Array.of(1, 2, 3) });
  feed(end as MachineEnd, serverHello.raw);
  expect(end.state.at).toBe('client12/wait-new-session-ticket');
  feed(end as MachineEnd, ticket.raw);
  end.receive({ kind: 'change-cipher-spec', keys: 0 });
  feed(end as MachineEnd, message12('finished', { verifyData: expectedFinished(end as MachineEnd) }).raw, 1);
  expect(end.error).toBeUndefined();
  expect(end.state).toMatchObject({ at: 'client12/connected', negotiated: { resumed: true } });
  expect(end.sessions).toMatchObject([
    { ticket: Uint8Array.of(1, 2, 3), lifetime: 60, peerChain: leaf.chain },
  ]);
  expect(end.steps.at(-1)?.effects.map(({ effect }) => effect)).toEqual([
    'send-change-cipher-spec',
    'install',
    'send',
    'remember',
  ]);
});

function feed(end: MachineEnd, content: Uint8Array, keys = 0): void {
  end.receive({ kind: 'handshake', content, keys });
}

/** What a client in wait-finished waits for. */
function expectedFinished({ state }: MachineEnd): Uint8Array {
  const { log, keys } = state as unknown as {
    readonly log: Transcript;
    readonly keys: { readonly master: Parameters<typeof finishedVerifyData12>[1] };
  };
  const covered = compute(node, transcriptHash(sha256, log));
  return compute(node, finishedVerifyData12(sha256, keys.master, 'server', covered));
}
