import { handshakeType, type MessageName } from '@tlsmith/codec';
import { node } from '@tlsmith/crypto/node';
import {
  begin,
  coalesced,
  failureOf,
  issue,
  keysAgree,
  type MachineEnd,
  machinePairFor,
  makeAuthority,
  type Parcel,
  rawMessage,
  type Route,
  type Scene,
  SessionTable,
  shuttle,
  talk,
} from '@tlsmith/testkit/node';
import {
  CertificateRejected,
  ConnectionFailed,
  concat,
  DecodeError,
  drive,
  groups,
  PeerAlert,
  type Role,
  TlsMisuse,
  violation,
  violations,
} from '@tlsmith/types';
import { describe, expect, test } from 'vitest';
import { clientMachine } from './client/machine.ts';
import type { MachineEvent } from './event.ts';
import { type AnyState, failure, type Machine, type Stepped, step } from './machine.ts';
import { serverMachine } from './server/machine.ts';

const leaf = issue(makeAuthority({ name: 'Root' }), { subject: 'server', dns: ['server.example'] });
const full: Scene = { provider: node, leaf };
const full12: Scene = { ...full, client: { versions: ['tls12'] } };

/** The cells that are not blank, written down by hand from RFC 9846 §A and RFC 5246 §7.3. */
const cells: Readonly<Record<string, readonly string[]>> = {
  'client/start': ['start'],
  'client/wait-server-hello': ['hello_retry_request', 'server_hello'],
  // The first of these has no landing: it is there to say more than unexpected-message.
  'client/wait-server-hello-after-retry': ['hello_retry_request', 'server_hello'],
  'client13/wait-encrypted-extensions': ['encrypted_extensions'],
  'client13/wait-certificate-or-request': ['certificate', 'certificate_request'],
  'client13/wait-certificate': ['certificate'],
  'client13/wait-certificate-verify': ['certificate_verify'],
  'client13/wait-finished': ['finished'],
  'client13/connected': ['key_update', 'new_session_ticket', 'update-keys'],
  'client12/wait-certificate': ['certificate'],
  'client12/wait-certificate-status-or-key-exchange': ['certificate_status', 'server_key_exchange'],
  'client12/wait-certificate-status-or-request': [
    'certificate_request',
    'certificate_status',
    'server_hello_done',
  ],
  'client12/wait-server-key-exchange': ['server_key_exchange'],
  'client12/wait-certificate-request-or-done': ['certificate_request', 'server_hello_done'],
  'client12/wait-server-hello-done': ['server_hello_done'],
  'client12/wait-new-session-ticket': ['new_session_ticket'],
  'client12/wait-change-cipher-spec': ['change-cipher-spec'],
  'client12/wait-finished': ['finished'],
  'client12/connected': ['hello_request'],
  'server/wait-client-hello': ['client_hello'],
  'server13/wait-second-client-hello': ['client_hello'],
  'server13/wait-certificate': ['certificate'],
  'server13/wait-certificate-verify': ['certificate_verify'],
  'server13/wait-finished': ['finished'],
  'server13/connected': ['key_update', 'update-keys'],
  'server12/wait-certificate': ['certificate'],
  'server12/wait-client-key-exchange': ['client_key_exchange'],
  'server12/wait-client-key-exchange-then-verify': ['client_key_exchange'],
  'server12/wait-certificate-verify': ['certificate_verify'],
  'server12/wait-change-cipher-spec': ['change-cipher-spec'],
  'server12/wait-finished': ['finished'],
  'server12/connected': ['client_hello'],
};

const machines: readonly Machine<AnyState, unknown>[] = [clientMachine as never, serverMachine as never];

test('the tables have these cells and no others (RFC 9846 §A, RFC 5246 §7.3)', () => {
  const filled = machines.flatMap((machine) =>
    Object.entries(machine).map(([state, row]) => [state, Object.keys(row).toSorted()]),
  );
  expect(Object.fromEntries(filled)).toEqual(cells);
});

const messages: readonly (MessageName | 'unknown')[] = [
  ...(Object.keys(handshakeType) as MessageName[]),
  'unknown',
];
const others: readonly MachineEvent[] = [
  { event: 'start', session: undefined },
  { event: 'change-cipher-spec', aligned: true },
  { event: 'update-keys', request: false },
];

test('every blank cell is unexpected-message, or unexpected-change-cipher-spec (RFC 9846 §4, RFC 5246 §7.4)', () => {
  const events: readonly MachineEvent[] = [
    ...messages.map((event) => ({ event, body: {}, raw: rawMessage(0), aligned: true })),
    ...others,
  ];
  let blank = 0;
  for (const [at, filled] of Object.entries(cells)) {
    const machine = (at.startsWith('client') ? clientMachine : serverMachine) as Machine<AnyState, unknown>;
    for (const event of events.filter((one) => !filled.includes(one.event))) {
      const { next, effects } = run(machine, { at }, event);
      const row =
        event.event === 'change-cipher-spec'
          ? violations.unexpectedChangeCipherSpec
          : violations.unexpectedMessage;
      expect(next, `${at} ${event.event}`).toMatchObject({ at: 'failed', error: { code: row.code } });
      expect(effects).toEqual([
        { effect: 'alert', level: 'fatal', description: 'unexpected_message' },
        { effect: 'close' },
      ]);
      blank++;
    }
  }
  const all = Object.keys(cells).length * (messages.length + others.length);
  expect(blank).toBe(all - Object.values(cells).flat().length);
  console.log(`${blank} blank cells of ${all} refused`);
});

test('a state that no machine has, such as the one after a failure, takes nothing more', () => {
  const failed = failure(violation(violations.badSignature)).next;
  const again = run(clientMachine as never, failed, { event: 'start', session: undefined });
  expect(again.next).toMatchObject({ at: 'failed', error: { code: violations.unexpectedMessage.code } });
});

describe('a record that goes on', () => {
  const junk = rawMessage(24, 0);
  const trailing =
    (role: Role, type: number, more: Uint8Array = junk): Route =>
    (parcel, from) =>
      from.role === role && parcel.kind === 'handshake' && parcel.content[0] === type
        ? [{ ...parcel, content: concat(parcel.content, more) }]
        : [parcel];
  const retried: Scene = { ...full, server: { groups: [groups.secp256r1] } };

  test('after a ServerHello of TLS 1.3 would be read under other keys: key-change-not-aligned (RFC 9846 §5.1)', () => {
    const { client } = talk(full, trailing('server', 2));
    const { code, alert } = violations.keyChangeNotAligned;
    expect(failureOf(client as MachineEnd)).toEqual({ code, alert });
  });

  test.each([
    ['client', 1, 'ClientHello of TLS 1.3', full],
    ['client', 1, 'ClientHello of TLS 1.2', full12],
    ['client', 1, 'ClientHello before a HelloRetryRequest', retried],
    ['server', 2, 'HelloRetryRequest', retried],
    ['server', 20, 'Finished of a server of TLS 1.3', full],
    ['client', 20, 'Finished of a client of TLS 1.3', full],
    ['server', 14, 'ServerHelloDone', full12],
    ['client', 20, 'Finished of a client of TLS 1.2', full12],
    ['server', 20, 'Finished of a server of TLS 1.2', full12],
  ] as const)(
    'from a %s after its message %i, %s: flight-not-aligned (RFC 9846 §5.1)',
    (role, type, _name, scene) => {
      const pair = talk({ ...scene, sessions: new SessionTable() }, trailing(role, type));
      const { code, alert } = violations.flightNotAligned;
      expect(failureOf(pair[role === 'client' ? 'server' : 'client'] as MachineEnd)).toEqual({ code, alert });
    },
  );

  test('with the first byte of the next message is as bad as with a whole one (RFC 9846 §5.1)', () => {
    const { client } = talk(full, trailing('server', 2, Uint8Array.of(8)));
    expect(client.error).toMatchObject({ code: violations.keyChangeNotAligned.code });
  });

  test('is in order between messages of one flight, and our own flights never break the rule', () => {
    for (const scene of [
      full,
      full12,
      retried,
      { ...full, clientLeaf: leaf, server: { clientAuthentication: 'require' } } as Scene,
    ]) {
      const pair = begin(machinePairFor({ ...scene, sessions: new SessionTable() }));
      corked(pair);
      expect(pair.client.error).toBeUndefined();
      expect(pair.server.error).toBeUndefined();
      expect([pair.client.state.at, pair.server.state.at].join()).toMatch(
        /^client1[23].connected,server1[23].connected$/,
      );
      expect(keysAgree(pair)).toBe(true);
    }
  });
});

describe('what an edge throws', () => {
  test.each([
    [
      'a violation becomes its row',
      violation(violations.noCommonVersion),
      'protocol_version',
      'no-common-version',
    ],
    [
      'a rejected certificate becomes its alert',
      new CertificateRejected({ code: 'expired', alert: 'certificate_expired', rank: 1 }),
      'certificate_expired',
      'expired',
    ],
    [
      'a decoding error becomes decode_error',
      new DecodeError(0, [], 'more'),
      'decode_error',
      'malformed-message',
    ],
    [
      'a duplicate extension becomes illegal_parameter',
      new DecodeError(0, [], 'once', 'duplicate-extension'),
      'illegal_parameter',
      'duplicate-extension',
    ],
    [
      'an extension out of place becomes illegal_parameter',
      new DecodeError(0, [], 'none', 'forbidden-extension'),
      'illegal_parameter',
      'forbidden-extension',
    ],
    ['a failure stays what it is', new ConnectionFailed('limit', 'enough'), 'internal_error', 'limit'],
    ['a misuse of ours is internal', new TlsMisuse('mine', 'do otherwise'), 'internal_error', 'internal'],
    ['a TypeError is internal', new TypeError('oops'), 'internal_error', 'internal'],
    ["a peer's alert is none of ours", new PeerAlert('bad_record_mac'), 'internal_error', 'internal'],
    ['anything else is internal', 'a string', 'internal_error', 'internal'],
  ] as const)('%s', (_what, cause, description, code) => {
    const { next, effects } = failure(cause);
    expect(next).toMatchObject({ at: 'failed', error: { code } });
    expect(effects).toEqual([{ effect: 'alert', level: 'fatal', description }, { effect: 'close' }]);
    if (code === 'internal') expect(next.error.cause).toBe(cause);
  });

  test('never leaves step', () => {
    const throwing: Machine<AnyState, unknown> = {
      here: {
        start: {
          run: () => {
            throw new TypeError('a defect');
          },
          to: {},
        },
      },
    } as never;
    expect(run(throwing, { at: 'here' }, { event: 'start', session: undefined }).next).toMatchObject({
      at: 'failed',
      error: { code: 'internal' },
    });
  });

  test('comes from the answer to an ask as well', () => {
    const { server } = talk({
      ...full,
      serverAnswers: {
        instead: (ask) => {
          if (ask.ask === 'sign') throw new Error('the signer is out of order');
          return undefined;
        },
      },
    });
    expect(server.error).toMatchObject({
      code: 'internal',
      cause: { message: 'the signer is out of order' },
    });
    expect(server.steps.at(-1)?.effects[0]).toMatchObject({ description: 'internal_error' });
  });
});

function run(machine: Machine<AnyState, unknown>, state: AnyState, event: MachineEvent): Stepped<AnyState> {
  const answer = () => {
    throw new Error('nobody should ask');
  };
  return drive(step(machine, undefined, state as never, event), answer) as Stepped<AnyState>;
}

/** Delivers each side's output as a connection that corks would: whole flights in as few records as fit. */
function corked({ client, server }: ReturnType<typeof talk>): void {
  for (let quiet = 0; quiet < 2; ) {
    const parcels: readonly (readonly [readonly Parcel[], MachineEnd])[] = [
      [client.takeOutput(), server as MachineEnd],
      [server.takeOutput(), client as MachineEnd],
    ];
    quiet = parcels.every(([output]) => output.length === 0) ? quiet + 1 : 0;
    for (const [output, to] of parcels) for (const parcel of coalesced(output)) to.receive(parcel);
  }
  shuttle({ client, server });
}
