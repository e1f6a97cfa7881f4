import { node } from '@tlsmith/crypto/node';
import {
  type ServerSessionCache,
  type SharedTicketKey,
  serverSessionCache,
  sharedTicketKeys,
  type TicketSealer,
  ticketKeys,
} from '@tlsmith/session-cache';
import { type ClientSession, toHex } from '@tlsmith/types';
import { expect, test } from 'vitest';
import { exchange, pair, type PairOptions, slowly } from './pair.test-support.ts';

const start = 1_800_000_000_000;
const hour = 3_600_000;
const { random } = node;
const aead = node.aeads['aes-256-gcm'];
const [first, second] = [key(1), key(2)] as const;

test.each([
  ['at once', (keys: TicketSealer) => keys],
  ['later', deferred],
])(
  'a ticket under an older key resumes and brings one under the new key, from a sealer that answers %s',
  async (_when, sealer) => {
    const under = (...keys: readonly SharedTicketKey[]): PairOptions => serving(sealer(shared(...keys)));
    const before = await visit(under(first));
    expect(before).toMatchObject({ resumed: false, keyNames: [name(1)] });
    const [old] = before.sessions;
    const kept = await visit({ ...under(first, second), session: old });
    expect(kept).toMatchObject({ resumed: true, keyNames: [] });
    const renewed = await visit({ ...under(second, first), session: old });
    expect(renewed).toMatchObject({ resumed: true, keyNames: [name(2)] });
    const [next] = renewed.sessions;
    expect(await visit({ ...under(second), session: next })).toMatchObject({ resumed: true, keyNames: [] });
    // The one that was not replaced ends with its key, and nothing breaks.
    expect(await visit({ ...under(second), session: old })).toMatchObject({
      resumed: false,
      keyNames: [name(2)],
    });
  },
);

test('under keys that change by themselves a session is renewed until its time is over, and no longer (RFC 5077 §3.3)', async () => {
  const keys = ticketKeys({ aead, random, lifetime: 7200, rotateEvery: 3000 });
  const at = (now: number, session?: ClientSession): Promise<Visit> =>
    visit({ ...serving(keys, now), ...(session === undefined ? {} : { session }) });
  const full = await at(start);
  const early = await at(start + 2_999_000, full.sessions[0]);
  expect(early).toMatchObject({ resumed: true, sessions: [] });
  const once = await at(start + hour, full.sessions[0]);
  expect(once).toMatchObject({ resumed: true, sessions: [{ lifetime: 3600, receivedAt: start + hour }] });
  const twice = await at(start + 2 * hour - 1000, once.sessions[0]);
  expect(twice).toMatchObject({ resumed: true, sessions: [{ lifetime: 1 }] });
  const stubborn = { ...twice.sessions[0], lifetime: 7200 } as ClientSession;
  expect(await at(start + 2 * hour - 1, stubborn)).toMatchObject({ resumed: true, sessions: [] });
  expect(await at(start + 2 * hour, stubborn)).toMatchObject({ resumed: false });
});

test('a sealer that fails while it renews costs the new ticket, not the handshake', async () => {
  const errors: unknown[] = [];
  const {
    sessions: [old],
  } = await visit(serving(shared(first)));
  const keys = shared(second, first);
  const failing: TicketSealer = {
    open: (ticket, now) => keys.open(ticket, now),
    seal: () => Promise.reject(new Error('away')),
  };
  const found = await visit({ ...serving(failing, start, errors), session: old });
  expect(found).toMatchObject({ resumed: true, sessions: [] });
  expect(errors).toEqual([new Error('away')]);
});

test('TLS 1.3 brings fresh tickets under whichever key (RFC 9846 §4.7.1)', async () => {
  const versions = { client: { versions: ['tls13'] }, server: { versions: ['tls13'] } } as const;
  const made = (keys: TicketSealer): PairOptions => {
    const { client, server } = serving(keys);
    return { client: { ...client, ...versions.client }, server: { ...server, ...versions.server } };
  };
  const {
    sessions: [old],
  } = await visit(made(shared(first)));
  const next = await visit({ ...made(shared(second, first)), session: old });
  expect([next.resumed, new Set(next.keyNames)]).toEqual([true, new Set([name(2)])]);
});

function key(byte: number): SharedTicketKey {
  return { name: new Uint8Array(16).fill(byte), key: new Uint8Array(32).fill(100 + byte) };
}

const name = (byte: number): string => toHex(key(byte).name);

const shared = (...keys: readonly SharedTicketKey[]): TicketSealer =>
  sharedTicketKeys({ aead, random, keys });

/** The same sealer behind a network, say. */
function deferred(keys: TicketSealer): TicketSealer {
  return {
    seal: async (session, now) => slowly(keys.seal(session, now)),
    open: async (ticket, now, missed) => slowly(keys.open(ticket, now, missed)),
  };
}

/** Both ends of TLS 1.2, at one moment. */
function serving(keys: TicketSealer, at: number = start, errors: unknown[] = []): PairOptions {
  const sessions: ServerSessionCache = serverSessionCache({
    provider: node,
    tickets: { kind: 'sealed', keys },
    lifetime: 7200,
    onError: (error) => errors.push(error),
  });
  const common = { versions: ['tls12'] as const, now: () => at };
  return { client: common, server: { ...common, sessions } };
}

interface Visit {
  readonly resumed: boolean | undefined;
  readonly sessions: readonly ClientSession[];
  /** What the tickets that came begin with. */
  readonly keyNames: readonly string[];
}

/** One connection in which the server says a word, so that whatever tickets it has are there. */
async function visit(options: PairOptions): Promise<Visit> {
  const { client, server } = pair(options);
  const sessions: ClientSession[] = [];
  let resumed: boolean | undefined;
  for (let turn = 0; turn < 50; turn++) {
    exchange(client, server);
    for (const event of [...client.events(), ...server.events()]) {
      if (event.event === 'failed') throw event.error;
      if (event.event === 'session') sessions.push(event.session);
      if (event.event === 'connected') ({ resumed } = event.negotiated);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect([client.connected, server.connected]).toEqual([true, true]);
  const keyNames = sessions.map(({ ticket }) => toHex((ticket as Uint8Array).subarray(0, 16)));
  return { resumed, sessions, keyNames };
}
