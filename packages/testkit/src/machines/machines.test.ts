import { type ClientHello, decodeMessage } from '@tlsmith/codec';
import { node } from '@tlsmith/crypto/node';
import {
  begin,
  coalesced,
  failureOf,
  fragmented,
  issue,
  keysAgree,
  type MachineEnd,
  machinePairFor,
  makeAuthority,
  type Parcel,
  rawMessage,
  reach,
  refusalOf,
  rewriting,
  type Scene,
  scriptedAnswers,
  SessionTable,
  shuttle,
  story,
  talk,
  testServerPolicy,
  withExtension,
  withoutExtension,
} from '../node/index.ts';
import { groups, noBytes, schemes, secret, violations } from '@tlsmith/types';
import { describe, expect, test } from 'vitest';
import { serverSession13 } from '../sessions.ts';

const leaf = issue(makeAuthority({ name: 'Root' }), { subject: 'server', dns: ['server.example'] });
const full: Scene = { provider: node, leaf };

describe('two machines', () => {
  test('talk until both have said everything', () => {
    const pair = talk(full);
    expect([pair.client.state.at, pair.server.state.at]).toEqual([
      'client13/connected',
      'server13/connected',
    ]);
    expect(pair.client.received.map(({ type }) => type)).toEqual(pair.server.sent.map(({ type }) => type));
    expect(story(pair)).toContain('client: start > client/wait-server-hello, server_hello > client13');
  });

  test('stop where a test wants to look, with what is under way still under way', () => {
    const pair = begin(machinePairFor(full));
    const client = reach(pair, 'client', 'client13/wait-certificate-verify');
    expect(client.state.at).toBe('client13/wait-certificate-verify');
    shuttle(pair);
    expect(keysAgree(pair)).toBe(true);
    expect(() => reach(pair, 'client', 'client12/connected')).toThrow('the client is in client13/connected');
  });

  test('do not agree on keys before both have them', () => {
    const pair = begin(machinePairFor(full));
    reach(pair, 'client', 'client13/wait-encrypted-extensions');
    expect(keysAgree(pair)).toBe(false);
  });

  test('notice a message that was sent under other keys than it is read under', () => {
    const early = (parcel: Parcel): readonly Parcel[] => [{ ...parcel, keys: 7 }];
    expect(() => talk(full, early)).toThrow(
      'sent under keys 7, the server in server/wait-client-hello reads under 0',
    );
  });

  test('say so when an answer lets them wait', () => {
    const later = { ...full, clientAnswers: { instead: () => ({ answer: Promise.resolve(0) }) } };
    expect(() => talk(later)).toThrow('use a synchronous provider');
  });

  test('refuse a ChangeCipherSpec that the record layer would refuse', () => {
    const pair = talk(full);
    pair.client.receive({ kind: 'change-cipher-spec', keys: 2 });
    const { code, alert } = violations.unexpectedChangeCipherSpec;
    expect(failureOf(pair.client as MachineEnd)).toEqual({ code, alert });
  });
});

describe('parcels', () => {
  const parcel = (content: readonly number[], keys = 0): Parcel => ({
    kind: 'handshake',
    content: Uint8Array.from(content),
    keys,
  });
  const signal: Parcel = { kind: 'change-cipher-spec', keys: 0 };

  test('are joined under the same keys, and not across anything else', () => {
    const joined = coalesced([
      parcel([1]),
      parcel([2, 3]),
      signal,
      parcel([4]),
      parcel([5], 1),
      parcel([6], 1),
    ]);
    expect(joined).toEqual([parcel([1, 2, 3]), signal, parcel([4]), parcel([5, 6], 1)]);
  });

  test('are cut into pieces of a size', () => {
    expect(fragmented([parcel([1, 2, 3]), signal], 2)).toEqual([parcel([1, 2]), parcel([3]), signal]);
    expect(fragmented([parcel([])], 2)).toEqual([parcel([])]);
  });
});

describe('a rewritten message', () => {
  test('is another one for its receiver, who says what is wrong with it', () => {
    const change = (hello: ClientHello) => ({ ...hello, cipherSuites: [0x1304] });
    const { code, alert } = violations.noCommonCipherSuite;
    expect(refusalOf(full, { from: 'client', message: 'client_hello', change })).toEqual({ code, alert });
  });

  test('may be other bytes, nothing, or more than one', () => {
    const to = (replacement: Uint8Array | readonly Uint8Array[]) =>
      talk(
        full,
        rewriting({ from: 'client', message: 'client_hello', change: () => replacement as Uint8Array }),
      ).server;
    expect(to(rawMessage(99)).error).toMatchObject({ code: violations.unexpectedMessage.code });
    expect(to([]).state.at).toBe('server/wait-client-hello');
    expect(to([rawMessage(99), rawMessage(98)]).received).toHaveLength(1);
  });

  test('has to be there, and to be refused, for a test of refusals', () => {
    const same = <T>(body: T): T => body;
    expect(() => refusalOf(full, { from: 'server', message: 'server_hello_done', change: same })).toThrow(
      'no server_hello_done of the server came by',
    );
    expect(() => refusalOf(full, { from: 'server', message: 'server_hello', change: same })).toThrow(
      'the client is content',
    );
  });

  test('can have an extension more, less, or another', () => {
    const list = [{ type: 1, body: noBytes }];
    const body = Uint8Array.of(5);
    expect(withExtension(list, 1, body)).toEqual([{ type: 1, body }]);
    expect(withExtension(list, 2, body)).toEqual([...list, { type: 2, body }]);
    expect(withExtension(undefined, 2, body)).toEqual([{ type: 2, body }]);
    expect(withoutExtension([...list, { type: 2, body }], 2)).toEqual(list);
    expect(decodeMessage(rawMessage(20, 1, 2), { version: 'tls13' }).body).toEqual({
      verifyData: Uint8Array.of(1, 2),
    });
  });
});

describe('a script', () => {
  const share = Uint8Array.of(1);
  const peer = { share: Uint8Array.of(2), secret: Uint8Array.of(3) };

  test('answers in order, and tells what is left', () => {
    const { answer, left } = scriptedAnswers({
      provider: node,
      randoms: [Uint8Array.of(7), Uint8Array.of(8, 9)],
      clock: [1, 2],
      keyExchanges: [{ group: 'x25519', share, with: peer }],
      session: serverSession13(),
    });
    expect(answer({ ask: 'random', length: 1 })).toEqual(Uint8Array.of(7));
    expect([answer({ ask: 'now' }), answer({ ask: 'now' }), answer({ ask: 'now' })]).toEqual([1, 2, 2]);
    expect(answer({ ask: 'find-session', identities: [] })).toMatchObject({ index: 0 });
    expect(left()).toEqual(['randoms', 'keyExchanges']);
    expect(answer({ ask: 'begin-key-exchange', group: groups.x25519 })).toEqual({ share, key: 0 });
    expect(answer({ ask: 'finish-key-exchange', group: groups.x25519, key: 0, share: peer.share })).toEqual(
      peer.secret,
    );
    expect(left()).toEqual(['randoms']);
  });

  test('has no answer to what it does not foresee', () => {
    const { answer } = scriptedAnswers({
      provider: node,
      randoms: [Uint8Array.of(7)],
      keyExchanges: [{ group: 'x25519', share }],
    });
    const { ed25519: scheme } = schemes;
    const credential = { handle: 0, chain: [], keyType: 'ed25519', schemes: [], mayEncipher: false } as const;
    expect(() => answer({ ask: 'random', length: 32 })).toThrow('1 random bytes next, not 32');
    expect(() => answer({ ask: 'random', length: 1 })).toThrow('no more randoms');
    expect(() => answer({ ask: 'sign', credential, scheme, content: noBytes })).toThrow('no more signatures');
    expect(() => answer({ ask: 'begin-key-exchange', group: groups.x448 })).toThrow('x25519 next, not x448');
    expect(() => answer({ ask: 'respond-key-exchange', group: groups.x448, share })).toThrow(
      'no more keyExchanges',
    );
  });
});

test('a table of sessions keeps copies: wiping one that was handed out harms nobody', () => {
  const sessions = new SessionTable();
  const id = Uint8Array.of(1, 2);
  sessions.keep('ticket', id, serverSession13({ secret: secret('psk', new Uint8Array(32).fill(9)) }));
  const identities = [{ kind: 'session-id', id } as const, { kind: 'ticket', id } as const];
  expect(sessions.find(identities)?.index).toBe(1);
  sessions.find(identities)?.session.secret.wipe();
  expect(sessions.find(identities)?.session.secret.use((bytes) => bytes[0])).toBe(9);
  sessions.change({ lifetime: 5 });
  expect(sessions.find(identities)?.session.lifetime).toBe(5);
  expect(sessions.find([{ kind: 'ticket', id: noBytes }])).toBeUndefined();
});

test('policies for tests can be changed in part', () => {
  expect(testServerPolicy(node, { tickets: 4 })).toMatchObject({ tickets: 4, clientAuthentication: 'none' });
});
