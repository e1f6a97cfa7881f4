import {
  applicationLayerProtocolNegotiation,
  cookie,
  downgradeSentinel,
  earlyData,
  ecPointFormats,
  extendedMainSecret,
  helloRetryRequestRandom,
  keyShare,
  message12,
  preSharedKey,
  renegotiationInfo,
  type ServerHello,
  signatureAlgorithms,
  supportedVersions,
} from '@tlsmith/codec';
import { rawMessage } from '@tlsmith/testkit/node';
import { type Bytes, concat, groups, schemes, suites, type Version } from '@tlsmith/types';
import { handshake } from './items.ts';
import { connected, fields, flipped, input, of, plus, resuming, type Rows, without } from './bad-input.ts';
import type { HostileWire } from './wire.ts';
import { identityOf, leaf, type PairOptions, roots } from './ends.ts';

type Change = (hello: ServerHello) => ServerHello | Bytes;

const hello = (options: PairOptions | (() => PairOptions), change: Change) =>
  input('server', options, (wire) => wire.rewrite('server', 'server_hello', change));
const in13 = (change: Change) => hello({}, change);
const in12 = (change: Change) => hello(of('tls12'), change);
/** A server of TLS 1.2 for a client that would speak 1.3. */
const inOlder = (change: Change) => hello({ server: { versions: ['tls12'] } }, change);
const retried: PairOptions = { server: { groups: [groups.secp256r1] } };
const afterRetry = (change: Change) => hello(retried, change);
const retry = (change: Change) =>
  input('server', retried, (wire) => wire.rewrite('server', 'hello_retry_request', change));
const resumed12 = (): PairOptions => {
  const options = resuming('tls12');
  return { ...options, client: { ...options.client, extendedMasterSecret: 'prefer' } };
};
const server = (version: Version, change: (wire: HostileWire) => unknown, options: PairOptions = {}) =>
  input('server', of(version, options), change);
const mutual: PairOptions = {
  client: { identity: [identityOf('p256')] },
  server: { clientAuthentication: { require: { roots } } },
};
const alpn: PairOptions = { client: { alpn: ['h2'] }, server: { alpn: ['h2'] } };
const suite =
  (cipherSuite: number): Change =>
  (body) => ({ ...body, cipherSuite });
const zeros = new Uint8Array(32);
const withContext = fields({ certificateRequestContext: zeros });

/** What a client refuses. */
export const badServers: Rows = {
  unexpectedMessage: [
    server('tls13', (wire) => wire.rewrite('server', 'encrypted_extensions', () => rawMessage(14))),
    server('tls12', (wire) => wire.rewrite('server', 'server_hello_done', () => rawMessage(0))),
    connected('server', 'tls13', (wire) => wire.inject('server', handshake(rawMessage(0)))),
  ],
  keyChangeNotAligned: [
    server('tls13', (wire) =>
      wire.rewrite('server', 'server_hello', (_body, raw) => [handshake(raw, Uint8Array.of(8))]),
    ),
    connected('server', 'tls13', (wire) =>
      wire.inject('server', handshake(rawMessage(24, 0), Uint8Array.of(4))),
    ),
  ],
  flightNotAligned: [
    server('tls12', (wire) =>
      wire.rewrite('server', 'server_hello_done', (_body, raw) => [handshake(raw, Uint8Array.of(1))]),
    ),
  ],
  malformedMessage: [
    in13(() => rawMessage(2, 3, 3)),
    in13(plus(keyShare.type, 0, 29, 0, 1, 1, 1)),
    server('tls12', (wire) =>
      wire.rewrite('server', 'server_key_exchange', () => rawMessage(12, 1, 0, 29, 1, 4)),
    ),
  ],
  messageTooLong: [
    server('tls13', (wire) =>
      wire.rewrite('server', 'certificate', () => [handshake(Uint8Array.of(11, 2, 0, 1))]),
    ),
  ],
  duplicateExtension: [
    in13((body) => ({ ...body, extensions: [...(body.extensions ?? []), ...(body.extensions ?? [])] })),
  ],
  forbiddenExtension: [
    hello(alpn, plus(applicationLayerProtocolNegotiation.type, 0, 3, 2, 0x68, 0x32)),
    server('tls13', (wire) => wire.rewrite('server', 'encrypted_extensions', plus(keyShare.type))),
  ],
  unsolicitedExtension: [
    in13(plus(0x1234)),
    in13(plus(cookie.type, 0, 1, 7)),
    in12(plus(supportedVersions.type, 3, 4)),
    server('tls13', (wire) => wire.rewrite('server', 'encrypted_extensions', plus(earlyData.type))),
  ],
  unofferedVersion: [
    in13(plus(supportedVersions.type, 3, 3)),
    retry(plus(supportedVersions.type, 3, 3)),
    afterRetry(without(supportedVersions.type)),
  ],
  unsupportedVersion: [in13((body) => without(supportedVersions.type)({ ...body, legacyVersion: 0x0302 }))],
  badLegacyVersion: [in13(fields({ legacyVersion: 0x0302 })), retry(fields({ legacyVersion: 0x0304 }))],
  downgradeSentinel: [
    inOlder((body) => ({ ...body, random: concat(body.random.subarray(0, 24), downgradeSentinel.tls12) })),
    in12((body) => ({ ...body, random: concat(body.random.subarray(0, 24), downgradeSentinel.tls11) })),
  ],
  invalidKeyShare: [
    in13(plus(keyShare.type, 0, 29, 0, 32, ...zeros)),
    in13(plus(keyShare.type, 0, 29, 0, 1, 1)),
  ],
  noUncompressedPoints: [in12(plus(ecPointFormats.type, 1, 1))],
  sessionIdNotEchoed: [
    in13(fields({ legacySessionIdEcho: zeros })),
    retry(fields({ legacySessionIdEcho: zeros })),
  ],
  unofferedCipherSuite: [in13(suite(0x1304)), in12(suite(0x002f)), retry(suite(0xc02b))],
  cipherSuiteOfOtherVersion: [in13(suite(0xc02f)), inOlder(suite(0x1301))],
  compressionChosen: [
    in13(fields({ legacyCompressionMethod: 1 })),
    in12(fields({ legacyCompressionMethod: 1 })),
    retry(fields({ legacyCompressionMethod: 1 })),
  ],
  missingKeyShare: [in13(without(keyShare.type))],
  missingKeyShareUnderPsk: [hello(() => resuming('tls13'), without(keyShare.type))],
  unofferedGroup: [
    in13(plus(keyShare.type, 0, 24, 0, 1, 4)),
    retry(plus(keyShare.type, 1, 0)),
    server('tls12', (wire) =>
      wire.rewrite('server', 'server_key_exchange', (body) => ({
        ...body,
        params: { ...body.params, namedCurve: 0x0016 },
      })),
    ),
  ],
  unofferedPsk: [hello(() => resuming('tls13'), plus(preSharedKey.type, 0, 1))],
  pskHashMismatch: [hello(() => resuming('tls13'), suite(suites.TLS_AES_256_GCM_SHA384.code))],
  missingSupportedVersions: [retry(without(supportedVersions.type))],
  retryWithoutChange: [retry(without(keyShare.type))],
  retryForSentShare: [retry(plus(keyShare.type, 0, 29))],
  retryChangedSuite: [afterRetry(suite(0x1302))],
  secondRetry: [afterRetry(fields({ random: helloRetryRequestRandom }))],
  resumedUnofferedSession: [
    input('server', { server: { versions: ['tls12'] } }, (wire) => {
      let sessionId = zeros as Bytes;
      wire.rewrite('client', 'client_hello', (body) => {
        sessionId = body.legacySessionId;
        return body;
      });
      wire.rewrite('server', 'server_hello', (body) => ({ ...body, legacySessionIdEcho: sessionId }));
    }),
  ],
  resumedWithOtherSuite: [
    hello(() => resuming('tls12'), suite(suites.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256.code)),
  ],
  missingServerRenegotiationInfo: [in12(without(renegotiationInfo.type))],
  renegotiationInfoMismatch: [in12(plus(renegotiationInfo.type, 1, 7))],
  missingExtendedMasterSecret: [in12(without(extendedMainSecret.type))],
  extendedMasterSecretDropped: [hello(resumed12, without(extendedMainSecret.type))],
  unofferedApplicationProtocol: [
    server(
      'tls13',
      (wire) =>
        wire.rewrite(
          'server',
          'encrypted_extensions',
          plus(applicationLayerProtocolNegotiation.type, 0, 3, 2, 0x68, 0x33),
        ),
      alpn,
    ),
  ],
  emptyServerCertificate: [
    server('tls13', (wire) => wire.rewrite('server', 'certificate', fields({ certificateList: [] }))),
    server('tls12', (wire) => wire.rewrite('server', 'certificate', () => rawMessage(11, 0, 0, 0))),
  ],
  tooManyCertificates: (['tls13', 'tls12'] as const).map((version) =>
    server(version, () => undefined, { client: { limits: { certificates: 0 } } }),
  ),
  certificateKeyMismatch: [
    server('tls12', (wire) =>
      wire.rewrite(
        'server',
        'certificate',
        () => message12('certificate', { certificateList: leaf('rsa').chain }).raw,
      ),
    ),
  ],
  unofferedSignatureScheme: [
    server('tls13', (wire) => wire.rewrite('server', 'certificate_verify', fields({ algorithm: 0x0203 }))),
    server('tls12', (wire) => wire.rewrite('server', 'server_key_exchange', fields({ algorithm: 0x0203 }))),
  ],
  schemeNotForKey: [
    server('tls13', (wire) =>
      wire.rewrite(
        'server',
        'certificate_verify',
        fields({ algorithm: schemes.ecdsa_secp384r1_sha384.code }),
      ),
    ),
  ],
  badSignature: [
    server('tls13', (wire) =>
      wire.rewrite('server', 'certificate_verify', (body) => ({
        ...body,
        signature: flipped(body.signature),
      })),
    ),
    server('tls12', (wire) =>
      wire.rewrite('server', 'server_key_exchange', (body) => ({
        ...body,
        signature: flipped(body.signature),
      })),
    ),
  ],
  finishedMismatch: (['tls13', 'tls12'] as const).map((version) =>
    server(version, (wire) =>
      wire.rewrite('server', 'finished', ({ verifyData }) => ({ verifyData: flipped(verifyData) })),
    ),
  ),
  certificateRequestContext: [
    server('tls13', (wire) => wire.rewrite('server', 'certificate_request', withContext), mutual),
    server('tls13', (wire) => wire.rewrite('server', 'certificate', withContext)),
  ],
  missingSignatureAlgorithms: [
    server(
      'tls13',
      (wire) => wire.rewrite('server', 'certificate_request', without(signatureAlgorithms.type)),
      mutual,
    ),
  ],
  renegotiation: [
    connected('server', 'tls12', (wire) =>
      wire.inject('server', ...Array.from({ length: 4 }, () => handshake(rawMessage(0)))),
    ),
  ],
  badKeyUpdateRequest: [
    connected('server', 'tls13', (wire) => wire.inject('server', handshake(rawMessage(24, 2)))),
  ],
};
