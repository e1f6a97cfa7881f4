import {
  applicationLayerProtocolNegotiation,
  type Certificate12,
  earlyData,
  keyShare,
  serverName,
  signatureAlgorithms,
  statusRequest,
  supportedGroups,
} from '@tlsmith/codec';
import { node } from '@tlsmith/crypto/node';
import {
  type AnswerParts,
  type AnyBodies,
  acceptPeer,
  begin,
  failureOf,
  issue,
  keysAgree,
  type MachineEnd,
  machinePairFor,
  makeAuthority,
  type Refusal,
  type Replacement,
  rawMessage,
  reach,
  refusalOf,
  type Scene,
  talk,
  testCredential,
  titled,
  withExtension,
  withoutExtension,
} from '@tlsmith/testkit/node';
import { CertificateRejected, type Role, schemes, suites, type Violation, violations } from '@tlsmith/types';
import { describe, expect, test } from 'vitest';
import type { Credential } from './ask.ts';
import { type ClientPolicy, handshakeLimits } from './policy.ts';

const root = makeAuthority({ name: 'Root' });
const leaf = issue(root, { subject: 'server', dns: ['server.example'] });
const rsaLeaf = issue(root, { subject: 'server', keyType: 'rsa' });
const clientLeaf = issue(root, { subject: 'client' });

const full: Scene = { provider: node, leaf };
const mutual: Scene = { ...full, clientLeaf, server: { clientAuthentication: 'require' } };
const full12: Scene = { ...full, client: { versions: ['tls12'] } };
const mutual12: Scene = { ...mutual, client: { versions: ['tls12'] } };
const fewCertificates = { limits: { ...handshakeLimits, certificates: 0 } };

interface Case {
  readonly row: Violation;
  readonly rule: string;
  readonly what: string;
  readonly run: () => Refusal;
}

/** Makes cases of one message of one side. */
const on =
  <Name extends keyof AnyBodies>(from: Role, message: Name, scene: Scene) =>
  (
    row: Violation,
    rule: string,
    what: string,
    change: (body: AnyBodies[Name]) => Replacement<AnyBodies[Name]> = (body) => body,
  ): Case => ({ row, rule, what, run: () => refusalOf(scene, { from, message, change }) });

const flipped = (bytes: Uint8Array): Uint8Array =>
  bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte));
const context = Uint8Array.of(1);

const encryptedExtensions = on('server', 'encrypted_extensions', { ...full, client: { alpn: ['h2'] } });
const certificate = on('server', 'certificate', full);
const request = on('server', 'certificate_request', mutual);
const verify = on('server', 'certificate_verify', full);
const finished = on('server', 'finished', full);
const extending =
  (type: number, ...body: readonly number[]) =>
  <B extends AnyBodies['encrypted_extensions']>(message: B): B => ({
    ...message,
    extensions: withExtension(message.extensions, type, Uint8Array.from(body)),
  });

const clientCases: readonly Case[] = [
  encryptedExtensions(
    violations.forbiddenExtension,
    'RFC 9846 §4.4.1',
    'key_share in EncryptedExtensions',
    extending(keyShare.type),
  ),
  encryptedExtensions(
    violations.unsolicitedExtension,
    'RFC 9846 §4.3',
    'early_data that nobody asked for',
    extending(earlyData.type),
  ),
  encryptedExtensions(
    violations.malformedMessage,
    'RFC 6066 §3',
    'a server_name with content',
    extending(serverName.type, 0),
  ),
  encryptedExtensions(
    violations.malformedMessage,
    'RFC 9846 §4.3.7',
    'half a group',
    extending(supportedGroups.type, 0, 1, 0),
  ),
  encryptedExtensions(
    violations.unofferedApplicationProtocol,
    'RFC 7301 §3.2',
    'a protocol that was not offered',
    extending(applicationLayerProtocolNegotiation.type, 0, 3, 2, 0x68, 0x33),
  ),
  request(
    violations.certificateRequestContext,
    'RFC 9846 §4.4.2',
    'a CertificateRequest with a context',
    (body) => ({ ...body, certificateRequestContext: context }),
  ),
  request(
    violations.missingSignatureAlgorithms,
    'RFC 9846 §4.4.2',
    'a CertificateRequest without signature_algorithms',
    (body) => ({ ...body, extensions: withoutExtension(body.extensions, signatureAlgorithms.type) }),
  ),
  request(
    violations.forbiddenExtension,
    'RFC 9846 §4.3',
    'key_share in a CertificateRequest',
    extending(keyShare.type),
  ),
  certificate(
    violations.certificateRequestContext,
    'RFC 9846 §4.5.1',
    "a context in the server's Certificate",
    (body) => ({ ...body, certificateRequestContext: context }),
  ),
  certificate(
    violations.emptyServerCertificate,
    'RFC 9846 §4.5.1.3',
    'no certificate from the server',
    (body) => ({ ...body, certificateList: [] }),
  ),
  on('server', 'certificate', { ...full, client: fewCertificates })(
    violations.tooManyCertificates,
    'RFC 9846 §4.5.1',
    'more certificates than the limit',
  ),
  certificate(
    violations.unsolicitedExtension,
    'RFC 9846 §4.5.1',
    'an OCSP response that nobody asked for',
    (body) => ({
      ...body,
      certificateList: body.certificateList.map(
        (entry) => extending(statusRequest.type, 1, 0, 0, 1, 0)(entry) as never,
      ),
    }),
  ),
  certificate(violations.malformedMessage, 'RFC 9846 §4.5.1', 'an empty certificate', () =>
    rawMessage(11, 0, 0, 0, 5, 0, 0, 0, 0, 0),
  ),
  verify(violations.unofferedSignatureScheme, 'RFC 9846 §4.5.2', 'a signature with SHA-1', (body) => ({
    ...body,
    algorithm: 0x0203,
  })),
  on('server', 'certificate_verify', { ...full, leaf: rsaLeaf })(
    violations.unofferedSignatureScheme,
    'RFC 9846 §4.3.3',
    'a PKCS #1 signature, which TLS 1.3 has in certificates only',
    (body) => ({ ...body, algorithm: schemes.rsa_pkcs1_sha256.code }),
  ),
  verify(violations.schemeNotForKey, 'RFC 9846 §4.3.3', 'a scheme of another curve', (body) => ({
    ...body,
    algorithm: schemes.ecdsa_secp384r1_sha384.code,
  })),
  on('server', 'certificate_verify', {
    ...full,
    clientAnswers: { authenticate: (ask) => ({ ...acceptPeer(ask), maySign: false }) },
  })(violations.schemeNotForKey, 'RFC 9846 §4.5.1.2', 'a key that may not sign'),
  verify(violations.badSignature, 'RFC 9846 §4.5.2', 'a bad signature', (body) => ({
    ...body,
    signature: flipped(body.signature),
  })),
  finished(violations.finishedMismatch, 'RFC 9846 §4.5.3', 'a wrong Finished', ({ verifyData }) => ({
    verifyData: flipped(verifyData),
  })),
  finished(
    violations.finishedMismatch,
    'RFC 9846 §4.5.3',
    'a Finished that is cut short',
    ({ verifyData }) => ({ verifyData: verifyData.subarray(1) }),
  ),
];

const clientCertificate = on('client', 'certificate', mutual);
const clientVerify = on('client', 'certificate_verify', mutual);

const serverCases: readonly Case[] = [
  on('client', 'certificate', { ...mutual, clientLeaf: undefined })(
    violations.certificateRequired,
    'RFC 9846 §4.5.1.3',
    'no certificate where one is required',
  ),
  clientCertificate(
    violations.certificateRequestContext,
    'RFC 9846 §4.5.1',
    'another context than that of the request',
    (body) => ({ ...body, certificateRequestContext: context }),
  ),
  on('client', 'certificate', { ...mutual, server: { clientAuthentication: 'require', ...fewCertificates } })(
    violations.tooManyCertificates,
    'RFC 9846 §4.5.1',
    'more certificates than the limit',
  ),
  clientCertificate(
    violations.unsolicitedExtension,
    'RFC 9846 §4.5.1',
    'an OCSP response that nobody asked for',
    (body) => ({
      ...body,
      certificateList: body.certificateList.map(
        (entry) => extending(statusRequest.type, 1, 0, 0, 1, 0)(entry) as never,
      ),
    }),
  ),
  clientVerify(violations.unofferedSignatureScheme, 'RFC 9846 §4.5.2', 'a signature with SHA-1', (body) => ({
    ...body,
    algorithm: 0x0203,
  })),
  clientVerify(violations.badSignature, 'RFC 9846 §4.5.2', 'a bad signature', (body) => ({
    ...body,
    signature: flipped(body.signature),
  })),
  on('client', 'finished', full)(
    violations.finishedMismatch,
    'RFC 9846 §4.5.3',
    'a wrong Finished',
    ({ verifyData }) => ({ verifyData: flipped(verifyData) }),
  ),
];

const as12 = (body: AnyBodies['certificate']): Certificate12 => body as unknown as Certificate12;
const certificate12 = on('server', 'certificate', full12);
const exchange = on('server', 'server_key_exchange', full12);

const clientCases12: readonly Case[] = [
  certificate12(violations.emptyServerCertificate, 'RFC 5246 §7.4.2', 'no certificate from the server', () =>
    rawMessage(11, 0, 0, 0),
  ),
  on('server', 'certificate', { ...full12, client: { versions: ['tls12'], ...fewCertificates } })(
    violations.tooManyCertificates,
    'RFC 5246 §7.4.2',
    'more certificates than the limit',
  ),
  certificate12(
    violations.certificateKeyMismatch,
    'RFC 5246 §7.4.2',
    'an RSA certificate for an ECDSA suite',
    (body) => ({ ...as12(body), certificateList: rsaLeaf.chain }) as never,
  ),
  on('server', 'certificate', {
    ...full12,
    clientAnswers: { authenticate: (ask) => ({ ...acceptPeer(ask), maySign: false }) },
  })(violations.certificateKeyMismatch, 'RFC 5246 §7.4.2', 'a key that may not sign, for ECDHE'),
  on('server', 'certificate', {
    ...full12,
    leaf: rsaLeaf,
    client: { versions: ['tls12'], suites: [suites.TLS_RSA_WITH_AES_128_GCM_SHA256] },
    clientAnswers: { authenticate: (ask) => ({ ...acceptPeer(ask), mayEncipher: false }) },
  })(
    violations.certificateKeyMismatch,
    'RFC 5246 §7.4.2',
    'a key that may not encipher, for RSA key exchange',
  ),
  exchange(violations.unofferedGroup, 'RFC 8422 §5.4', 'a group that was not offered', (body) => ({
    ...body,
    params: { ...body.params, namedCurve: 0x0016 },
  })),
  exchange(violations.malformedMessage, 'RFC 8422 §5.4', 'an explicit curve', () =>
    rawMessage(12, 1, 0, 29, 1, 4),
  ),
  exchange(violations.unofferedSignatureScheme, 'RFC 5246 §7.4.3', 'a signature with SHA-1', (body) => ({
    ...body,
    algorithm: 0x0203,
  })),
  exchange(violations.schemeNotForKey, 'RFC 5246 §7.4.3', 'an RSA signature of an ECDSA key', (body) => ({
    ...body,
    algorithm: schemes.rsa_pss_rsae_sha256.code,
  })),
  exchange(violations.badSignature, 'RFC 8422 §5.4', 'parameters that are not the signed ones', (body) => ({
    ...body,
    params: { ...body.params, publicPoint: flipped(body.params.publicPoint) },
  })),
  on('server', 'finished', full12)(
    violations.finishedMismatch,
    'RFC 5246 §7.4.9',
    'a wrong Finished',
    ({ verifyData }) => ({ verifyData: flipped(verifyData) }),
  ),
];

const serverCases12: readonly Case[] = [
  on('client', 'certificate', { ...mutual12, clientLeaf: undefined })(
    violations.certificateRequired12,
    'RFC 5246 §7.4.6',
    'no certificate where one is required',
  ),
  on('client', 'certificate', {
    ...mutual12,
    server: { clientAuthentication: 'require', ...fewCertificates },
  })(violations.tooManyCertificates, 'RFC 5246 §7.4.6', 'more certificates than the limit'),
  on('client', 'client_key_exchange', full12)(
    violations.invalidKeyShare,
    'RFC 8422 §5.7',
    'a point of zeros',
    () => ({ ecdhYc: new Uint8Array(32) }),
  ),
  on('client', 'client_key_exchange', full12)(
    violations.invalidKeyShare,
    'RFC 8422 §5.7',
    'a short point',
    () => ({ ecdhYc: new Uint8Array(31) }),
  ),
  on('client', 'client_key_exchange', full12)(
    violations.malformedMessage,
    'RFC 8422 §5.7',
    'an empty point',
    () => rawMessage(16, 0),
  ),
  on('client', 'certificate_verify', mutual12)(
    violations.unofferedSignatureScheme,
    'RFC 5246 §7.4.8',
    'a signature with SHA-1',
    (body) => ({ ...body, algorithm: 0x0203 }),
  ),
  on('client', 'certificate_verify', mutual12)(
    violations.badSignature,
    'RFC 5246 §7.4.8',
    'a bad signature',
    (body) => ({ ...body, signature: flipped(body.signature) }),
  ),
  on('client', 'finished', full12)(
    violations.finishedMismatch,
    'RFC 5246 §7.4.9',
    'a wrong Finished',
    ({ verifyData }) => ({ verifyData: flipped(verifyData) }),
  ),
];

describe.each([
  ['a client of TLS 1.3', clientCases],
  ['a server of TLS 1.3', serverCases],
  ['a client of TLS 1.2', clientCases12],
  ['a server of TLS 1.2', serverCases12],
] as const)('%s refuses', (_who, cases) => {
  test.each(titled(cases))('%s', (_title, { row: { code, alert }, run }) => {
    expect(run()).toEqual({ code, alert });
  });
});

test('a share that only ServerKeyExchange signs for is still judged: invalid-key-share (RFC 8422 §5.4)', () => {
  const zeros = { share: new Uint8Array(32), key: 0 };
  const { client } = talk({
    ...full12,
    serverAnswers: { instead: (ask) => (ask.ask === 'begin-key-exchange' ? { answer: zeros } : undefined) },
  });
  const { code, alert } = violations.invalidKeyShare;
  expect(failureOf(client as MachineEnd)).toEqual({ code, alert });
});

test('ClientKeyExchange of the other kind of key exchange is unexpected (RFC 5246 §7.4.7)', () => {
  const server = reach(begin(machinePairFor(full12)), 'server', 'server12/wait-client-key-exchange');
  const body = { encryptedPremasterSecret: new Uint8Array(256) };
  server.handle({ event: 'client_key_exchange', body, raw: rawMessage(16, 0), aligned: true });
  const { code, alert } = violations.unexpectedMessage;
  expect(failureOf(server)).toEqual({ code, alert });
});

describe.each(['tls13', 'tls12'] as const)('client certificates in %s', (version) => {
  const client = { versions: [version] };

  test.each(['request', 'require'] as const)(
    'shown where the server says %s (RFC 9846 §4.5.1, RFC 5246 §7.4.6)',
    (wish) => {
      const pair = talk({ ...full, clientLeaf, client, server: { clientAuthentication: wish } });
      expect(pair.server.state.at).toMatch(/connected$/);
      expect(pair.server.state).toMatchObject({
        negotiated: { peerChain: clientLeaf.chain, peerScheme: 'ecdsa_secp256r1_sha256' },
      });
      expect(pair.client.sent.map(({ type }) => type)).toContain('certificate_verify');
      expect(keysAgree(pair)).toBe(true);
    },
  );

  test('not to be had: an empty Certificate, which a server that only requests takes (RFC 9846 §4.5.1, RFC 5246 §7.4.6)', () => {
    const pair = talk({ ...full, client, server: { clientAuthentication: 'request' } });
    expect(pair.server.state).toMatchObject({
      negotiated: { peerChain: [], peer: undefined, peerScheme: undefined },
    });
    expect(pair.client.sent.map(({ type }) => type)).toContain('certificate');
    expect(pair.client.sent.map(({ type }) => type)).not.toContain('certificate_verify');
    expect(keysAgree(pair)).toBe(true);
  });

  test('of no use to the server are not shown: Certificate stays empty (RFC 9846 §4.5.1, RFC 5246 §7.4.6)', () => {
    const pair = talk({
      ...full,
      clientLeaf,
      client,
      server: { clientAuthentication: 'request', schemes: [schemes.ecdsa_secp256r1_sha256, schemes.ed25519] },
      clientAnswers: {
        // An answer that does not heed what was asked for: its key has no scheme in common with the server.
        instead: (ask) =>
          ask.ask === 'credential'
            ? {
                answer: {
                  handle: 0,
                  chain: clientLeaf.chain,
                  keyType: 'ed448',
                  schemes: Object.values(schemes),
                  mayEncipher: false,
                },
              }
            : undefined,
      },
    });
    expect(pair.client.error).toBeUndefined();
    expect(pair.client.sent.map(({ type }) => type)).not.toContain('certificate_verify');
    expect(pair.server.state.at).toMatch(/connected$/);
  });

  test.each(['client', 'server'] as const)(
    'refused: the %s says why in its alert (RFC 9846 §4.5.1.3, RFC 5246 §7.2.2)',
    (who) => {
      const rejecting = {
        authenticate: () => {
          throw new CertificateRejected({ code: 'unknown-issuer', alert: 'unknown_ca', rank: 1 });
        },
      };
      const scene: Scene = { ...full, clientLeaf, client, server: { clientAuthentication: 'require' } };
      const pair = talk({ ...scene, [`${who}Answers`]: rejecting });
      expect(failureOf(pair[who] as MachineEnd)).toEqual({ code: 'unknown-issuer', alert: 'unknown_ca' });
      expect(pair[who === 'client' ? 'server' : 'client'].alerts).toEqual(['unknown_ca']);
    },
  );
});

test('the one who authenticates is told name, role, chain and use of the key', () => {
  const seen: unknown[] = [];
  const authenticate = (ask: Parameters<typeof acceptPeer>[0]) => {
    seen.push(ask);
    return acceptPeer(ask);
  };
  const noted: Scene = { ...full, clientAnswers: { authenticate } };
  talk({
    ...noted,
    clientLeaf,
    server: { clientAuthentication: 'require' },
    serverAnswers: { authenticate },
  });
  talk({
    ...noted,
    client: { versions: ['tls12'], suites: [suites.TLS_RSA_WITH_AES_128_GCM_SHA256] },
    leaf: rsaLeaf,
  });
  const common = { ask: 'authenticate-peer', ocsp: undefined, scts: [] };
  expect(seen).toEqual([
    { ...common, role: 'server', chain: leaf.chain, serverName: 'server.example', keyExchange: 'signature' },
    { ...common, role: 'client', chain: clientLeaf.chain, serverName: undefined, keyExchange: 'signature' },
    { ...common, role: 'server', chain: rsaLeaf.chain, serverName: 'server.example', keyExchange: 'rsa' },
  ]);
});

test('the one who has credentials is told what the peer can use', () => {
  const { server } = talk({
    ...full,
    client: { schemes: [schemes.ed25519, schemes.ecdsa_secp256r1_sha256] },
  });
  expect(server.asks.find(({ ask }) => ask === 'credential')).toEqual({
    ask: 'credential',
    version: 'tls13',
    serverName: 'server.example',
    schemes: [schemes.ecdsa_secp256r1_sha256, schemes.ed25519],
    authentication: [],
    authorities: [],
  });
  const authorities = [Uint8Array.of(0x30, 0)];
  const mutual12Wanted = talk({
    ...mutual12,
    server: {
      clientAuthentication: 'require',
      certificateAuthorities: authorities,
      schemes: [schemes.ed25519, schemes.ecdsa_secp256r1_sha256],
    },
  });
  expect(mutual12Wanted.client.asks.find(({ ask }) => ask === 'credential')).toMatchObject({
    version: 'tls12',
    schemes: [schemes.ecdsa_secp256r1_sha256, schemes.ed25519],
    authentication: ['ecdsa', 'rsa'],
    authorities,
  });
});

test('names of issuers in a CertificateRequest of TLS 1.3 reach the one who has credentials (RFC 9846 §4.3.4)', () => {
  const authorities = [Uint8Array.of(0x30, 2, 5, 0), Uint8Array.of(0x30, 0)];
  const server = { clientAuthentication: 'require', certificateAuthorities: authorities } as const;
  const { client } = talk({ ...mutual, server });
  expect(client.state.at).toBe('client13/connected');
  expect(client.asks.find(({ ask }) => ask === 'credential')).toMatchObject({
    version: 'tls13',
    authorities,
  });
});

test('an OCSP response is stapled to the leaf for a client that asks, and for no other (RFC 9846 §4.5.1.1)', () => {
  const ocsp = Uint8Array.of(0x30, 3, 10, 1, 0);
  const asking: Partial<ClientPolicy> = {
    arrange: (_message, list) => withExtension(list, statusRequest.type, Uint8Array.of(1, 0, 0, 0, 0)),
  };
  const stapled = (client: Partial<ClientPolicy>) => {
    const seen: unknown[] = [];
    const authenticate = (ask: Parameters<typeof acceptPeer>[0] & { readonly ocsp: unknown }) => {
      seen.push(ask.ocsp);
      return acceptPeer(ask);
    };
    const credentials = [testCredential(node, leaf, { ocsp })];
    const pair = talk({ ...full, client, clientAnswers: { authenticate }, serverAnswers: { credentials } });
    expect(pair.client.state.at).toBe('client13/connected');
    return seen;
  };
  expect(stapled(asking)).toEqual([ocsp]);
  expect(stapled({})).toEqual([undefined]);
});

describe('a server whose credential is not what was asked for', () => {
  const giving = (change: Partial<Credential>): Partial<AnswerParts> => ({
    instead: (ask) => {
      if (ask.ask !== 'credential') return undefined;
      const own = {
        handle: 0,
        chain: leaf.chain,
        keyType: 'p256',
        schemes: Object.values(schemes),
        mayEncipher: false,
      };
      return { answer: { ...own, ...change } };
    },
  });
  const { code, alert } = violations.noCommonSignatureScheme;

  test.each(['tls13', 'tls12'] as const)(
    'does not sign with what the client cannot check: no-common-signature-scheme in %s (RFC 9846 §4.3.3)',
    (version) => {
      const client = { versions: [version], schemes: [schemes.ed25519] };
      const { server } = talk({
        ...full,
        client,
        server: { schemes: [schemes.ed25519] },
        serverAnswers: giving({}),
      });
      expect(failureOf(server as MachineEnd)).toEqual({ code, alert });
    },
  );

  test('does not encipher with a key that may not: no-common-cipher-suite (RFC 5246 §7.4.2)', () => {
    const client = { versions: ['tls12'], suites: [suites.TLS_RSA_WITH_AES_128_GCM_SHA256] } as const;
    const { server } = talk({
      ...full,
      client,
      leaf: rsaLeaf,
      serverAnswers: giving({ chain: rsaLeaf.chain, keyType: 'rsa' }),
    });
    expect(failureOf(server as MachineEnd)).toMatchObject({ code: violations.noCommonCipherSuite.code });
  });
});
