import {
  applicationLayerProtocolNegotiation,
  type ClientHello,
  decodeMessage,
  ecPointFormats,
  type ExtensionList,
  extendedMainSecret,
  keyShare,
  oidFilters,
  preSharedKey,
  pskKeyExchangeModes,
  readExtension,
  renegotiationInfo,
  type ServerHello,
  serverName,
  sessionTicket,
  signatureAlgorithms,
  supportedGroups,
  supportedVersions,
} from '@tlsmith/codec';
import { node } from '@tlsmith/crypto/node';
import {
  type AnswerParts,
  failureOf,
  issue,
  type MachineEnd,
  type MachinePair,
  makeAuthority,
  rawMessage,
  refusalOf,
  rewriting,
  type Scene,
  SessionTable,
  talk,
  titled,
  withExtension,
  withoutExtension,
} from '@tlsmith/testkit/node';
import { groups, type NamedGroup, suites, type Violation, violations } from '@tlsmith/types';
import { describe, expect, test } from 'vitest';

const root = makeAuthority({ name: 'Root' });
const leaf = issue(root, { subject: 'server', dns: ['server.example'] });
const full: Scene = { provider: node, leaf };
const full12: Scene = { ...full, client: { versions: ['tls12'] } };

type Change = (hello: ClientHello) => ClientHello | Uint8Array;

const fields =
  (change: Partial<ClientHello>): Change =>
  (hello) => ({ ...hello, ...change });
const suitesPlus =
  (...codes: readonly number[]): Change =>
  (hello) => ({
    ...hello,
    cipherSuites: [...hello.cipherSuites, ...codes],
  });
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
  (scene: () => Scene) =>
  (row: Violation, rule: string, what: string, change: Change = (hello) => hello): Case => ({
    row,
    rule,
    what,
    scene,
    change,
  });

const in13 = of(() => full);
const in12 = of(() => full12);
const only13 = of(() => ({ ...full, server: { versions: ['tls13'] } }));
const underPsk = of(() => resuming('tls13'));
const forgotten = of(() => ({ ...resuming('tls13'), sessions: new SessionTable() }));
const resumed12 = of(() => ({ ...resuming('tls12'), server: { extendedMasterSecret: 'prefer' } }));
const rsaServer = of(() => ({ ...full, leaf: issue(root, { subject: 'server', keyType: 'rsa' }) }));

const x25519 = (length: number): readonly number[] => [0, 29, 0, length, ...new Uint8Array(length)];
const unlisted = [0, 24, 0, 1, 4];

const cases: readonly Case[] = [
  in13(violations.noCommonVersion, 'RFC 9846 §4.3.1', 'TLS 1.1 alone', plus(supportedVersions.type, 2, 3, 2)),
  in13(violations.noCommonVersion, 'RFC 9846 §E.2', 'a legacy_version of 1.1 alone', (hello) => ({
    ...hello,
    legacyVersion: 0x0302,
    extensions: withoutExtension(hello.extensions, supportedVersions.type),
  })),
  only13(
    violations.noCommonVersion,
    'RFC 9846 §E.2',
    'TLS 1.2 to a server of TLS 1.3 alone',
    without(supportedVersions.type),
  ),
  in13(
    violations.badLegacyVersion,
    'RFC 9846 §4.2.2',
    'a legacy_version of 1.3',
    fields({ legacyVersion: 0x0304 }),
  ),
  in13(
    violations.badLegacyVersion,
    'RFC 9846 §4.2.2',
    'a legacy_version of 1.1',
    fields({ legacyVersion: 0x0302 }),
  ),
  in12(
    violations.inappropriateFallback,
    'RFC 7507 §3',
    'the fallback signal below our best',
    suitesPlus(0x5600),
  ),
  of(() => ({ ...full12, server: { versions: ['tls12', 'tls13'] } }))(
    violations.inappropriateFallback,
    'RFC 7507 §3',
    'the fallback signal below the best of a server that prefers another',
    suitesPlus(0x5600),
  ),
  in13(
    violations.noNullCompression,
    'RFC 9846 §4.2.2',
    'compression alone',
    fields({ legacyCompressionMethods: Uint8Array.of(1) }),
  ),
  in12(
    violations.noNullCompression,
    'RFC 5246 §7.4.1.2',
    'compression alone',
    fields({ legacyCompressionMethods: Uint8Array.of(1) }),
  ),
  in13(
    violations.compressionInTls13,
    'RFC 9846 §4.2.2',
    'compression besides',
    fields({ legacyCompressionMethods: Uint8Array.of(1, 0) }),
  ),
  in13(
    violations.missingSupportedGroups,
    'RFC 9846 §9.2',
    'shares and no groups',
    without(supportedGroups.type),
  ),
  in13(violations.missingKeyShareFromClient, 'RFC 9846 §9.2', 'groups and no shares', without(keyShare.type)),
  in13(
    violations.missingSupportedGroups,
    'RFC 9846 §9.2',
    'neither groups nor shares',
    without(supportedGroups.type, keyShare.type),
  ),
  in13(
    violations.missingSignatureAlgorithms,
    'RFC 9846 §9.2',
    'no signature algorithms',
    without(signatureAlgorithms.type),
  ),
  in13(
    violations.keyShareForUnofferedGroup,
    'RFC 9846 §4.3.8',
    'a share in a group that is not listed',
    extended((list) =>
      withExtension(
        withExtension(list, supportedGroups.type, Uint8Array.of(0, 2, 0, 29)),
        keyShare.type,
        Uint8Array.of(0, 5, ...unlisted),
      ),
    ),
  ),
  in13(
    violations.duplicateKeyShare,
    'RFC 9846 §4.3.8',
    'two shares in one group',
    plus(keyShare.type, 0, 72, ...x25519(32), ...x25519(32)),
  ),
  in13(
    violations.invalidKeyShare,
    'RFC 9846 §7.4.2',
    'a share of zeros',
    plus(keyShare.type, 0, 36, ...x25519(32)),
  ),
  in13(
    violations.invalidKeyShare,
    'RFC 9846 §4.3.8.2',
    'a short share',
    plus(keyShare.type, 0, 35, ...x25519(31)),
  ),
  in13(
    violations.noCommonCipherSuite,
    'RFC 9846 §4.2.1',
    'suites of others',
    fields({ cipherSuites: [0x1304] }),
  ),
  in13(
    violations.noCommonGroup,
    'RFC 9846 §4.2.1',
    'groups of others',
    extended((list) =>
      withExtension(
        withExtension(list, supportedGroups.type, Uint8Array.of(0, 2, 1, 0)),
        keyShare.type,
        Uint8Array.of(0, 0),
      ),
    ),
  ),
  in13(
    violations.noCommonSignatureScheme,
    'RFC 9846 §4.3.3',
    'schemes of others',
    plus(signatureAlgorithms.type, 0, 2, 9, 9),
  ),
  rsaServer(
    violations.noUsableCredential,
    'RFC 9846 §4.5.1.2',
    'schemes that no certificate of ours can use',
    plus(signatureAlgorithms.type, 0, 2, 4, 3),
  ),
  of(() => ({ ...full, client: { alpn: ['h3'] }, server: { alpn: ['h2'] } }))(
    violations.noCommonApplicationProtocol,
    'RFC 7301 §3.2',
    'protocols of others',
  ),
  in13(violations.forbiddenExtension, 'RFC 9846 §4.3', 'oid_filters', plus(oidFilters.type, 0, 0)),
  in13(
    violations.duplicateExtension,
    'RFC 9846 §4.3',
    'an extension twice',
    extended((list) => [...(list ?? []), ...(list ?? []).slice(0, 1)]),
  ),
  in13(
    violations.malformedMessage,
    'RFC 9846 §4.3',
    'a byte after the versions',
    plus(supportedVersions.type, 2, 3, 4, 0),
  ),
  in13(
    violations.malformedMessage,
    'RFC 6066 §3',
    'two host names',
    plus(serverName.type, 0, 8, 0, 0, 1, 97, 0, 0, 1, 98),
  ),
  in13(violations.malformedMessage, 'RFC 9846 §4.2.2', 'a body that is cut short', () => rawMessage(1, 3, 3)),
  underPsk(
    violations.pskNotLast,
    'RFC 9846 §4.3.11',
    'pre_shared_key before another extension',
    extended((list) => (list ?? []).toReversed()),
  ),
  forgotten(
    violations.missingSignatureAlgorithms,
    'RFC 9846 §9.2',
    'a PSK that is not known, and no signature algorithms',
    without(signatureAlgorithms.type),
  ),
  forgotten(
    violations.noCommonGroup,
    'RFC 9846 §4.2.1',
    'a PSK without key exchange, and no groups',
    without(supportedGroups.type, keyShare.type),
  ),
  underPsk(
    violations.missingPskModes,
    'RFC 9846 §4.3.9',
    'a PSK and no modes',
    without(pskKeyExchangeModes.type),
  ),
  underPsk(
    violations.binderCountMismatch,
    'RFC 9846 §4.3.11',
    'a binder too many',
    withBinders((binders) => [...binders, ...binders]),
  ),
  underPsk(
    violations.binderMismatch,
    'RFC 9846 §4.3.11.2',
    'a wrong binder',
    withBinders(([binder]) => [binder?.map((byte) => byte ^ 1) as Uint8Array]),
  ),
  underPsk(violations.binderMismatch, 'RFC 9846 §4.3.11.2', 'a binder over another hello', (hello) => ({
    ...hello,
    random: new Uint8Array(32),
  })),

  in12(
    violations.missingClientRenegotiationInfo,
    'RFC 5746 §3.6',
    'no sign of secure renegotiation',
    without(renegotiationInfo.type),
  ),
  in12(
    violations.renegotiationInfoMismatch,
    'RFC 5746 §3.6',
    'a renegotiation_info with content',
    plus(renegotiationInfo.type, 1, 7),
  ),
  in12(
    violations.missingExtendedMasterSecret,
    'RFC 7627 §5.2',
    'no extended_master_secret where it is required',
    without(extendedMainSecret.type),
  ),
  resumed12(
    violations.extendedMasterSecretDropped,
    'RFC 7627 §5.3',
    'a session with an extended master secret and no sign of it',
    without(extendedMainSecret.type),
  ),
  in12(
    violations.noUncompressedPoints,
    'RFC 8422 §5.1.2',
    'no uncompressed points',
    plus(ecPointFormats.type, 1, 1),
  ),
  in12(
    violations.noCommonCipherSuite,
    'RFC 5246 §7.4.1.3',
    'suites of others',
    fields({ cipherSuites: [0x002f] }),
  ),
  of(() => ({
    ...full,
    client: { versions: ['tls12'], suites: [suites.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256] },
  }))(violations.noCommonGroup, 'RFC 8422 §5.1', 'groups of others', plus(supportedGroups.type, 0, 2, 1, 0)),
  in12(
    violations.noUsableCredential,
    'RFC 5246 §7.4.2',
    'suites that no certificate of ours can serve',
    fields({ cipherSuites: [suites.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256.code] }),
  ),
  of(() => ({ ...full12, client: { versions: ['tls12'], alpn: ['h3'] }, server: { alpn: ['h2'] } }))(
    violations.noCommonApplicationProtocol,
    'RFC 7301 §3.2',
    'protocols of others',
  ),
];

describe('a server refuses a ClientHello with', () => {
  test.each(titled(cases))('%s', (_title, { row: { code, alert }, scene, change }) => {
    expect(refusalOf(scene(), { from: 'client', message: 'client_hello', change })).toEqual({ code, alert });
  });
});

describe('a server looks past what it does not know', () => {
  const grease: Change = (hello) => ({
    ...hello,
    cipherSuites: [0x0a0a, ...hello.cipherSuites],
    extensions: [
      { type: 0x1a1a, body: new Uint8Array(0) },
      ...(hello.extensions ?? []).map((one) => {
        const front = greased[one.type];
        return front === undefined ? one : { type: one.type, body: front(one.body) };
      }),
    ],
  });

  test.each(['tls13', 'tls12'] as const)(
    'GREASE in every list leads to %s as without it (RFC 8701 §3.1)',
    (version) => {
      const scene: Scene = {
        ...full,
        client: { versions: version === 'tls13' ? ['tls13', 'tls12'] : ['tls12'], alpn: ['h2'] },
        server: { alpn: ['h2'] },
      };
      const { server } = answered(scene, grease);
      expect(server.error).toBeUndefined();
      expect(server.state.at).toBe(
        version === 'tls13' ? 'server13/wait-finished' : 'server12/wait-client-key-exchange',
      );
      expect(server.state).toMatchObject({ negotiated: { alpn: 'h2', serverName: 'server.example' } });
    },
  );

  test('a hello without extensions is one of TLS 1.2 (RFC 5246 §7.4.1.2, RFC 5746 §3.3)', () => {
    const rsa = issue(root, { subject: 'server', keyType: 'rsa' });
    const bare: Change = (hello) => ({
      ...hello,
      cipherSuites: [suites.TLS_RSA_WITH_AES_128_GCM_SHA256.code, 0x00ff],
      extensions: undefined,
    });
    const { server } = answered({ ...full, leaf: rsa, server: { extendedMasterSecret: 'prefer' } }, bare);
    expect(server.state.at).toBe('server12/wait-client-key-exchange');
    expect(extensionsOf(server)).toEqual([renegotiationInfo.type]);
  });

  test('legacy_version counts for nothing beside supported_versions of TLS 1.2 (RFC 9846 §4.3.1)', () => {
    const change: Change = (hello) =>
      plus(supportedVersions.type, 2, 3, 3)({ ...hello, legacyVersion: 0x0301 }) as ClientHello;
    expect(answered(full, change).server.state.at).toBe('server12/wait-client-key-exchange');
  });

  test('a legacy_version to come without supported_versions is TLS 1.2 (RFC 5246 §E.1)', () => {
    const change: Change = (hello) => without(supportedVersions.type)({ ...hello, legacyVersion: 0x03ff });
    expect(answered(full, change).server.state.at).toBe('server12/wait-client-key-exchange');
  });

  test('point formats are of no concern to TLS 1.3 (RFC 9846 §4.3.8.2)', () => {
    expect(answered(full, plus(ecPointFormats.type, 1, 1)).server.state.at).toBe('server13/wait-finished');
  });

  test('an empty list of shares asks for a HelloRetryRequest (RFC 9846 §4.3.8)', () => {
    expect(answered(full, plus(keyShare.type, 0, 0)).server.state.at).toBe(
      'server13/wait-second-client-hello',
    );
  });

  test('without groups a client of TLS 1.2 is taken to know P-256 (RFC 8422 §4)', () => {
    const { server } = answered(full12, without(supportedGroups.type));
    expect(server.state).toMatchObject({
      at: 'server12/wait-client-key-exchange',
      negotiated: { group: 'secp256r1' },
    });
  });
});

describe('the fallback signal (RFC 7507 §3)', () => {
  test('is no matter for a client that offers our best', () => {
    expect(answered(full, suitesPlus(0x5600)).server.state.at).toBe('server13/wait-finished');
  });

  test('is no matter for a client that offers our best where we prefer another', () => {
    const scene: Scene = { ...full, server: { versions: ['tls12', 'tls13'] } };
    expect(answered(scene, suitesPlus(0x5600)).server.state.at).toBe('server12/wait-client-key-exchange');
  });

  test('is no matter where TLS 1.2 is our best', () => {
    const scene: Scene = { ...full12, server: { versions: ['tls12'] } };
    expect(answered(scene, suitesPlus(0x5600)).server.state.at).toBe('server12/wait-client-key-exchange');
  });
});

describe('a ServerHello of TLS 1.2 answers what was asked for and no more (RFC 5246 §7.4.1.4)', () => {
  test.each([
    ['point formats (RFC 8422 §5.2)', ecPointFormats.type],
    ['the extended master secret (RFC 7627 §5.2)', extendedMainSecret.type],
    ['a ticket (RFC 5077 §3.2)', sessionTicket.type],
    ['the server name (RFC 6066 §3)', serverName.type],
    ['a protocol (RFC 7301 §3.2)', applicationLayerProtocolNegotiation.type],
  ] as const)('%s', (_what, type) => {
    const scene: Scene = {
      ...full,
      client: { versions: ['tls12'], alpn: ['h2'] },
      server: { alpn: ['h2'], extendedMasterSecret: 'prefer' },
    };
    expect(extensionsOf(answered(scene, (hello) => hello).server)).toContain(type);
    expect(extensionsOf(answered(scene, without(type)).server)).not.toContain(type);
  });
});

test('a server takes its own most preferred of what both have (RFC 9846 §4.2.1)', () => {
  const scene: Scene = {
    ...full,
    client: {
      suites: [suites.TLS_AES_256_GCM_SHA384, suites.TLS_CHACHA20_POLY1305_SHA256],
      groups: [groups.secp384r1, groups.x25519, groups.secp256r1],
      keyShares: [groups.secp384r1, groups.secp256r1],
      versions: ['tls13'],
      alpn: ['http/1.1', 'h2'],
    },
    server: {
      suites: [
        suites.TLS_AES_128_GCM_SHA256,
        suites.TLS_CHACHA20_POLY1305_SHA256,
        suites.TLS_AES_256_GCM_SHA384,
      ],
      groups: [groups.x25519, groups.secp256r1, groups.secp384r1],
      versions: ['tls13'],
      alpn: ['h2', 'http/1.1'],
    },
  };
  expect(talk(scene).client.state).toMatchObject({
    at: 'client13/connected',
    // X25519 would cost a round trip: it has no share.
    negotiated: {
      suite: suites.TLS_CHACHA20_POLY1305_SHA256,
      group: 'secp256r1',
      alpn: 'h2',
      retried: false,
    },
  });
});

describe('a group of one version', () => {
  const only12: NamedGroup = { ...groups.secp384r1, versions: ['tls12'] };
  const only13: NamedGroup = { ...groups.x25519, versions: ['tls13'] };

  test('is not chosen for the other by a server (RFC 9846 §4.2.1, RFC 8422 §5.1)', () => {
    const server = { groups: [only12, only13, groups.secp256r1] };
    const client = {
      groups: [groups.secp384r1, groups.x25519, groups.secp256r1],
      keyShares: [groups.secp384r1],
    };
    expect(talk({ ...full, client, server }).server.state).toMatchObject({ negotiated: { group: 'x25519' } });
    expect(talk({ ...full, client: { ...client, versions: ['tls12'] }, server }).server.state).toMatchObject({
      negotiated: { group: 'secp384r1' },
    });
  });

  test('is not offered by a client that does not speak the version (RFC 9846 §9.3)', () => {
    const offer = (versions: readonly ('tls12' | 'tls13')[]) => {
      const { server } = talk({
        ...full,
        client: { versions, groups: [only13, only12], keyShares: [only13] },
      });
      const hello = server.received[0]?.body as ClientHello;
      return readExtension(hello.extensions, supportedGroups, 'client_hello');
    };
    expect(offer(['tls13', 'tls12'])).toEqual([only13.code, only12.code]);
    expect(offer(['tls13'])).toEqual([only13.code]);
    expect(offer(['tls12'])).toEqual([only12.code]);
  });

  test('is refused when a HelloRetryRequest asks for the wrong one: unoffered-group (RFC 9846 §4.3.8)', () => {
    const scene: Scene = {
      ...full,
      client: { groups: [groups.x25519, only12] },
      server: { groups: [groups.secp384r1] },
    };
    const { client } = talk(scene);
    const { code, alert } = violations.unofferedGroup;
    expect(failureOf(client as MachineEnd)).toEqual({ code, alert });
  });
});

test('a client that offers no ALPN gets none, and one to a server without gets none (RFC 7301 §3.1)', () => {
  for (const scene of [
    { ...full, server: { alpn: ['h2'] } },
    { ...full, client: { alpn: ['h2'] } },
  ]) {
    const { client, server } = talk(scene);
    expect(client.state).toMatchObject({ at: 'client13/connected', negotiated: { alpn: undefined } });
    expect(server.state).toMatchObject({ negotiated: { alpn: undefined } });
  }
});

test('a client that names no server is served, and the name is what it said otherwise (RFC 6066 §3)', () => {
  expect(talk({ ...full, client: { serverName: undefined } }).server.state).toMatchObject({
    at: 'server13/connected',
    negotiated: { serverName: undefined },
  });
  expect(talk(full).server.state).toMatchObject({ negotiated: { serverName: 'server.example' } });
});

test('whoever answers credential may say that it is nobody of that name: unrecognized-name (RFC 6066 §3)', () => {
  const instead: NonNullable<AnswerParts['instead']> = ({ ask }) =>
    ask === 'credential' ? { answer: 'unrecognized-name' } : undefined;
  const { code, alert } = violations.unrecognizedName;
  for (const scene of [full, full12]) {
    const { server } = talk({ ...scene, serverAnswers: { instead } });
    expect(failureOf(server as MachineEnd)).toEqual({ code, alert });
  }
});

/** Where a server stands after a changed hello, whose client cannot go on. */
function answered(scene: Scene, change: Change): MachinePair {
  let answeredOnce = false;
  const rewrite = rewriting({ from: 'client', message: 'client_hello', change });
  return talk(scene, (parcel, from) => {
    if (from.role === 'server') answeredOnce = true;
    return from.role === 'server' || answeredOnce ? [] : rewrite(parcel, from);
  });
}

function extensionsOf(server: MachinePair['server']): readonly number[] {
  const { raw } = server.sent[0] as { readonly raw: Uint8Array };
  const hello = decodeMessage(raw, { version: 'tls12' }).body as ServerHello;
  return (hello.extensions ?? []).map(({ type }) => type);
}

/** A client that offers what it got from a full handshake, and the server that knows it. */
function resuming(version: 'tls12' | 'tls13'): Scene {
  const scene: Scene = { ...full, client: { versions: [version] }, sessions: new SessionTable() };
  const [session] = talk(scene).client.sessions;
  return { ...scene, session };
}

function withBinders(change: (binders: readonly Uint8Array[]) => readonly Uint8Array[]): Change {
  return extended((list) => {
    const offered = readExtension(list, preSharedKey, 'client_hello');
    const identities = list
      ?.at(-1)
      ?.body.subarray(0, 2 + (((list.at(-1)?.body[0] ?? 0) << 8) | (list.at(-1)?.body[1] ?? 0)));
    const binders = change(offered?.binders ?? []).flatMap((binder) => [binder.length, ...binder]);
    const body = [...(identities ?? []), binders.length >> 8, binders.length & 0xff, ...binders];
    return withExtension(list, preSharedKey.type, Uint8Array.from(body));
  });
}

/** Lists with one more value that nobody knows, by the type of their extension. */
const greased: Readonly<Record<number, (body: Uint8Array) => Uint8Array>> = {
  [supportedGroups.type]: (body) => longer16(body, [0x2a, 0x2a]),
  [signatureAlgorithms.type]: (body) => longer16(body, [0x3a, 0x3a]),
  [keyShare.type]: (body) => longer16(body, [0x2a, 0x2a, 0, 1, 0]),
  [applicationLayerProtocolNegotiation.type]: (body) => longer16(body, [2, 0xfa, 0xfa]),
  [supportedVersions.type]: (body) => Uint8Array.of((body[0] ?? 0) + 2, 0x4a, 0x4a, ...body.subarray(1)),
  [pskKeyExchangeModes.type]: (body) => Uint8Array.of((body[0] ?? 0) + 1, 0x0b, ...body.subarray(1)),
};

function longer16(body: Uint8Array, front: readonly number[]): Uint8Array {
  const length = ((body[0] ?? 0) << 8) + (body[1] ?? 0) + front.length;
  return Uint8Array.of(length >> 8, length & 0xff, ...front, ...body.subarray(2));
}
