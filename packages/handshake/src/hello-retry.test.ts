import {
  type ClientHello,
  cookie,
  decodeMessage,
  earlyData,
  type ExtensionList,
  keyShare,
  padding,
  preSharedKey,
  rawExtension,
  readExtension,
  serverName,
} from '@tlsmith/codec';
import { node } from '@tlsmith/crypto/node';
import {
  begin,
  issue,
  keysAgree,
  machinePairFor,
  makeAuthority,
  refusalOf,
  rewriting,
  type Scene,
  SessionTable,
  shuttle,
  talk,
  titled,
  withExtension,
  withoutExtension,
} from '@tlsmith/testkit/node';
import { groups, suites, type Violation, violations } from '@tlsmith/types';
import { describe, expect, test } from 'vitest';
import type { ServerPolicy } from './policy.ts';

const root = makeAuthority({ name: 'Root' });
const leaf = issue(root, { subject: 'server', dns: ['server.example'] });
const clientLeaf = issue(root, { subject: 'client' });
const retried: Scene = { provider: node, leaf, server: { groups: [groups.secp256r1] } };
const withCookie: Scene = { ...retried, server: { groups: [groups.secp256r1], arrange: addCookie() } };

type Change = (hello: ClientHello) => ClientHello | Uint8Array;

const fields =
  (change: Partial<ClientHello>): Change =>
  (hello) => ({ ...hello, ...change });
const extended =
  (change: (list: ExtensionList | undefined) => ExtensionList): Change =>
  (hello) => ({
    ...hello,
    extensions: change(hello.extensions),
  });
const plus = (type: number, ...body: readonly number[]): Change =>
  extended((list) => withExtension(list, type, Uint8Array.from(body)));
const without = (...types: readonly number[]): Change => extended((list) => withoutExtension(list, ...types));

interface Case {
  readonly row: Violation;
  readonly rule: string;
  readonly what: string;
  readonly scene: () => Scene;
  readonly change: Change;
}

const of =
  (scene: () => Scene, rule: string) =>
  (row: Violation, what: string, change: Change): Case => ({ row, rule, what, scene, change });

const changed = of(() => retried, 'RFC 9846 §4.2.2');
const shared = of(() => retried, 'RFC 9846 §4.3.8');
const cookied = of(() => withCookie, 'RFC 9846 §4.3.2');
const zeros = new Uint8Array(32);

const cases: readonly Case[] = [
  changed(violations.secondHelloChanged, 'another random', fields({ random: zeros })),
  changed(violations.secondHelloChanged, 'another session ID', fields({ legacySessionId: zeros })),
  changed(violations.secondHelloChanged, 'another legacy_version', fields({ legacyVersion: 0x0304 })),
  changed(violations.secondHelloChanged, 'other suites', fields({ cipherSuites: [0x1301] })),
  changed(
    violations.secondHelloChanged,
    'other compression methods',
    fields({ legacyCompressionMethods: Uint8Array.of(0, 1) }),
  ),
  changed(violations.secondHelloChanged, 'one extension more', plus(0x1234)),
  changed(violations.secondHelloChanged, 'one extension less', without(serverName.type)),
  changed(violations.secondHelloChanged, 'another server name', plus(serverName.type, 0, 4, 0, 0, 1, 97)),
  changed(
    violations.secondHelloChanged,
    'its extensions in another order',
    extended((list) => [...(list ?? []).slice(1), ...(list ?? []).slice(0, 1)]),
  ),
  changed(violations.secondHelloChanged, 'early_data', plus(earlyData.type)),
  shared(
    violations.secondHelloWrongShare,
    'a share in another group',
    plus(keyShare.type, 0, 36, 0, 29, 0, 32, ...zeros),
  ),
  shared(violations.secondHelloWrongShare, 'no share', plus(keyShare.type, 0, 0)),
  shared(violations.secondHelloWrongShare, 'two shares', (hello) => {
    const [share] = readExtension(hello.extensions, keyShare, 'client_hello') ?? [];
    const shares = [...(share === undefined ? [] : [share]), { group: 29, keyExchange: zeros }];
    const { body } = rawExtension(keyShare, 'client_hello', shares);
    return { ...hello, extensions: withExtension(hello.extensions, keyShare.type, body) };
  }),
  of(() => retried, 'RFC 9846 §9.2')(
    violations.missingKeyShareFromClient,
    'no key_share',
    without(keyShare.type),
  ),
  cookied(violations.secondHelloChanged, 'no cookie', without(cookie.type)),
  cookied(violations.secondHelloChanged, 'another cookie', plus(cookie.type, 0, 1, 8)),
  of(() => retried, 'RFC 9846 §4.3.2')(
    violations.secondHelloChanged,
    'a cookie that nobody gave',
    plus(cookie.type, 0, 1, 7),
  ),
  of(() => ({ ...resuming(), server: { groups: [groups.secp256r1] } }), 'RFC 9846 §4.3.11.2')(
    violations.binderMismatch,
    'a binder over something else',
    extended((list) => [{ type: padding.type, body: zeros }, ...(list ?? [])]),
  ),
];

describe('a server refuses a second ClientHello with', () => {
  test.each(titled(cases))('%s', (_title, { row: { code, alert }, scene, change }) => {
    const rewrite = { from: 'client', message: 'client_hello', nth: 1, change } as const;
    expect(refusalOf(scene(), rewrite)).toEqual({ code, alert });
  });
});

describe('a handshake with a HelloRetryRequest', () => {
  test('ends in the same keys on both sides (RFC 9846 §2.1)', () => {
    const pair = talk(retried);
    const negotiated = { group: 'secp256r1', retried: true, resumed: false };
    expect(pair.client.state).toMatchObject({ at: 'client13/connected', negotiated });
    expect(pair.server.state).toMatchObject({ at: 'server13/connected', negotiated });
    expect(keysAgree(pair)).toBe(true);
  });

  test('carries the cookie back (RFC 9846 §4.3.2)', () => {
    const pair = talk(withCookie);
    expect(pair.server.state.at).toBe('server13/connected');
    expect(readExtension(secondHello(pair).extensions, cookie, 'client_hello')).toEqual(Uint8Array.of(7));
    expect(readExtension(firstHello(pair).extensions, cookie, 'client_hello')).toBeUndefined();
  });

  test('may authenticate the client (RFC 9846 §4.4.2)', () => {
    const server = { ...retried.server, clientAuthentication: 'require' } as const;
    const pair = talk({ ...retried, server, clientLeaf });
    expect(pair.server.state).toMatchObject({
      at: 'server13/connected',
      negotiated: { peerChain: clientLeaf.chain },
    });
    expect(keysAgree(pair)).toBe(true);
  });

  test('may resume a session, its binder over both hellos (RFC 9846 §4.3.11.2)', () => {
    const pair = talk({ ...resuming(), ...{ server: retried.server } } as Scene);
    expect(pair.server.state).toMatchObject({
      at: 'server13/connected',
      negotiated: { resumed: true, retried: true },
    });
    expect(pair.client.state).toMatchObject({
      at: 'client13/connected',
      negotiated: { resumed: true, retried: true },
    });
    expect(keysAgree(pair)).toBe(true);
  });

  test('changes nothing but share, cookie and pre_shared_key of the hello (RFC 9846 §4.2.2)', () => {
    const pair = talk({ ...resuming(), server: withCookie.server } as Scene);
    const free: readonly number[] = [keyShare.type, cookie.type, preSharedKey.type];
    const rest = ({ extensions, ...hello }: ClientHello) => ({
      ...hello,
      extensions: (extensions ?? []).filter(({ type }) => !free.includes(type)),
    });
    expect(rest(secondHello(pair))).toEqual(rest(firstHello(pair)));
    expect(secondHello(pair).extensions).not.toEqual(firstHello(pair).extensions);
  });

  test('may have its padding changed (RFC 7685 §3, RFC 9846 §4.2.2)', () => {
    const change = plus(padding.type, 0, 0, 0);
    const route = rewriting({ from: 'client', message: 'client_hello', nth: 1, change });
    const pair = shuttle(begin(machinePairFor(retried)), route, () => false);
    expect(pair.server.error).toBeUndefined();
    expect(pair.server.state.at).toBe('server13/wait-finished');
  });

  test('drops a PSK whose hash is not the one of the suite that is now certain (RFC 9846 §4.2.4)', () => {
    const scene = resuming([suites.TLS_AES_256_GCM_SHA384]);
    const pair = talk({
      ...scene,
      server: {
        ...retried.server,
        suites: [suites.TLS_AES_128_GCM_SHA256, suites.TLS_AES_256_GCM_SHA384],
        versions: ['tls13'],
      },
    });
    expect(readExtension(firstHello(pair).extensions, preSharedKey, 'client_hello')).toBeDefined();
    expect(readExtension(secondHello(pair).extensions, preSharedKey, 'client_hello')).toBeUndefined();
    expect(pair.server.state).toMatchObject({ at: 'server13/connected', negotiated: { resumed: false } });
  });

  test('keeps to the suite of the HelloRetryRequest although a PSK of another hash is still offered (RFC 9846 §4.2.4)', () => {
    const scene = resuming([suites.TLS_AES_256_GCM_SHA384]);
    let offered: ExtensionList[number] | undefined;
    const first = rewriting({
      from: 'client',
      message: 'client_hello',
      change: (hello) => {
        offered = hello.extensions?.find(({ type }) => type === preSharedKey.type);
        return hello;
      },
    });
    const second = rewriting({
      from: 'client',
      message: 'client_hello',
      nth: 1,
      change: (hello) => ({
        ...hello,
        extensions: [...(hello.extensions ?? []), offered as ExtensionList[number]],
      }),
    });
    const { server } = talk(
      {
        ...scene,
        server: {
          ...retried.server,
          suites: [suites.TLS_AES_128_GCM_SHA256, suites.TLS_AES_256_GCM_SHA384],
          versions: ['tls13'],
        },
      },
      (parcel, from) => first(parcel, from).flatMap((one) => second(one, from)),
    );
    expect(server.steps.at(-1)?.to).toBe('server13/wait-finished');
    expect(server.state).toMatchObject({
      suite: suites.TLS_AES_128_GCM_SHA256,
      negotiated: { resumed: false },
    });
  });

  test('that wants only its cookie back gets the same shares again (RFC 9846 §4.2.2)', () => {
    const route = rewriting({
      from: 'server',
      message: 'hello_retry_request',
      change: (request) => ({
        ...request,
        extensions: [
          ...withoutExtension(request.extensions, keyShare.type),
          { type: cookie.type, body: Uint8Array.of(0, 1, 9) },
        ],
      }),
    });
    const pair = talk(retried, route);
    const shares = ({ extensions }: ClientHello) => readExtension(extensions, keyShare, 'client_hello');
    expect(shares(secondHello(pair))).toEqual(shares(firstHello(pair)));
    expect(readExtension(secondHello(pair).extensions, cookie, 'client_hello')).toEqual(Uint8Array.of(9));
  });

  test('skips early data from the first hello on, and once at most (RFC 9846 §4.3.10)', () => {
    const change = plus(earlyData.type);
    const { server } = talk(retried, rewriting({ from: 'client', message: 'client_hello', change }));
    const skips = server.steps.flatMap(({ from, effects }) =>
      effects.flatMap((effect) => (effect.effect === 'skip-early-data' ? [[from, effect.bytes]] : [])),
    );
    expect(skips).toEqual([['server/wait-client-hello', 65536]]);
  });

  test('has each side camouflaged once, early (RFC 9846 §E.4)', () => {
    const { client, server } = talk(retried);
    for (const end of [client, server]) {
      const wire = end.effects.flatMap((effect) =>
        effect.effect === 'send' ? [effect.type] : effect.effect === 'send-change-cipher-spec' ? ['CCS'] : [],
      );
      expect(wire.filter((one) => one === 'CCS')).toHaveLength(1);
      expect(wire.indexOf('CCS')).toBe(1);
    }
  });
});

type Pair = ReturnType<typeof talk>;

const helloAt = (pair: Pair, at: number): ClientHello =>
  decodeMessage(pair.client.sent[at]?.raw as Uint8Array, { version: undefined }).body as ClientHello;
const firstHello = (pair: Pair): ClientHello => helloAt(pair, 0);
const secondHello = (pair: Pair): ClientHello => helloAt(pair, 1);

function addCookie(): NonNullable<ServerPolicy['arrange']> {
  return (message, extensions) =>
    message === 'hello_retry_request'
      ? [...extensions, { type: cookie.type, body: Uint8Array.of(0, 1, 7) }]
      : extensions;
}

/** A client that offers what it got from a full handshake under one of these suites, and the server that knows it. */
function resuming(
  first: readonly (typeof suites)['TLS_AES_256_GCM_SHA384'][] = [suites.TLS_AES_128_GCM_SHA256],
): Scene {
  const sessions = new SessionTable();
  const [session] = talk({ provider: node, leaf, sessions, server: { suites: first, versions: ['tls13'] } })
    .client.sessions;
  return { provider: node, leaf, sessions, session };
}
