import { node } from '@tlsmith/crypto/node';
import { serverSessionCache, sharedTicketKeys } from '@tlsmith/session-cache';
import type { ClientSession } from '@tlsmith/types';
import { describe, expect, test } from 'vitest';
import { exchange, host, later, pair, type PairOptions, sessions } from './pair.test-support.ts';
import type { SessionDecision } from './session-decision.ts';

const start = 1_800_000_000_000;

describe.each([
  ['tls13', 'ticket', 'tickets', 'unknown-key'],
  ['tls12', 'ticket', 'tickets', 'unknown-key'],
  ['tls12', 'session-id', 'session-ids', 'unknown'],
] as const)('a server of %s by %s', (version, by, kind, unknown) => {
  test('tells each decision with its reason, once per connection', async () => {
    const told: SessionDecision[] = [];
    const server = {
      versions: [version],
      sessions: sessions(kind),
      onResumption: (one: SessionDecision) => told.push(one),
      now: () => start,
    };
    const client = { versions: [version] };
    const session = await sessionOf({ server, client });
    await sessionOf({ server, client, session });
    await sessionOf({ server: { ...server, sessions: sessions(kind) }, client, session });
    await sessionOf({ server: { ...server, sessionContext: Uint8Array.of(1) }, client, session });
    expect(told).toEqual([
      { outcome: 'full', reason: 'nothing-offered' },
      { outcome: 'resumed', by },
      { outcome: 'full', reason: 'not-found', missed: unknown },
      { outcome: 'full', reason: 'other-context' },
    ]);
  });

  test('tells the same when its cryptography answers later', async () => {
    const told: SessionDecision[] = [];
    const server = {
      provider: later,
      versions: [version],
      sessions: sessions(kind),
      onResumption: (one: SessionDecision) => told.push(one),
    };
    const session = await sessionOf({ server });
    await sessionOf({ server, session });
    expect(told.map(({ outcome }) => outcome)).toEqual(['full', 'resumed']);
  });
});

test('an expired ticket and a broken one are told apart', async () => {
  const told: SessionDecision[] = [];
  const keys = sharedTicketKeys({
    aead: node.aeads['aes-256-gcm'],
    random: node.random,
    keys: [{ name: node.random(16), key: node.random(32) }],
  });
  const cache = serverSessionCache({ provider: node, tickets: { kind: 'sealed', keys }, lifetime: 60 });
  const server = {
    sessions: cache,
    onResumption: (one: SessionDecision) => told.push(one),
    now: () => start,
  };
  const client = { now: () => start };
  const session = (await sessionOf({ server, client })) as Extract<ClientSession, { version: 'tls13' }>;
  await sessionOf({ server: { ...server, now: () => start + 60_000 }, client, session });
  const ticket = session.ticket.slice();
  ticket[40] = (ticket[40] as number) ^ 1;
  await sessionOf({ server, client, session: { ...session, ticket } });
  expect(told.slice(1)).toEqual([
    { outcome: 'full', reason: 'not-found', missed: 'expired' },
    { outcome: 'full', reason: 'not-found', missed: 'unreadable' },
  ]);
});

/** One connection to `host`, and the first session that its client gets. */
async function sessionOf(options: PairOptions): Promise<ClientSession> {
  const { client, server } = pair(options);
  const got: ClientSession[] = [];
  for (let turn = 0; turn < 200; turn++) {
    exchange(client, server);
    for (const event of client.events()) {
      if (event.event === 'failed') throw event.error;
      if (event.event === 'session') got.push(event.session);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(client.connected && server.connected, host).toBe(true);
  return got[0] as ClientSession;
}
