import {
  type ClientHello,
  ecPointFormats,
  extendedMainSecret,
  keyShare,
  oidFilters,
  preSharedKey,
  pskKeyExchangeModes,
  renegotiationInfo,
  serverName,
  signatureAlgorithms,
  supportedGroups,
  supportedVersions,
} from '@tlsmith/codec';
import { rawMessage, withExtension } from '@tlsmith/testkit/node';
import { type Bytes, concat, groups, suites, utf8 } from '@tlsmith/types';
import { handshake, type Item } from './items.ts';
import { connected, fields, flipped, input, of, plus, resuming, type Rows, without } from './bad-input.ts';
import { identityOf, type PairOptions, roots } from './ends.ts';

type Change = (hello: ClientHello, raw: Bytes) => ClientHello | Bytes | readonly Item[];

/** A ClientHello that is not as it should be. */
const hello = (options: PairOptions | (() => PairOptions), change: Change, nth = 0) =>
  input('client', options, (wire) => wire.rewrite('client', 'client_hello', change, nth));
const in13 = (change: Change) => hello({}, change);
const in12 = (change: Change) => hello(of('tls12'), change);
const retried: PairOptions = { server: { groups: [groups.secp256r1] } };
const secondHello = (change: Change) => hello(retried, change, 1);
const underPsk = (change: Change) => hello(() => resuming('tls13'), change);
const mutual: PairOptions = {
  client: { identity: [identityOf('p256')] },
  server: { clientAuthentication: { require: { roots } } },
};
const asked: PairOptions = { server: mutual.server as NonNullable<PairOptions['server']> };
const zeros = new Uint8Array(32);
const x25519 = [0, 29, 0, 32, ...zeros];

/** What a server refuses. */
export const badClients: Rows = {
  unexpectedMessage: [
    input('client', {}, (wire) => wire.inject('client', handshake(rawMessage(20, ...zeros)))),
    connected('client', 'tls13', (wire) => wire.inject('client', handshake(rawMessage(99, 1)))),
    connected('client', 'tls12', (wire) => wire.inject('client', handshake(rawMessage(11, 0, 0, 0)))),
  ],
  flightNotAligned: [in13((_hello, raw) => [handshake(raw, Uint8Array.of(1))])],
  malformedMessage: [
    in13(() => rawMessage(1, 3, 3)),
    in13(plus(supportedVersions.type, 2, 3, 4, 0)),
    in13(plus(serverName.type, 0, 8, 0, 0, 1, 97, 0, 0, 1, 98)),
    input('client', of('tls12'), (wire) =>
      wire.rewrite('client', 'client_key_exchange', () => rawMessage(16, 0)),
    ),
  ],
  messageTooLong: [
    in13(() => [handshake(Uint8Array.of(1, 0xff, 0xff, 0xff))]),
    connected('client', 'tls13', (wire) => wire.inject('client', handshake(Uint8Array.of(24, 1, 0, 1)))),
  ],
  duplicateExtension: [
    in13((body) => ({
      ...body,
      extensions: [...(body.extensions ?? []), ...(body.extensions ?? []).slice(0, 1)],
    })),
  ],
  forbiddenExtension: [in13(plus(oidFilters.type, 0, 0))],
  noCommonVersion: [
    in13(plus(supportedVersions.type, 2, 3, 2)),
    in13((body) => without(supportedVersions.type)({ ...body, legacyVersion: 0x0302 })),
  ],
  badLegacyVersion: [in13(fields({ legacyVersion: 0x0304 }))],
  inappropriateFallback: [in12((body) => ({ ...body, cipherSuites: [...body.cipherSuites, 0x5600] }))],
  noNullCompression: [in13(fields({ legacyCompressionMethods: Uint8Array.of(1) }))],
  compressionInTls13: [in13(fields({ legacyCompressionMethods: Uint8Array.of(1, 0) }))],
  pskNotLast: [underPsk((body) => ({ ...body, extensions: (body.extensions ?? []).toReversed() }))],
  missingPskModes: [underPsk(without(pskKeyExchangeModes.type))],
  missingSupportedGroups: [in13(without(supportedGroups.type))],
  missingKeyShareFromClient: [in13(without(keyShare.type)), secondHello(without(keyShare.type))],
  missingSignatureAlgorithms: [in13(without(signatureAlgorithms.type))],
  keyShareForUnofferedGroup: [
    in13((body) => plus(keyShare.type, 0, 5, 0, 24, 0, 1, 4)(plus(supportedGroups.type, 0, 2, 0, 29)(body))),
  ],
  duplicateKeyShare: [in13(plus(keyShare.type, 0, 72, ...x25519, ...x25519))],
  invalidKeyShare: [
    in13(plus(keyShare.type, 0, 36, ...x25519)),
    in13(plus(keyShare.type, 0, 35, 0, 29, 0, 31, ...zeros.subarray(1))),
    input('client', of('tls12'), (wire) =>
      wire.rewrite('client', 'client_key_exchange', () => ({ ecdhYc: zeros })),
    ),
  ],
  noCommonCipherSuite: [in13(fields({ cipherSuites: [0x1304] })), in12(fields({ cipherSuites: [0x002f] }))],
  noCommonGroup: [in13((body) => plus(supportedGroups.type, 0, 2, 1, 0)(plus(keyShare.type, 0, 0)(body)))],
  noCommonSignatureScheme: [in13(plus(signatureAlgorithms.type, 0, 2, 9, 9))],
  noUsableCredential: [
    hello({ server: { identity: [identityOf('rsa')] } }, plus(signatureAlgorithms.type, 0, 2, 4, 3)),
    in12(fields({ cipherSuites: [suites.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256.code] })),
  ],
  noCommonApplicationProtocol: [
    input('client', { client: { alpn: ['h3'] }, server: { alpn: ['h2'] } }, () => undefined),
  ],
  unrecognizedName: ['nobody.example', 'serv{r.example', '192.0.2.1', '.'].map((name) =>
    hello({ server: { unknownServerName: 'refuse' } }, plus(serverName.type, ...nameList(name))),
  ),
  noUncompressedPoints: [in12(plus(ecPointFormats.type, 1, 1))],
  binderCountMismatch: [underPsk(twoBinders)],
  binderMismatch: [underPsk(fields({ random: zeros }))],
  secondHelloChanged: [
    secondHello(fields({ random: zeros })),
    secondHello(plus(0x1234)),
    secondHello(without(serverName.type)),
  ],
  secondHelloWrongShare: [
    secondHello(plus(keyShare.type, 0, 0)),
    secondHello(plus(keyShare.type, 0, 36, ...x25519)),
  ],
  extendedMasterSecretDropped: [hello(() => resuming('tls12'), without(extendedMainSecret.type))],
  missingClientRenegotiationInfo: [in12(without(renegotiationInfo.type))],
  renegotiationInfoMismatch: [in12(plus(renegotiationInfo.type, 1, 7))],
  missingExtendedMasterSecret: [
    hello(of('tls12', { server: { extendedMasterSecret: 'require' } }), without(extendedMainSecret.type)),
  ],
  certificateRequired: [input('client', asked, () => undefined)],
  certificateRequired12: [input('client', of('tls12', asked), () => undefined)],
  tooManyCertificates: [
    input(
      'client',
      { ...mutual, server: { ...mutual.server, limits: { certificates: 0 } } },
      () => undefined,
    ),
  ],
  certificateRequestContext: [
    input('client', mutual, (wire) =>
      wire.rewrite('client', 'certificate', fields({ certificateRequestContext: Uint8Array.of(1) })),
    ),
  ],
  unofferedSignatureScheme: [
    input('client', mutual, (wire) =>
      wire.rewrite('client', 'certificate_verify', fields({ algorithm: 0x0203 })),
    ),
    input('client', of('tls12', mutual), (wire) =>
      wire.rewrite('client', 'certificate_verify', fields({ algorithm: 0x0203 })),
    ),
  ],
  badSignature: [
    input('client', mutual, (wire) =>
      wire.rewrite('client', 'certificate_verify', (body) => ({
        ...body,
        signature: flipped(body.signature),
      })),
    ),
    input('client', of('tls12', mutual), (wire) =>
      wire.rewrite('client', 'certificate_verify', (body) => ({
        ...body,
        signature: flipped(body.signature),
      })),
    ),
  ],
  finishedMismatch: (['tls13', 'tls12'] as const).map((version) =>
    input('client', of(version), (wire) =>
      wire.rewrite('client', 'finished', ({ verifyData }) => ({ verifyData: flipped(verifyData) })),
    ),
  ),
  keyChangeNotAligned: [
    connected('client', 'tls13', (wire) =>
      wire.inject('client', handshake(rawMessage(24, 0), Uint8Array.of(24))),
    ),
  ],
  badKeyUpdateRequest: [
    connected('client', 'tls13', (wire) => wire.inject('client', handshake(rawMessage(24, 2)))),
  ],
  renegotiation: [
    connected('client', 'tls12', (wire) => {
      const { raw } = wire.passed[0] as { readonly raw: Bytes };
      wire.inject('client', ...Array.from({ length: 4 }, () => handshake(raw)));
    }),
  ],
};

function nameList(name: string): readonly number[] {
  const bytes = utf8(name);
  return [0, bytes.length + 3, 0, 0, bytes.length, ...bytes];
}

/** The same binder twice, for one identity. */
function twoBinders(body: ClientHello): ClientHello {
  const old = body.extensions?.at(-1)?.body ?? zeros;
  const identities = 2 + (((old[0] ?? 0) << 8) | (old[1] ?? 0));
  const binders = old.subarray(identities + 2);
  const length = 2 * binders.length;
  const both = concat(
    old.subarray(0, identities),
    Uint8Array.of(length >> 8, length & 0xff),
    binders,
    binders,
  );
  return { ...body, extensions: withExtension(body.extensions, preSharedKey.type, both) };
}
