import { pskKeyExchangeModes } from '@tlsmith/codec';
import { node } from '@tlsmith/crypto/node';
import {
  issue,
  type MachinePair,
  makeAuthority,
  type Scene,
  SessionTable,
  talk,
  withExtension,
} from '@tlsmith/testkit/node';
import { type ClientSession, type ServerSession, suites, type Version } from '@tlsmith/types';
import { describe, expect, test } from 'vitest';
import type { Effect } from './effect.ts';
import type { ServerPolicy } from './policy.ts';
import type { NotResumed } from './resumption-decision.ts';

const root = makeAuthority({ name: 'Root' });
const leaf = issue(root, { subject: 'server', dns: ['server.example'] });
const clientLeaf = issue(root, { subject: 'client' });
const start = 1_800_000_000_000;

const ways = {
  'TLS 1.3 by ticket': { version: 'tls13', by: 'ticket', resumption12: { tickets: true, sessionIds: true } },
  'TLS 1.2 by ticket': { version: 'tls12', by: 'ticket', resumption12: { tickets: true, sessionIds: true } },
  'TLS 1.2 by session ID': {
    version: 'tls12',
    by: 'session-id',
    resumption12: { tickets: false, sessionIds: true },
  },
} as const;

type Change = readonly [NotResumed, Partial<ServerSession>, Partial<ServerPolicy>];

const common: readonly Change[] = [
  ['expired', { createdAt: start - 3600 * 1000 }, {}],
  ['expired', { createdAt: start + 1000 }, {}],
  ['other-name', { serverName: 'other.example' }, {}],
  ['other-context', {}, { context: Uint8Array.of(1) }],
  ['client-authentication', {}, { clientAuthentication: 'require' }],
  ['client-authentication', { peerChain: clientLeaf.chain }, {}],
];

const only: Readonly<Record<Version, readonly Change[]>> = {
  tls13: [
    ['other-version', { version: 'tls12' }, {}],
    ['ticket-age', { ticketAgeAdd: 7 }, {}],
    [
      'suite-gone',
      { cipherSuite: suites.TLS_AES_256_GCM_SHA384.code },
      { suites: [suites.TLS_AES_128_GCM_SHA256], versions: ['tls13'] },
    ],
    ['resumption-off', {}, { tickets: 0 }],
  ],
  tls12: [
    ['other-version', { version: 'tls13' }, {}],
    [
      'suite-gone',
      { cipherSuite: 0x009c },
      { suites: [suites.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256], versions: ['tls12'] },
    ],
    ['resumption-off', {}, { resumption12: { tickets: false, sessionIds: false } }],
    ['extended-master-secret', { extendedMasterSecret: false }, {}],
  ],
};

describe.each(Object.entries(ways))('a server of %s', (_way, { version, by, resumption12 }) => {
  const scene = (): Scene & { readonly sessions: SessionTable } => ({
    provider: node,
    leaf,
    clientLeaf,
    sessions: new SessionTable(),
    client: { versions: [version] },
    server: { resumption12 },
  });

  test('tells once per handshake that nothing was offered, and then that it resumed', () => {
    const first = scene();
    const pair = talk(first);
    expect(decisions(pair)).toEqual([{ outcome: 'full', reason: 'nothing-offered' }]);
    const again = talk({ ...first, session: pair.client.sessions[0] });
    expect(decisions(again)).toEqual([{ outcome: 'resumed', by }]);
  });

  test('tells before anything else that the session is not there', () => {
    const [session] = talk(scene()).client.sessions;
    const pair = talk({ ...scene(), session });
    expect(decisions(pair)).toEqual([{ outcome: 'full', reason: 'not-found' }]);
    expect(pair.server.effects[0]).toEqual({ effect: 'resumption', outcome: 'full', reason: 'not-found' });
  });

  test.each([...common, ...only[version]])('tells of %s', (reason, change, server) => {
    const first = scene();
    const [session] = talk(first).client.sessions;
    first.sessions.change(change);
    const pair = talk({ ...first, session, server: { ...first.server, ...server } });
    expect(decisions(pair)).toEqual([{ outcome: 'full', reason }]);
  });
});

test('a PSK without (EC)DHE is told as the mode that it is (RFC 9846 §4.3.9)', () => {
  const sessions = new SessionTable();
  const [session] = talk({ provider: node, leaf, sessions }).client.sessions;
  const arrange: ServerPolicy['arrange'] = (_message, extensions) =>
    withExtension(extensions, pskKeyExchangeModes.type, Uint8Array.of(1, 0));
  const pair = talk({ provider: node, leaf, sessions, session, client: { arrange } });
  expect(decisions(pair)).toEqual([{ outcome: 'full', reason: 'key-exchange-mode' }]);
});

test('a TLS 1.2 ticket at a server that has learnt TLS 1.3 is of another version', () => {
  const sessions = new SessionTable();
  const first = talk({ provider: node, leaf, sessions, client: { versions: ['tls12'] } });
  const session = first.client.sessions[0] as ClientSession;
  const pair = talk({ provider: node, leaf, sessions, session });
  expect(decisions(pair)).toEqual([{ outcome: 'full', reason: 'other-version' }]);
});

test('after HelloRetryRequest there is still one decision', () => {
  const sessions = new SessionTable();
  const scene: Scene = { provider: node, leaf, sessions };
  const [session] = talk(scene).client.sessions;
  const shareless = { ...scene, session, client: { keyShares: [] } };
  const pair = talk(shareless);
  expect(pair.server.sent[0]?.type).toBe('hello_retry_request');
  expect(pair.server.steps.map(({ to }) => to)).toContain('server13/wait-second-client-hello');
  expect(decisions(pair)).toEqual([{ outcome: 'resumed', by: 'ticket' }]);
});

type Decision = Extract<Effect, { readonly effect: 'resumption' }>;

function decisions({ server, client }: MachinePair): readonly Omit<Decision, 'effect'>[] {
  const error = server.error ?? client.error;
  if (error !== undefined) throw error;
  return server.effects.flatMap((effect) => {
    if (effect.effect !== 'resumption') return [];
    const { effect: _effect, ...decision } = effect;
    return [decision];
  });
}
