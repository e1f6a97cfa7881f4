import {
  earlyData,
  type ExtensionList,
  keyShare,
  type NewSessionTicket13,
  pskKeyExchangeModes,
  rawExtension,
} from '@tlsmith/codec';
import { node } from '@tlsmith/crypto/node';
import {
  begin,
  failureOf,
  issue,
  keysAgree,
  type MachineEnd,
  machinePairFor,
  makeAuthority,
  rawMessage,
  refusalOf,
  rewriting,
  type Scene,
  SessionTable,
  shuttle,
  talk,
  withExtension,
} from '@tlsmith/testkit/node';
import { type ClientSession13, concat, type Role, type Secret, toHex, violations } from '@tlsmith/types';
import { describe, expect, test } from 'vitest';
import { handshakeLimits } from './policy.ts';

const leaf = issue(makeAuthority({ name: 'Root' }), { subject: 'server', dns: ['server.example'] });
const full: Scene = { provider: node, leaf };
const roles = ['client', 'server'] as const;
const peerOf = (role: Role): Role => (role === 'client' ? 'server' : 'client');

describe.each(roles)('KeyUpdate of the %s', (role) => {
  const peer = peerOf(role);
  const asked = (request: boolean) => ({ event: 'update-keys', request }) as const;
  const updates = (end: MachineEnd) =>
    end.sent.filter(({ type }) => type === 'key_update').map(({ raw }) => raw.at(-1));

  test('changes its own keys alone unless it asks (RFC 9846 §4.7.3)', () => {
    const pair = talk(full);
    pair[role].handle(asked(false));
    expect(pair[role].steps.at(-1)?.effects.map(({ effect }) => effect)).toEqual(['send', 'install']);
    shuttle(pair);
    expect([updates(pair[role] as MachineEnd), updates(pair[peer] as MachineEnd)]).toEqual([[0], []]);
    expect(keysAgree(pair)).toBe(true);
  });

  test('with update_requested is answered by one without (RFC 9846 §4.7.3)', () => {
    const pair = talk(full);
    pair[role].handle(asked(true));
    shuttle(pair);
    expect([updates(pair[role] as MachineEnd), updates(pair[peer] as MachineEnd)]).toEqual([[1], [0]]);
    expect(keysAgree(pair)).toBe(true);
  });

  test('that crosses one of the peer moves each side by two generations (RFC 9846 §4.7.3)', () => {
    const pair = talk(full);
    pair[role].handle(asked(true));
    pair[peer].handle(asked(true));
    shuttle(pair);
    expect([updates(pair[role] as MachineEnd), updates(pair[peer] as MachineEnd)]).toEqual([
      [1, 0],
      [1, 0],
    ]);
    expect(keysAgree(pair)).toBe(true);
  });

  test('never asks again before the answer (RFC 9846 §4.7.3)', () => {
    const pair = talk(full);
    pair[role].handle(asked(true));
    pair[role].handle(asked(true));
    expect(updates(pair[role] as MachineEnd)).toEqual([1, 0]);
    shuttle(pair);
    pair[role].handle(asked(true));
    shuttle(pair);
    expect([updates(pair[role] as MachineEnd), updates(pair[peer] as MachineEnd)]).toEqual([
      [1, 0, 1],
      [0, 0],
    ]);
    expect(keysAgree(pair)).toBe(true);
  });

  test('gives every generation other keys (RFC 9846 §7.2)', () => {
    const pair = talk(full);
    for (let i = 0; i < 5; i++) pair[role].handle(asked(false));
    shuttle(pair);
    const secrets = pair[peer].installed.flatMap(({ side, keys }) =>
      side === 'read' && keys.version === 'tls13' ? [keys.secret.use(toHex)] : [],
    );
    expect(new Set(secrets).size).toBe(7);
    expect(keysAgree(pair)).toBe(true);
  });

  test('with a value that nobody knows: bad-key-update-request (RFC 9846 §4.7.3)', () => {
    const pair = talk(full);
    pair[role].handle(asked(false));
    shuttle(pair, rewriting({ from: role, message: 'key_update', change: () => ({ requestUpdate: 2 }) }));
    const { code, alert } = violations.badKeyUpdateRequest;
    expect(failureOf(pair[peer] as MachineEnd)).toEqual({ code, alert });
  });

  test('with more behind it in its record: key-change-not-aligned (RFC 9846 §5.1)', () => {
    const pair = talk(full);
    pair[role].handle(asked(false));
    shuttle(pair, (parcel) =>
      parcel.kind === 'handshake'
        ? [{ ...parcel, content: concat(parcel.content, Uint8Array.of(24)) }]
        : [parcel],
    );
    const { code, alert } = violations.keyChangeNotAligned;
    expect(failureOf(pair[peer] as MachineEnd)).toEqual({ code, alert });
  });
});

describe('NewSessionTicket of TLS 1.3', () => {
  const change = (fields: Partial<NewSessionTicket13>) =>
    ({
      from: 'server',
      message: 'new_session_ticket',
      change: (body: NewSessionTicket13) => ({ ...body, ...fields }),
    }) as const;
  const extending = (extensions: ExtensionList) => change({ extensions });

  test('gives both sides the same PSK, and each ticket another (RFC 9846 §4.7.1)', () => {
    const sessions = new SessionTable();
    const { client, server } = talk({ ...full, sessions, server: { tickets: 3 } });
    expect(sessions.size).toBe(3);
    const kept = client.sessions as readonly ClientSession13[];
    const ours = kept.map(({ psk }) => psk.use(toHex));
    const theirs = kept.map(({ ticket }) =>
      sessions.find([{ kind: 'ticket', id: ticket }])?.session.secret.use(toHex),
    );
    expect(ours).toEqual(theirs);
    expect(new Set(ours).size).toBe(3);
    expect(new Set(kept.map(({ ticketAgeAdd }) => ticketAgeAdd)).size).toBe(3);
    const nonces = server.sent
      .filter(({ type }) => type === 'new_session_ticket')
      .map(({ raw }) => toHex(raw.subarray(12, 15)));
    expect(nonces).toEqual(['020000', '020001', '020002']);
  });

  test('is kept with all that resumption has to agree with (RFC 9846 §4.7.1)', () => {
    const { client, server } = talk({
      ...full,
      sessions: new SessionTable(),
      client: { alpn: ['h2'] },
      server: { alpn: ['h2'], sessionLifetime: 600 },
    });
    expect(client.sessions[0]).toMatchObject({
      version: 'tls13',
      cipherSuite: 0x1301,
      receivedAt: 1_800_000_000_000,
      lifetime: 600,
      serverName: 'server.example',
      alpn: 'h2',
      peerChain: leaf.chain,
      maxEarlyDataSize: 0,
    });
    const issued = server.asks.find(({ ask }) => ask === 'issue-ticket');
    expect(issued).toMatchObject({
      kind: 'ticket',
      session: {
        cipherSuite: 0x1301,
        lifetime: 600,
        serverName: 'server.example',
        alpn: 'h2',
        peerChain: [],
      },
    });
  });

  test.each([
    ['lives as long as the client allows at most', { sessionLifetime: 60 }, {}, 60],
    [
      'lives for a week at most, whatever it says',
      { sessionLifetime: 604_800 },
      { ticketLifetime: 2 ** 32 - 1 },
      604_800,
    ],
  ] as const)('%s (RFC 9846 §4.7.1)', (_what, client, fields, lifetime) => {
    const pair = talk({ ...full, sessions: new SessionTable(), client }, rewriting(change(fields)));
    expect(pair.client.sessions).toMatchObject([{ lifetime }]);
  });

  test.each([
    ['with a lifetime of zero', {}, { ticketLifetime: 0 }],
    [
      'that a client without resumption gets, whatever its lifetime',
      { resumption: false },
      { ticketLifetime: 2 ** 32 - 1 },
    ],
    ['beyond the limit', { limits: { ...handshakeLimits, tickets: 0 } }, {}],
  ] as const)('%s is passed over in silence (RFC 9846 §4.7.1)', (_what, client, fields) => {
    const pair = talk({ ...full, sessions: new SessionTable(), client }, rewriting(change(fields)));
    expect(pair.client.state.at).toBe('client13/connected');
    expect(pair.client.sessions).toEqual([]);
  });

  test('may carry early_data and what nobody knows (RFC 9846 §4.7.1)', () => {
    const known = rawExtension(earlyData, 'new_session_ticket', 1024);
    const pair = talk(
      { ...full, sessions: new SessionTable() },
      rewriting(extending([{ type: 0x1234, body: new Uint8Array(9) }, known])),
    );
    expect(pair.client.sessions).toMatchObject([{ maxEarlyDataSize: 1024 }]);
  });

  test.each([
    [violations.forbiddenExtension, 'key_share', [{ type: keyShare.type, body: Uint8Array.of(0, 29) }]],
    [
      violations.malformedMessage,
      'a short max_early_data_size',
      [{ type: earlyData.type, body: Uint8Array.of(1) }],
    ],
  ])('$code: %s (RFC 9846 §4.3)', ({ code, alert }, _what, extensions) => {
    expect(refusalOf({ ...full, sessions: new SessionTable() }, extending(extensions))).toEqual({
      code,
      alert,
    });
  });

  test('is not sent where there is no ticket to be had, and then the next is not asked for', () => {
    const { client, server } = talk({ ...full, server: { tickets: 4 } });
    expect(client.sessions).toEqual([]);
    expect(server.asks.filter(({ ask }) => ask === 'issue-ticket')).toHaveLength(1);
  });

  test.each([
    [
      'does not speak of PSKs',
      (extensions: ExtensionList) => extensions.filter(({ type }) => type !== pskKeyExchangeModes.type),
    ],
    [
      'wants PSKs without key exchange only',
      (extensions: ExtensionList) => withExtension(extensions, pskKeyExchangeModes.type, Uint8Array.of(1, 0)),
    ],
  ])('is not sent to a client that %s (RFC 9846 §4.7.1)', (_what, modes) => {
    const sessions = new SessionTable();
    const { server } = talk({
      ...full,
      sessions,
      client: { arrange: (_message, extensions) => modes(extensions) },
    });
    expect(server.state.at).toBe('server13/connected');
    expect(server.sent.map(({ type }) => type)).not.toContain('new_session_ticket');
    expect(sessions.size).toBe(0);
  });
});

describe('renegotiation (RFC 5246 §7.2.2, RFC 5746 §4)', () => {
  const full12: Scene = { ...full, client: { versions: ['tls12'] } };
  const helloRequest = { event: 'hello_request', body: {}, raw: rawMessage(0), aligned: true } as const;

  test.each(roles)('is refused to the peer of the %s three times by a warning, then for good', (role) => {
    const pair = talk(full12);
    const end = pair[role] as MachineEnd;
    const hello = pair.server.received[0];
    const event =
      role === 'client' ? helloRequest : ({ event: 'client_hello', ...hello, aligned: true } as never);
    for (let i = 1; i <= 3; i++) {
      end.handle(event);
      expect(end.state).toMatchObject({ at: `${role}12/connected`, refusals: i });
      expect(end.steps.at(-1)?.effects).toEqual([
        { effect: 'alert', level: 'warning', description: 'no_renegotiation' },
      ]);
    }
    end.handle(event);
    const { code, alert } = violations.renegotiation;
    expect(failureOf(end)).toEqual({ code, alert });
  });

  test('does not exist in TLS 1.3: unexpected-message (RFC 9846 §4.2.2)', () => {
    const { server } = talk(full);
    server.handle({ event: 'client_hello', ...server.received[0], aligned: true } as never);
    const { code, alert } = violations.unexpectedMessage;
    expect(failureOf(server as MachineEnd)).toEqual({ code, alert });
  });

  test('cannot begin in the middle of a handshake: unexpected-message', () => {
    const pair = begin(machinePairFor(full12));
    shuttle(pair, undefined, () => pair.client.state.at === 'client12/wait-server-key-exchange');
    pair.client.handle(helloRequest);
    const { code, alert } = violations.unexpectedMessage;
    expect(failureOf(pair.client as MachineEnd)).toEqual({ code, alert });
  });
});

test('an exporter secret is the same on both sides, and another in the next connection (RFC 9846 §7.5)', () => {
  const exporters = [talk(full), talk(full)].flatMap(({ client, server }) =>
    [client, server].map(({ state }) =>
      (state as unknown as { readonly exporter: Secret }).exporter.use(toHex),
    ),
  );
  expect(exporters[0]).toBe(exporters[1]);
  expect(exporters[2]).toBe(exporters[3]);
  expect(exporters[0]).not.toBe(exporters[2]);
});
