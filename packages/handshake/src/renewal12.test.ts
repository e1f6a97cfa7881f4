import { decodeMessage, type NewSessionTicket12, type ServerHello, sessionTicket } from '@tlsmith/codec';
import { node } from '@tlsmith/crypto/node';
import {
  issue,
  keysAgree,
  type MachinePair,
  makeAuthority,
  type Scene,
  SessionTable,
  talk,
} from '@tlsmith/testkit/node';
import type { ClientSession, ClientSession12, ServerSession } from '@tlsmith/types';
import { describe, expect, test } from 'vitest';
import type { Ask } from './ask.ts';

const root = makeAuthority({ name: 'Root' });
const leaf = issue(root, { subject: 'server', dns: ['server.example'] });
const clientLeaf = issue(root, { subject: 'client' });
const start = 1_800_000_000_000;

describe('a ticket whose key seals no more', () => {
  test('resumes, and another comes before ChangeCipherSpec (RFC 5077 §3.1 figure 2, §3.3)', () => {
    const pair = renewing();
    expect(resumed(pair)).toEqual([true, true]);
    expect(keysAgree(pair)).toBe(true);
    const [{ effects } = { effects: [] }] = pair.server.steps;
    expect(effects.map((effect) => (effect.effect === 'send' ? effect.type : effect.effect))).toEqual([
      'resumption',
      'server_hello',
      'disclose',
      'new_session_ticket',
      'send-change-cipher-spec',
      'install',
      'finished',
    ]);
  });

  test('is renewed by a promise in ServerHello, the empty extension (RFC 5077 §3.2)', () => {
    const { extensions } = serverHelloOf(renewing());
    expect(extensions?.filter(({ type }) => type === sessionTicket.type)).toEqual([
      { type: sessionTicket.type, body: new Uint8Array(0) },
    ]);
  });

  test('gives way to a ticket that resumes by itself', () => {
    const sessions = new SessionTable();
    const old = session({ sessions });
    const later = renewing({ sessions, session: old }).client.sessions;
    expect(later).toHaveLength(1);
    expect((later[0] as ClientSession12).ticket).not.toEqual((old as ClientSession12).ticket);
    const pair = talk({ ...scene, sessions, session: later[0] });
    expect([resumed(pair), sent(pair)]).toEqual([
      [true, true],
      ['server_hello', 'finished'],
    ]);
  });

  test('of an authenticated client leads to another with the same chain', () => {
    const pair = renewing({ clientLeaf, server: { clientAuthentication: 'require' } });
    expect(issuedIn(pair)).toMatchObject([{ peerChain: clientLeaf.chain, extendedMasterSecret: true }]);
  });
});

describe('renewing does not prolong a session', () => {
  test('which keeps the moment of its full handshake and is announced for what is left of it', () => {
    const pair = renewing({ now: () => start + 1_000_500 });
    expect(issuedIn(pair)).toMatchObject([{ createdAt: start, lifetime: 3600 }]);
    expect(ticketOf(pair)).toMatchObject({ ticketLifetimeHint: 2599 });
    expect(pair.client.sessions).toMatchObject([{ lifetime: 2599, receivedAt: start + 1_000_500 }]);
  });

  test('however often it happens', () => {
    const sessions = new SessionTable();
    let known = session({ sessions });
    const hints: number[] = [];
    for (let minutes = 0; minutes < 60; minutes += 10) {
      const pair = renewing({ sessions, session: known, now: () => start + 60_000 * minutes });
      known = pair.client.sessions[0] as ClientSession;
      hints.push(ticketOf(pair).ticketLifetimeHint);
    }
    expect(hints).toEqual([3600, 3000, 2400, 1800, 1200, 600]);
    // The client would offer it for longer, had it not been told.
    const pair = renewing({ sessions, session: { ...known, lifetime: 7200 }, now: () => start + 3_600_000 });
    expect(resumed(pair)).toEqual([false, false]);
  });

  test('nor does an answerer that announces more, or a lifetime that was longer once', () => {
    const generous = renewing({
      now: () => start + 600_000,
      serverAnswers: {
        instead: ({ ask }) =>
          ask === 'issue-ticket' ? { answer: { id: Uint8Array.of(1), lifetime: 604_800 } } : undefined,
      },
    });
    expect(ticketOf(generous)).toMatchObject({ ticketLifetimeHint: 3000 });
    const shortened = renewing({ now: () => start + 600_000, server: { sessionLifetime: 1200 } });
    expect(ticketOf(shortened)).toMatchObject({ ticketLifetimeHint: 600 });
    expect(issuedIn(shortened)).toMatchObject([{ createdAt: start, lifetime: 1200 }]);
  });

  test.each([
    [
      'a second before its end, for which it is announced',
      3_599_000,
      ['server_hello', 'new_session_ticket', 'finished'],
    ],
    [
      'and not in the last second: a hint of 0 says nothing (RFC 5077 §3.3)',
      3_599_001,
      ['server_hello', 'finished'],
    ],
  ])('%s', (_when, after, messages) => {
    const pair = renewing({ now: () => start + after });
    expect([resumed(pair), sent(pair)]).toEqual([[true, true], messages]);
  });
});

describe('no ticket comes', () => {
  test('and none is promised when there is none to be had', () => {
    const pair = renewing({
      serverAnswers: {
        instead: ({ ask }) => (ask === 'issue-ticket' ? { answer: undefined } : undefined),
      },
    });
    expect([resumed(pair), sent(pair)]).toEqual([
      [true, true],
      ['server_hello', 'finished'],
    ]);
    expect(serverHelloOf(pair).extensions?.map(({ type }) => type)).not.toContain(sessionTicket.type);
  });

  test('where the session went by its ID, whatever the answer says: its client asked for no ticket (RFC 5077 §3.2)', () => {
    const pair = renewing({ server: { resumption12: { tickets: false, sessionIds: true } } });
    expect([resumed(pair), sent(pair)]).toEqual([
      [true, true],
      ['server_hello', 'finished'],
    ]);
  });

  test('where the session is not resumed: the full handshake brings its own', () => {
    const pair = renewing({}, { context: Uint8Array.of(1) });
    expect(resumed(pair)).toEqual([false, false]);
    expect(sent(pair).filter((type) => type === 'new_session_ticket')).toHaveLength(1);
  });

  test('other than after Finished in TLS 1.3, as ever (RFC 9846 §4.7.1)', () => {
    const versions = ['tls13'] as const;
    const pair = renewing({ client: { versions } });
    expect(resumed(pair)).toEqual([true, true]);
    const { tickets } = pair.server.policy;
    expect(sent(pair)).toEqual([
      ...['server_hello', 'encrypted_extensions', 'finished'],
      ...Array.from({ length: tickets }, () => 'new_session_ticket'),
    ]);
  });
});

const scene: Scene = { provider: node, leaf, client: { versions: ['tls12'] } };

/** The session of a full handshake at `start`. */
function session(change: Partial<Scene>): ClientSession {
  return talk({ ...scene, ...change, now: () => start }).client.sessions[0] as ClientSession;
}

/** A second handshake, whose server is told that the ticket's key seals no more; what it finds is changed by `found`. */
function renewing(change: Partial<Scene> = {}, found: Partial<ServerSession> = {}): MachinePair {
  const { serverAnswers, session: offered, sessions = new SessionTable(), ...rest } = change;
  const known = offered ?? session({ ...rest, sessions });
  sessions.change(found);
  const told = (ask: Ask) => {
    if (ask.ask !== 'find-session') return undefined;
    const answer = sessions.find(ask.identities);
    return { answer: answer && { ...answer, renew: true } };
  };
  const instead = (ask: Ask) => serverAnswers?.instead?.(ask) ?? told(ask);
  return talk({ ...scene, ...rest, sessions, session: known, serverAnswers: { instead } });
}

const resumed = ({ client, server }: MachinePair): readonly unknown[] =>
  [client, server].map(({ state, error }) => {
    if (error !== undefined) throw error;
    return (state as { negotiated?: { resumed: boolean } }).negotiated?.resumed;
  });

const sent = ({ server }: MachinePair): readonly string[] => server.sent.map(({ type }) => type);

const serverHelloOf = ({ server }: MachinePair): ServerHello =>
  decodeMessage(server.sent[0]?.raw as Uint8Array, { version: 'tls12' }).body as ServerHello;

function ticketOf({ server }: MachinePair): NewSessionTicket12 {
  const message = server.sent.find(({ type }) => type === 'new_session_ticket');
  return decodeMessage(message?.raw as Uint8Array, { version: 'tls12' }).body as NewSessionTicket12;
}

const issuedIn = ({ server }: MachinePair): readonly ServerSession[] =>
  server.asks.flatMap((ask) => (ask.ask === 'issue-ticket' ? [ask.session] : []));
