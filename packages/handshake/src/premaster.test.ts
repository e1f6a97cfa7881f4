import { constants, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import type { ClientHello } from '@tlsmith/codec';
import { node } from '@tlsmith/crypto/node';
import {
  begin,
  failureOf,
  issue,
  type MachineEnd,
  machinePairFor,
  makeAuthority,
  reach,
  rewriting,
  type Scene,
  shuttle,
} from '@tlsmith/testkit/node';
import { type Bytes, concat, suites, violations } from '@tlsmith/types';
import { expect, test } from 'vitest';
import type { Ask } from './ask.ts';

const leaf = issue(makeAuthority({ name: 'Root' }), { subject: 'server', keyType: 'rsa' });
const spki = createPublicKey({ key: Buffer.from(leaf.key.spki), format: 'der', type: 'spki' });
const rsa: Scene = {
  provider: node,
  leaf,
  client: { versions: ['tls12'], suites: [suites.TLS_RSA_WITH_AES_128_GCM_SHA256] },
};
const modulusLength = 256;

/** EME-PKCS1-v1_5 (RFC 8017 §7.2.1) around a premaster secret; `change` spoils it. */
function block(premaster: Bytes, change: (padded: Bytes) => Bytes = (padded) => padded): Bytes {
  const filler = randomBytes(modulusLength - 3 - premaster.length).map((byte) => byte || 1);
  return change(concat(Uint8Array.of(0, 2), new Uint8Array(filler), Uint8Array.of(0), premaster));
}

const encrypted = (padded: Bytes): Bytes =>
  new Uint8Array(publicEncrypt({ key: spki, padding: constants.RSA_NO_PADDING }, padded));
const premaster = (length: number, ...version: readonly number[]): Bytes =>
  concat(Uint8Array.from(version), new Uint8Array(randomBytes(length - version.length)));
const at = (index: number, value: number) => (padded: Bytes) =>
  padded.map((byte, i) => (i === index ? value : byte));

const good = premaster(48, 3, 3);
const bad: Readonly<Record<string, () => Bytes>> = {
  'a wrong first byte': () => encrypted(block(good, at(0, 1))),
  'a wrong block type': () => encrypted(block(good, at(1, 1))),
  'a zero in the first eight bytes of padding': () => encrypted(block(good, at(5, 0))),
  'a zero early in the padding': () => encrypted(block(good, at(40, 0))),
  'no zero after the padding': () =>
    encrypted(
      block(
        good.map((byte) => byte || 1),
        at(modulusLength - 49, 9),
      ),
    ),
  'no padding at all': () => encrypted(concat(new Uint8Array(modulusLength - 48), good)),
  'the version of TLS 1.1': () => encrypted(block(premaster(48, 3, 2))),
  'the version of TLS 1.3': () => encrypted(block(premaster(48, 3, 4))),
  'version 0': () => encrypted(block(premaster(48, 0, 0))),
  'a premaster of 47 bytes': () => encrypted(block(premaster(47, 3, 3))),
  'a premaster of 49 bytes': () => encrypted(block(premaster(49, 3, 3))),
  'an empty premaster': () => encrypted(block(new Uint8Array(0))),
  'a premaster that fills the block': () => encrypted(block(premaster(modulusLength - 11, 3, 3))),
  'a ciphertext of zeros': () => new Uint8Array(modulusLength),
  'a ciphertext above the modulus': () => new Uint8Array(modulusLength).fill(0xff),
  'a ciphertext that is too short': () => encrypted(block(good)).slice(1),
  'a ciphertext that is too long': () => concat(Uint8Array.of(0), encrypted(block(good))),
  'an empty ciphertext': () => new Uint8Array(0),
  'random bytes': () => new Uint8Array(randomBytes(modulusLength)),
};

/** A server's way from ClientKeyExchange on: everything of it that somebody outside could tell apart. */
function wayOf(ciphertext?: () => Bytes): { readonly server: MachineEnd; readonly way: unknown } {
  const pair = begin(machinePairFor(rsa));
  const server = reach(pair, 'server', 'server12/wait-client-key-exchange');
  const before = { asks: server.asks.length, sent: server.sent.length, steps: server.steps.length };
  const change = () => ({ encryptedPremasterSecret: (ciphertext as () => Bytes)() });
  const route = ciphertext && rewriting({ from: 'client', message: 'client_key_exchange', change });
  shuttle(pair, route, () => server.steps.length === before.steps + 3);
  const way = {
    asks: server.asks.slice(before.asks).map(shapeOf),
    sent: server.sent.slice(before.sent),
    steps: server.steps.slice(before.steps).map(({ event, from, to, effects }) => ({
      event,
      from,
      to,
      effects: effects.map(({ effect }) => effect),
    })),
    error: server.error,
  };
  return { server, way };
}

/** An ask without its secrets: what it is, and how long everything in it is. */
function shapeOf(ask: Ask): unknown {
  const lengths = Object.entries(ask).map(([name, value]: readonly [string, unknown]) => {
    // How long the ciphertext is, and with it the transcript, is no secret to the one who sent it.
    if (name === 'ciphertext' || (ask.ask === 'hash' && name === 'data')) return [name];
    if (typeof value !== 'object' || value === null) return [name, value];
    return [name, 'length' in value ? value.length : undefined];
  });
  return lengths;
}

// A premaster that is well formed and not the client's: what follows is as it would be for an attacker's good guess.
const baseline = wayOf(() => encrypted(block(premaster(48, 3, 3))));

test('a good premaster secret leads to a connection (RFC 5246 §7.4.7.1)', () => {
  const { server, way } = wayOf();
  expect(server.state).toMatchObject({ at: 'server12/connected', negotiated: { group: undefined } });
  const { asks } = way as { readonly asks: readonly unknown[] };
  const { asks: wanted } = baseline.way as { readonly asks: readonly unknown[] };
  expect(asks.slice(0, wanted.length)).toEqual(wanted);
});

test('one that is well formed and not the client’s is found out at Finished (RFC 5246 §7.4.9)', () => {
  const { code, alert } = violations.finishedMismatch;
  expect(failureOf(baseline.server)).toEqual({ code, alert });
  const { steps, sent } = baseline.way as {
    readonly steps: readonly { event: string }[];
    readonly sent: unknown;
  };
  expect(steps.map(({ event }) => event)).toEqual(['client_key_exchange', 'change-cipher-spec', 'finished']);
  expect(sent).toEqual([]);
});

test.each(Object.entries(bad))(
  '%s leads the same way: same asks, same effects, same alert (RFC 5246 §7.4.7.1)',
  (_what, ciphertext) => {
    expect(wayOf(ciphertext).way).toEqual(baseline.way);
  },
);

test('the substitute is asked for before anything is decrypted, whatever comes (RFC 5246 §7.4.7.1)', () => {
  const { asks } = baseline.way as { readonly asks: readonly (readonly (readonly unknown[])[])[] };
  expect(asks.slice(0, 2).map(([first]) => first)).toEqual([
    ['ask', 'random'],
    ['ask', 'decrypt-premaster'],
  ]);
  expect(asks[1]).toContainEqual(['clientVersion', 0x0303]);
  expect(asks[1]).toContainEqual(['substitute', 48]);
});

test('the version in the premaster is the one of ClientHello, not the negotiated one (RFC 5246 §7.4.7.1)', () => {
  const change = (hello: ClientHello) => ({ ...hello, legacyVersion: 0x03ff });
  const pair = begin(machinePairFor(rsa));
  const server = reach(
    pair,
    'server',
    'server12/wait-client-key-exchange',
    rewriting({ from: 'client', message: 'client_hello', change }),
  );
  shuttle(pair, undefined, () => server.state.at === 'server12/wait-change-cipher-spec');
  expect(server.asks.find(({ ask }) => ask === 'decrypt-premaster')).toMatchObject({ clientVersion: 0x03ff });
});
