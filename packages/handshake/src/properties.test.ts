import { createECDH, type ECDH } from 'node:crypto';
import { handshakeType, message12, message13 } from '@tlsmith/codec';
import { node } from '@tlsmith/crypto/node';
import {
  type AnswerParts,
  begin,
  issue,
  type MachineEnd,
  MachineEnd as End,
  type MachinePair,
  machinePairFor,
  makeAuthority,
  type Parcel,
  type Scene,
  SessionTable,
  shuttle,
  talk,
  testCredential,
  type TestKeyType,
} from '@tlsmith/testkit/node';
import {
  type Bytes,
  concat,
  groups,
  isCertificateRejected,
  isTlsViolation,
  suites,
  violations,
} from '@tlsmith/types';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clientMachine } from './client/machine.ts';
import type { AnyState } from './machine.ts';
import type { ClientPolicy, ServerPolicy } from './policy.ts';
import { serverMachine } from './server/machine.ts';

const root = makeAuthority({ name: 'Root' });
const leafOf = (keyType: TestKeyType) => issue(root, { subject: 'peer', dns: ['server.example'], keyType });
const [leaf, rsaLeaf, clientLeaf] = [leafOf('p256'), leafOf('rsa'), leafOf('ed25519')];

// Keys of a provider work once, and here machines go on from the same state many times.
const instead = (): NonNullable<AnswerParts['instead']> => {
  const keys: ECDH[] = [];
  return (ask) => {
    if (ask.ask === 'begin-key-exchange') {
      const key = createECDH(curves[ask.group.name] as string);
      return { answer: { share: new Uint8Array(key.generateKeys()), key: keys.push(key) - 1 } };
    }
    if (ask.ask !== 'finish-key-exchange') return undefined;
    try {
      return { answer: new Uint8Array((keys[ask.key] as ECDH).computeSecret(ask.share)) };
    } catch {
      return { answer: undefined };
    }
  };
};
const curves: Readonly<Record<string, string>> = { secp256r1: 'prime256v1', secp384r1: 'secp384r1' };

const anyVersion = {
  groups: [groups.secp256r1, groups.secp384r1],
  keyShares: [groups.secp256r1],
  alpn: ['h2'],
};
const server: Partial<ServerPolicy> = { groups: anyVersion.groups, alpn: ['h2'] };
const only12: Partial<ClientPolicy> = { ...anyVersion, versions: ['tls12'] };
const full: Scene = {
  provider: node,
  leaf,
  sessions: new SessionTable(),
  client: anyVersion,
  server,
  clientAnswers: { instead: instead() },
  serverAnswers: { instead: instead() },
};
const full12: Scene = { ...full, client: only12 };

/** What comes after a handshake, to be spoilt as well. */
const late: readonly Bytes[] = [
  message13('key_update', { requestUpdate: 1 }).raw,
  message12('hello_request', {}).raw,
  message13('new_session_ticket', {
    ticketLifetime: 60,
    ticketAgeAdd: 1,
    ticketNonce: Uint8Array.of(0),
    ticket: Uint8Array.of(1, 2, 3),
    extensions: [{ type: 42, body: new Uint8Array(4) }],
  }).raw,
];

/** A machine that waits, and what its peer says next. */
interface Moment {
  readonly role: 'client' | 'server';
  readonly state: AnyState;
  readonly next: Bytes | 'change-cipher-spec';
  /** A fresh machine in this state. */
  start(): MachineEnd;
}

const scenes: readonly (() => MachinePair)[] = [
  () => machinePairFor(full),
  () =>
    machinePairFor({
      ...full,
      clientLeaf,
      server: { ...server, clientAuthentication: 'require', groups: [groups.secp384r1] },
    }),
  () => resumed(full),
  () => machinePairFor({ ...full12, clientLeaf, server: { ...server, clientAuthentication: 'request' } }),
  () => machinePairFor({ ...full12, server: { ...server, clientAuthentication: 'request' } }),
  () =>
    machinePairFor({
      ...full12,
      leaf: rsaLeaf,
      client: { ...only12, suites: [suites.TLS_RSA_WITH_AES_128_GCM_SHA256] },
    }),
  () => resumed(full12),
  () => machinePairFor(stapling(leaf, {})),
  () => machinePairFor(stapling(rsaLeaf, { suites: [suites.TLS_RSA_WITH_AES_128_GCM_SHA256] })),
];

/** TLS 1.2 with a CertificateStatus: what it says is nobody's business here. */
function stapling(from: typeof leaf, client: Partial<ClientPolicy>): Scene {
  const ocsp = Uint8Array.of(1, 2, 3);
  return {
    ...full12,
    leaf: from,
    client: { ...only12, ...client, certificateStatus: true },
    serverAnswers: { instead: instead(), credentials: [testCredential(node, from, { ocsp })] },
  };
}

const sessions = new Map<MachinePair, Parameters<typeof begin>[1]>();

function resumed(scene: Scene): MachinePair {
  const pair = machinePairFor(scene);
  sessions.set(pair, talk(scene).client.sessions[0]);
  return pair;
}

const moments = scenes.flatMap((make) => record(make()));
const said = moments.flatMap(({ next }) => (next === 'change-cipher-spec' ? [] : [next]));

test('every state of both tables that waits for something is among the moments to be spoilt', () => {
  const waiting = [...Object.keys(clientMachine), ...Object.keys(serverMachine)].filter(
    (at) => at !== 'client/start',
  );
  // No server of ours sends a ticket while it resumes; that way into the state is tested with TLS 1.2 resumption.
  expect([...new Set(moments.map(({ state }) => state.at))].toSorted()).toEqual(waiting.toSorted());
});

test('a moment is what it was: what the peer said next is taken', () => {
  for (const moment of moments) {
    const end = moment.start();
    deliver(end, moment.next);
    expect(end.error, `${moment.state.at}: ${String(moment.next)}`).toBeUndefined();
  }
});

const tally = { spoilt: 0, refused: 0, taken: 0, waiting: 0 };
const rows = new Set<string>();

test('whatever comes instead, in every state, ends in a state or in a typed error with its alert', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...moments),
      fc.constantFrom(...said),
      fc.array(spoiling(), { minLength: 1, maxLength: 3 }),
      fc.nat(7),
      (moment, other, changes, own) => {
        const original = own > 0 && moment.next !== 'change-cipher-spec' ? moment.next : other;
        const end = moment.start();
        deliver(
          end,
          changes.reduce((bytes, change) => change(bytes), original),
        );
        expectSound(end, moment);
      },
    ),
    { numRuns: 5000 },
  );
  console.log(
    `${tally.spoilt} spoilt messages in ${moments.length} moments: ${tally.refused} refused by ${rows.size} rows, ` +
      `${tally.taken} taken, ${tally.waiting} waited for more (${[...rows].toSorted().join(', ')})`,
  );
  expect(tally.refused).toBeGreaterThan(2000);
  expect(rows.size).toBeGreaterThan(15);
}, 60_000);

test('every message of every handshake, in every state: taken where it belongs, or refused with a typed error', () => {
  for (const moment of moments) {
    for (const content of [...said, ...late]) {
      const end = moment.start();
      deliver(end, content);
      expectSound(end, moment);
    }
    const end = moment.start();
    deliver(end, 'change-cipher-spec');
    expectSound(end, moment);
  }
  expect(moments.length * said.length).toBeGreaterThan(1000);
}, 60_000);

test('random bytes under every message type, in every state', () => {
  const types = Object.values(handshakeType);
  fc.assert(
    fc.property(
      fc.constantFrom(...moments),
      fc.constantFrom(...types, 3, 9, 99, 254),
      fc.uint8Array({ maxLength: 120 }),
      (moment, type, body) => {
        const end = moment.start();
        deliver(end, concat(Uint8Array.of(type, 0, 0, body.length), body));
        expectSound(end, moment);
      },
    ),
    { numRuns: 2000 },
  );
});

test('a connection whose peer never speaks sense stays failed, and asks nothing more', () => {
  for (const moment of moments) {
    const end = moment.start();
    deliver(end, Uint8Array.of(99, 0, 0, 0));
    const { state } = end;
    const asks = end.asks.length;
    expect(end.error).toMatchObject({ code: violations.unexpectedMessage.code });
    deliver(end, moment.next);
    expect(end.state).toBe(state);
    expect(end.asks).toHaveLength(asks);
  }
});

/** Lets a pair talk and remembers each machine before each message. */
function record(pair: MachinePair): readonly Moment[] {
  const found: Moment[] = [];
  const remember = (to: MachineEnd, next: Moment['next']): void => {
    const { state } = to;
    if (state.at === 'client/start' || state.at === 'failed') return;
    found.push({
      role: to.role,
      state: state as AnyState,
      next,
      start: () => revived(to, state as AnyState),
    });
  };
  shuttle(begin(pair, sessions.get(pair)), (parcel, from) => {
    const to = (from.role === 'client' ? pair.server : pair.client) as MachineEnd;
    if (parcel.kind === 'handshake') remember(to, parcel.content);
    if (parcel.kind === 'change-cipher-spec' && to.state.at.includes('12/'))
      remember(to, 'change-cipher-spec');
    return [parcel];
  });
  for (const end of [pair.client, pair.server] as readonly MachineEnd[]) {
    const fitting = late.find(
      ([type]) => type === (end.state.at.includes('13/') ? 24 : end.role === 'client' ? 0 : -1),
    );
    const hello = pair.server.received[0]?.raw as Bytes;
    remember(end, fitting ?? hello);
  }
  return found;
}

/** A machine in a state that another one was in. */
function revived(like: MachineEnd, state: AnyState): MachineEnd {
  const { role, policy } = like;
  const machine = (role === 'client' ? clientMachine : serverMachine) as never;
  return new End({ role, policy, machine, start: state, answer: like.answer });
}

function deliver(end: MachineEnd, next: Moment['next']): void {
  const parcel: Parcel =
    next === 'change-cipher-spec'
      ? { kind: next, keys: 0 }
      : { kind: 'handshake', content: next.slice(), keys: 0 };
  end.receive(parcel);
}

/** What may come of anything: a state of the machine, or a typed error and a fatal alert. */
function expectSound(end: MachineEnd, moment: Moment): void {
  tally.spoilt++;
  expect(end.asks.length).toBeLessThan(200);
  if (end.state.at !== 'failed') {
    expect([...Object.keys(clientMachine), ...Object.keys(serverMachine)]).toContain(end.state.at);
    if (end.steps.length === 0) tally.waiting++;
    else tally.taken++;
    return;
  }
  const { error } = end;
  expect(
    isTlsViolation(error) || isCertificateRejected(error),
    `${moment.state.at}: ${error?.cause instanceof Error ? error.cause.stack : error?.message}`,
  ).toBe(true);
  const { code, alert } = error as Error & { readonly code: string; readonly alert: string };
  expect(end.steps.at(-1)?.effects).toEqual([
    { effect: 'alert', level: 'fatal', description: alert },
    { effect: 'close' },
  ]);
  tally.refused++;
  rows.add(code);
}

/** Ways to spoil a message. */
function spoiling(): fc.Arbitrary<(bytes: Bytes) => Bytes> {
  // In the body: of a header that is wrong not much is to be learnt.
  const at = (bytes: Bytes, share: number): number => 4 + Math.floor(share * (bytes.length - 4));
  const share = fc.noBias(fc.nat(9999)).map((value) => value / 10_000);
  const byte = fc.integer({ min: 0, max: 255 });
  const framed = (bytes: Bytes): Bytes => {
    const length = Math.max(0, bytes.length - 4);
    return concat(
      Uint8Array.of(bytes[0] ?? 0, length >> 16, (length >> 8) & 0xff, length & 0xff),
      bytes.subarray(4),
    );
  };
  return fc.oneof(
    fc.tuple(share, byte).map(
      ([where, value]) =>
        (bytes: Bytes) =>
          bytes.map((old, i) => (i === at(bytes, where) ? value : old)),
    ),
    // Small structures: a length or a code a little off.
    fc.tuple(share, fc.constantFrom(-2, -1, 1, 2)).map(
      ([where, by]) =>
        (bytes: Bytes) =>
          bytes.map((old, i) => (i === at(bytes, where) ? (old + by) & 0xff : old)),
    ),
    fc.tuple(share, share).map(([from, to]) => (bytes: Bytes) => {
      const [a, b] = [at(bytes, from), at(bytes, to)].toSorted((x, y) => x - y) as [number, number];
      return framed(concat(bytes.subarray(0, a), bytes.subarray(b)));
    }),
    fc.tuple(share, fc.uint8Array({ minLength: 1, maxLength: 40 })).map(
      ([where, more]) =>
        (bytes: Bytes) =>
          framed(concat(bytes.subarray(0, at(bytes, where)), more, bytes.subarray(at(bytes, where)))),
    ),
    share.map((where) => (bytes: Bytes) => bytes.slice(0, at(bytes, where))),
    fc
      .constantFrom(...Object.values(handshakeType))
      .map((type) => (bytes: Bytes) => bytes.map((old, i) => (i === 0 ? type : old))),
    fc.constant((bytes: Bytes) => concat(bytes, bytes)),
  );
}
