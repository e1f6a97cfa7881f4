import {
  applicationLayerProtocolNegotiation,
  cookie,
  downgradeSentinel,
  ecPointFormats,
  extendedMainSecret,
  helloRetryRequestRandom,
  keyShare,
  preSharedKey,
  renegotiationInfo,
  type ServerHello,
  serverName,
  sessionTicket,
  supportedGroups,
  supportedVersions,
} from '@tlsmith/codec';
import { node } from '@tlsmith/crypto/node';
import {
  issue,
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
import { concat, groups, suites, type Violation, violations } from '@tlsmith/types';
import { describe, expect, test } from 'vitest';

const leaf = issue(makeAuthority({ name: 'Root' }), { subject: 'server', dns: ['server.example'] });
const full: Scene = { provider: node, leaf };
const full12: Scene = { ...full, client: { versions: ['tls12'] } };
const older: Scene = { ...full, server: { versions: ['tls12'] } };
const retried: Scene = { ...full, server: { groups: [groups.secp256r1] } };
const alpn: Scene = { ...full, client: { alpn: ['h2'] }, server: { alpn: ['h2'] } };
const alpn12: Scene = { ...alpn, server: { alpn: ['h2'], versions: ['tls12'] } };

type Change = (hello: ServerHello) => ServerHello | Uint8Array;

const fields =
  (change: Partial<ServerHello>): Change =>
  (hello) => ({ ...hello, ...change });
const plus =
  (type: number, ...body: readonly number[]): Change =>
  (hello) => ({
    ...hello,
    extensions: withExtension(hello.extensions, type, Uint8Array.from(body)),
  });
const without =
  (type: number): Change =>
  (hello) => ({
    ...hello,
    extensions: withoutExtension(hello.extensions, type),
  });
const ending =
  (bytes: Uint8Array): Change =>
  (hello) => ({
    ...hello,
    random: concat(hello.random.subarray(0, 24), bytes),
  });

interface Case {
  readonly row: Violation;
  readonly rule: string;
  readonly what: string;
  readonly scene: () => Scene;
  readonly change: Change;
}

const of =
  (scene: () => Scene) =>
  (row: Violation, rule: string, what: string, change: Change): Case => ({ row, rule, what, scene, change });

const in13 = of(() => full);
const in12 = of(() => full12);
const inOlder = of(() => older);
const underPsk = of(() => resuming('tls13'));
const resumed12 = of(() => ({
  ...resuming('tls12'),
  client: { versions: ['tls12'], extendedMasterSecret: 'prefer' },
}));
const withAlpn12 = of(() => alpn12);
const after = of(() => retried);

const zeros = new Uint8Array(32);

const cases: readonly Case[] = [
  in13(
    violations.sessionIdNotEchoed,
    'RFC 9846 §4.2.3',
    'another session ID',
    fields({ legacySessionIdEcho: zeros }),
  ),
  in13(
    violations.badLegacyVersion,
    'RFC 9846 §4.2.3',
    'a legacy_version of 1.1',
    fields({ legacyVersion: 0x0302 }),
  ),
  in13(
    violations.compressionChosen,
    'RFC 9846 §4.2.3',
    'compression',
    fields({ legacyCompressionMethod: 1 }),
  ),
  in13(
    violations.unofferedCipherSuite,
    'RFC 9846 §4.2.3',
    'a foreign suite',
    fields({ cipherSuite: 0x1304 }),
  ),
  in13(
    violations.cipherSuiteOfOtherVersion,
    'RFC 9846 §4.2.3',
    'a suite of 1.2',
    fields({ cipherSuite: 0xc02f }),
  ),
  in13(
    violations.unofferedVersion,
    'RFC 9846 §4.3.1',
    'supported_versions of 1.2',
    plus(supportedVersions.type, 3, 3),
  ),
  in13(
    violations.unofferedVersion,
    'RFC 9846 §4.3.1',
    'a version to come',
    plus(supportedVersions.type, 3, 5),
  ),
  in13(violations.unsupportedVersion, 'RFC 9846 §E.1', 'TLS 1.1', (hello) => ({
    ...hello,
    legacyVersion: 0x0302,
    extensions: withoutExtension(hello.extensions, supportedVersions.type),
  })),
  of(() => ({ ...full, client: { versions: ['tls13'] } }))(
    violations.unsupportedVersion,
    'RFC 9846 §E.1',
    'TLS 1.2 to a client of TLS 1.3 alone',
    without(supportedVersions.type),
  ),
  in13(violations.missingKeyShare, 'RFC 9846 §4.2.3', 'no key_share', without(keyShare.type)),
  in13(
    violations.unofferedGroup,
    'RFC 9846 §4.3.8',
    'a share in another group',
    plus(keyShare.type, 0, 24, 0, 1, 4),
  ),
  in13(
    violations.invalidKeyShare,
    'RFC 9846 §7.4.2',
    'an X25519 share of zeros',
    plus(keyShare.type, 0, 29, 0, 32, ...zeros),
  ),
  in13(violations.invalidKeyShare, 'RFC 9846 §4.3.8.2', 'a short share', plus(keyShare.type, 0, 29, 0, 1, 1)),
  in13(
    violations.malformedMessage,
    'RFC 9846 §4.3',
    'a byte after a share',
    plus(keyShare.type, 0, 29, 0, 1, 1, 1),
  ),
  in13(violations.malformedMessage, 'RFC 9846 §6.2', 'a body that is cut short', () => rawMessage(2, 3, 3)),
  in13(violations.unsolicitedExtension, 'RFC 9846 §4.3', 'an unknown extension', plus(0x1234)),
  in13(
    violations.unsolicitedExtension,
    'RFC 9846 §4.3',
    'a PSK nobody offered',
    plus(preSharedKey.type, 0, 0),
  ),
  in13(violations.unsolicitedExtension, 'RFC 9846 §4.3', 'a cookie', plus(cookie.type, 0, 1, 7)),
  of(() => alpn)(
    violations.forbiddenExtension,
    'RFC 9846 §4.3',
    'ALPN outside EncryptedExtensions',
    plus(applicationLayerProtocolNegotiation.type, 0, 3, 2, 0x68, 0x32),
  ),
  in13(violations.duplicateExtension, 'RFC 9846 §4.3', 'an extension twice', (hello) => ({
    ...hello,
    extensions: [...(hello.extensions ?? []), ...(hello.extensions ?? [])],
  })),
  underPsk(violations.unofferedPsk, 'RFC 9846 §4.3.11', 'a PSK out of range', plus(preSharedKey.type, 0, 1)),
  underPsk(
    violations.pskHashMismatch,
    'RFC 9846 §4.3.11',
    'a PSK with a suite of another hash',
    fields({ cipherSuite: suites.TLS_AES_256_GCM_SHA384.code }),
  ),
  underPsk(
    violations.missingKeyShareUnderPsk,
    'RFC 9846 §4.3.11',
    'a PSK without key_share',
    without(keyShare.type),
  ),

  in12(
    violations.compressionChosen,
    'RFC 5246 §7.4.1.3',
    'compression',
    fields({ legacyCompressionMethod: 1 }),
  ),
  in12(
    violations.unofferedCipherSuite,
    'RFC 5246 §7.4.1.3',
    'a foreign suite',
    fields({ cipherSuite: 0x002f }),
  ),
  inOlder(
    violations.cipherSuiteOfOtherVersion,
    'RFC 9846 §4.2.3',
    'a suite of 1.3',
    fields({ cipherSuite: 0x1301 }),
  ),
  in12(
    violations.unsolicitedExtension,
    'RFC 9846 §4.3',
    'supported_versions for a client of TLS 1.2',
    plus(supportedVersions.type, 3, 4),
  ),
  in12(violations.unsolicitedExtension, 'RFC 5246 §7.4.1.4', 'an unknown extension', plus(0x1234)),
  inOlder(violations.forbiddenExtension, 'RFC 9846 §4.3', 'a key_share', plus(keyShare.type, 0, 29, 0, 1, 4)),
  in12(
    violations.missingServerRenegotiationInfo,
    'RFC 5746 §3.4',
    'no renegotiation_info',
    without(renegotiationInfo.type),
  ),
  in12(
    violations.renegotiationInfoMismatch,
    'RFC 5746 §3.4',
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
    'a session resumed without its extended master secret',
    without(extendedMainSecret.type),
  ),
  resumed12(
    violations.resumedWithOtherSuite,
    'RFC 5246 §7.4.1.3',
    'a session resumed with another suite',
    fields({ cipherSuite: suites.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256.code }),
  ),
  withAlpn12(
    violations.unofferedApplicationProtocol,
    'RFC 7301 §3.2',
    'a protocol that was not offered',
    plus(applicationLayerProtocolNegotiation.type, 0, 3, 2, 0x68, 0x33),
  ),
  withAlpn12(
    violations.malformedMessage,
    'RFC 7301 §3.1',
    'two protocols',
    plus(applicationLayerProtocolNegotiation.type, 0, 6, 2, 0x68, 0x32, 2, 0x68, 0x33),
  ),
  in12(violations.malformedMessage, 'RFC 6066 §3', 'a server_name with content', plus(serverName.type, 0)),
  in12(
    violations.malformedMessage,
    'RFC 5077 §3.2',
    'a session_ticket with content',
    plus(sessionTicket.type, 0),
  ),
  in12(
    violations.noUncompressedPoints,
    'RFC 8422 §5.2',
    'point formats without uncompressed',
    plus(ecPointFormats.type, 1, 1),
  ),

  after(
    violations.secondRetry,
    'RFC 9846 §4.2.4',
    'a second retry',
    fields({ random: helloRetryRequestRandom }),
  ),
  after(
    violations.retryChangedSuite,
    'RFC 9846 §4.2.4',
    "another suite than the retry's",
    fields({ cipherSuite: 0x1302 }),
  ),
  after(
    violations.unofferedVersion,
    'RFC 9846 §4.2.4',
    'TLS 1.2 after a retry',
    without(supportedVersions.type),
  ),
  after(violations.unofferedVersion, 'RFC 9846 §4.2.4', 'TLS 1.1 after a retry', (hello) => ({
    ...hello,
    legacyVersion: 0x0302,
    extensions: withoutExtension(hello.extensions, supportedVersions.type),
  })),
  after(
    violations.unofferedGroup,
    'RFC 9846 §4.3.8',
    "a share in another group than the retry's",
    plus(keyShare.type, 0, 29, 0, 32, ...zeros),
  ),
];

describe('a client refuses a ServerHello with', () => {
  test.each(titled(cases))('%s', (_title, { row: { code, alert }, scene, change }) => {
    expect(refusalOf(scene(), { from: 'server', message: 'server_hello', change })).toEqual({ code, alert });
  });
});

const retries: readonly Case[] = [
  after(violations.unofferedVersion, 'RFC 9846 §4.3.1', 'TLS 1.2', plus(supportedVersions.type, 3, 3)),
  after(
    violations.missingSupportedVersions,
    'RFC 9846 §4.2.4',
    'no supported_versions',
    without(supportedVersions.type),
  ),
  after(
    violations.badLegacyVersion,
    'RFC 9846 §4.2.4',
    'a legacy_version of 1.3',
    fields({ legacyVersion: 0x0304 }),
  ),
  after(
    violations.sessionIdNotEchoed,
    'RFC 9846 §4.2.4',
    'another session ID',
    fields({ legacySessionIdEcho: zeros }),
  ),
  after(
    violations.compressionChosen,
    'RFC 9846 §4.2.4',
    'compression',
    fields({ legacyCompressionMethod: 1 }),
  ),
  after(
    violations.unofferedCipherSuite,
    'RFC 9846 §4.2.4',
    'a suite of 1.2',
    fields({ cipherSuite: 0xc02b }),
  ),
  after(
    violations.unofferedGroup,
    'RFC 9846 §4.3.8',
    'a group that was not offered',
    plus(keyShare.type, 1, 0),
  ),
  after(
    violations.retryForSentShare,
    'RFC 9846 §4.3.8',
    'a group whose share was sent',
    plus(keyShare.type, 0, 29),
  ),
  after(violations.retryWithoutChange, 'RFC 9846 §4.2.4', 'nothing to change', without(keyShare.type)),
  after(violations.unsolicitedExtension, 'RFC 9846 §4.2.4', 'an unknown extension', plus(0x1234)),
  after(violations.forbiddenExtension, 'RFC 9846 §4.3', 'server_name', plus(serverName.type)),
  after(violations.malformedMessage, 'RFC 9846 §4.3.2', 'an empty cookie', plus(cookie.type, 0, 0)),
];

describe('a client refuses a HelloRetryRequest with', () => {
  test.each(titled(retries))('%s', (_title, { row: { code, alert }, scene, change }) => {
    const rewrite = { from: 'server', message: 'hello_retry_request', change } as const;
    expect(refusalOf(scene(), rewrite)).toEqual({ code, alert });
  });
});

describe('the downgrade sentinel (RFC 9846 §4.2.3)', () => {
  const { code, alert } = violations.downgradeSentinel;

  test.each([
    ['of a server that could speak TLS 1.3 ends a handshake of 1.2', downgradeSentinel.tls12, older],
    ['of a server that could speak TLS 1.2 ends a handshake of 1.2', downgradeSentinel.tls11, older],
    ['that says TLS 1.1 is heeded by a client of TLS 1.2 alone', downgradeSentinel.tls11, full12],
  ] as const)('%s', (_what, sentinel, scene) => {
    const rewrite = { from: 'server', message: 'server_hello', change: ending(sentinel) } as const;
    expect(refusalOf(scene, rewrite)).toEqual({ code, alert });
  });

  test('is set by a server that prefers TLS 1.2 to the 1.3 that it also speaks', () => {
    const { client } = talk({ ...full, server: { versions: ['tls12', 'tls13'] } });
    expect(client.error).toMatchObject({ code });
  });

  test('is not set by a server of TLS 1.2, and no news for a client of TLS 1.2', () => {
    expect(talk(older).client.state.at).toBe('client12/connected');
    expect(talk(full12).client.state.at).toBe('client12/connected');
  });
});

test('an echo of the camouflage session ID resumes nothing: resumed-unoffered-session (RFC 5246 §7.4.1.3)', () => {
  let sessionId = zeros;
  const seen = rewriting({
    from: 'client',
    message: 'client_hello',
    change: (hello) => {
      sessionId = hello.legacySessionId as typeof zeros;
      return hello;
    },
  });
  const echo = rewriting({
    from: 'server',
    message: 'server_hello',
    change: (hello) => ({ ...hello, legacySessionIdEcho: sessionId }),
  });
  const { client } = talk(older, (parcel, from) => seen(parcel, from).flatMap((one) => echo(one, from)));
  expect(sessionId).not.toEqual(zeros);
  expect(client.error).toMatchObject({
    code: violations.resumedUnofferedSession.code,
    alert: 'illegal_parameter',
  });
});

test('supported_groups in a ServerHello of TLS 1.2, as deployed servers send it, is passed over (RFC 8422 §4)', () => {
  const change = plus(supportedGroups.type, 0, 2, 0, 29);
  const { client } = talk(full12, rewriting({ from: 'server', message: 'server_hello', change }));
  expect(client.steps.map(({ to }) => to)).toContain('client12/wait-server-key-exchange');
});

/** A client that offers what it got from a full handshake, and the server that knows it. */
function resuming(version: 'tls12' | 'tls13'): Scene {
  const sessions = new SessionTable();
  const scene: Scene = { ...full, client: { versions: [version] }, sessions };
  const [session] = talk(scene).client.sessions;
  return { ...scene, session };
}
