import {
  applicationLayerProtocolNegotiation,
  certificateAuthorities,
  type ExtensionList,
  keyShare,
  type Message13,
  message13,
  preSharedKey,
  protocolName,
  pskKeyExchangeMode,
  rawExtension,
  serverName,
  signatureAlgorithms,
  supportedVersions,
} from '@tlsmith/codec';
import {
  append,
  clientApplicationTrafficSecret,
  clientHandshakeTrafficSecret,
  earlySecret,
  exporterSecret,
  finishedVerifyData13,
  handshakeSecret,
  mainSecret,
  serverApplicationTrafficSecret,
  serverHandshakeTrafficSecret,
  type Transcript,
  transcriptHash,
} from '@tlsmith/key-schedule';
import { noBytes, protocolVersion, random, type Secret } from '@tlsmith/types';
import type { Work } from '../ask.ts';
import { type Authenticated, authentication13 } from '../authentication.ts';
import {
  disclose,
  install,
  resumption,
  send,
  sendChangeCipherSpec,
  tolerateChangeCipherSpec,
} from '../effect.ts';
import { asked, noResults, spoken } from '../modules.ts';
import type { Negotiated } from '../negotiated.ts';
import type { ServerPolicy } from '../policy.ts';
import { type Answered, answered } from '../server/modules.ts';
import { go, type Landing } from '../server/states.ts';
import { skipEarlyData } from './hello-retry.ts';
import type { Selection } from './settle.ts';

/** ServerHello to Finished in one go (RFC 9846 §2, figure 1; §A.2). */
export function* flight(
  selection: Selection,
  policy: ServerPolicy,
): Landing<'server13/wait-certificate' | 'server13/wait-finished'> {
  const { suite, offer } = selection;
  const clientRandom = offer.hello.random;
  const agreed = negotiated(selection);
  const modules = answered(policy, offer.hello.extensions, agreed);
  const hello = yield* serverHello(selection, modules, policy);
  const asks = asksForCertificate(selection, policy);
  const requests = asks
    ? spoken(policy, 'certificate_request', ({ server }) => server?.request?.(agreed))
    : [];
  const handshake = yield* handshakeKeys(selection, append(selection.log, 'server_hello', hello.raw));
  const protectedFlight = yield* encryptedMessages({ ...selection, modules, requests }, handshake, policy);
  const application = yield* applicationKeys(selection, handshake, protectedFlight.log);
  const facts = {
    suite,
    clientHandshake: handshake.client,
    clientTraffic: application.client,
    serverTraffic: application.server,
    exporter: application.exporter,
    main: application.main,
    takesTickets: offer.pskModes?.includes(pskKeyExchangeMode.psk_dhe_ke) === true,
    log: protectedFlight.log,
    negotiated: { ...agreed, extensions: modules.results },
    modules: asked(requests),
  };
  const effects = [
    resumption(selection.decision),
    send(hello),
    ...(offer.hello.legacySessionId.length > 0 && !selection.retried ? [sendChangeCipherSpec] : []),
    disclose('CLIENT_HANDSHAKE_TRAFFIC_SECRET', clientRandom, handshake.client),
    disclose('SERVER_HANDSHAKE_TRAFFIC_SECRET', clientRandom, handshake.server),
    install('write', 'handshake', { version: 'tls13', suite, secret: handshake.server }),
    ...protectedFlight.messages.map(send),
    disclose('CLIENT_TRAFFIC_SECRET_0', clientRandom, application.client),
    disclose('SERVER_TRAFFIC_SECRET_0', clientRandom, application.server),
    disclose('EXPORTER_SECRET', clientRandom, application.exporter),
    install('write', 'application', { version: 'tls13', suite, secret: application.server }),
    tolerateChangeCipherSpec(true),
    ...skipEarlyData(offer, policy),
    install('read', 'handshake', { version: 'tls13', suite, secret: handshake.client }),
  ];
  return asks
    ? go('server13/wait-certificate', facts, ...effects)
    : go('server13/wait-finished', facts, ...effects);
}

function* serverHello(selection: Selection, modules: Answered, policy: ServerPolicy): Work<Message13> {
  const { offer, suite, group, resumption, exchanged } = selection;
  const listed = [
    ...(resumption === undefined ? [] : [rawExtension(preSharedKey, 'server_hello', resumption.index)]),
    rawExtension(keyShare, 'server_hello', { group: group.code, keyExchange: exchanged.share }),
    rawExtension(supportedVersions, 'server_hello', protocolVersion.tls13),
    ...modules.in('server_hello'),
  ];
  return message13('server_hello', {
    legacyVersion: protocolVersion.tls12,
    random: yield* random(32),
    legacySessionIdEcho: offer.hello.legacySessionId,
    cipherSuite: suite.code,
    legacyCompressionMethod: 0,
    extensions: policy.arrange?.('server_hello', listed) ?? listed,
  });
}

/** Secrets of the handshake epoch, and the log through ServerHello. */
interface HandshakeKeys {
  readonly stage: Parameters<typeof mainSecret>[0];
  readonly client: Secret<'traffic'>;
  readonly server: Secret<'traffic'>;
  readonly log: Transcript;
}

function* handshakeKeys({ suite, resumption, exchanged }: Selection, log: Transcript): Work<HandshakeKeys> {
  const early = resumption?.early ?? (yield* earlySecret(suite.hash));
  const stage = yield* handshakeSecret(early, exchanged.secret);
  exchanged.secret.fill(0);
  early.secret.wipe();
  const covered = yield* transcriptHash(suite.hash, log);
  const client = yield* clientHandshakeTrafficSecret(stage, covered);
  const server = yield* serverHandshakeTrafficSecret(stage, covered);
  return { stage, client, server, log };
}

/** A selection with what modules answer, and what they ask of a client's certificate. */
interface Spoken extends Selection {
  readonly modules: Answered;
  readonly requests: ExtensionList;
}

/** EncryptedExtensions, [CertificateRequest,] [Certificate, CertificateVerify,] Finished. */
function* encryptedMessages(
  selection: Spoken,
  keys: HandshakeKeys,
  policy: ServerPolicy,
): Work<Authenticated> {
  const { suite, credential, offer } = selection;
  const extensions = message13('encrypted_extensions', {
    extensions: encryptedExtensions(selection, policy),
  });
  let flight: Authenticated = {
    suite,
    log: append(keys.log, 'encrypted_extensions', extensions.raw),
    messages: [extensions],
  };
  if (asksForCertificate(selection, policy)) flight = withRequest(flight, selection.requests, policy);
  if (credential !== undefined) {
    const wanted = {
      role: 'server' as const,
      context: noBytes,
      accepted: offer.schemes ?? [],
      staple: offer.staple,
      extensions: selection.modules.in('certificate'),
    };
    flight = yield* authentication13(credential, wanted, flight);
  }
  const verifyData = yield* finishedVerifyData13(
    suite.hash,
    keys.server,
    yield* transcriptHash(suite.hash, flight.log),
  );
  const finished = message13('finished', { verifyData });
  const log = append(flight.log, 'server_finished', finished.raw);
  return { ...flight, log, messages: [...flight.messages, finished] };
}

/** Client certificates are asked for in full handshakes only; a resumed one carries the identity over. */
const asksForCertificate = ({ resumption }: Selection, policy: ServerPolicy): boolean =>
  resumption === undefined && policy.clientAuthentication !== 'none';

function withRequest(flight: Authenticated, requests: ExtensionList, policy: ServerPolicy): Authenticated {
  const schemes = policy.schemes.map(({ code }) => code);
  const authorities = policy.certificateAuthorities;
  const listed = [
    rawExtension(signatureAlgorithms, 'certificate_request', schemes),
    ...(authorities.length === 0
      ? []
      : [rawExtension(certificateAuthorities, 'certificate_request', authorities)]),
    ...requests,
  ];
  const request = message13('certificate_request', {
    certificateRequestContext: noBytes,
    extensions: policy.arrange?.('certificate_request', listed) ?? listed,
  });
  const log = append(flight.log, 'certificate_request', request.raw);
  return { ...flight, log, messages: [...flight.messages, request] };
}

function encryptedExtensions({ alpn, offer, modules }: Spoken, policy: ServerPolicy): ExtensionList {
  const listed = [
    ...(offer.serverName === undefined ? [] : [rawExtension(serverName, 'encrypted_extensions', true)]),
    ...(alpn === undefined
      ? []
      : [
          rawExtension(applicationLayerProtocolNegotiation, 'encrypted_extensions', protocolName.bytes(alpn)),
        ]),
    ...modules.in('encrypted_extensions'),
  ];
  return policy.arrange?.('encrypted_extensions', listed) ?? listed;
}

/** Secrets of the application epoch; they cover the log through our Finished (RFC 9846 §7.1). */
function* applicationKeys({ suite }: Selection, keys: HandshakeKeys, log: Transcript) {
  const main = yield* mainSecret(keys.stage);
  keys.stage.secret.wipe();
  const covered = yield* transcriptHash(suite.hash, log);
  return {
    client: yield* clientApplicationTrafficSecret(main, covered),
    server: yield* serverApplicationTrafficSecret(main, covered),
    exporter: yield* exporterSecret(main, covered),
    main: main.secret,
  };
}

const negotiated = ({ suite, group, alpn, offer, resumption, retried }: Selection): Negotiated => ({
  version: 'tls13',
  suite,
  group: group.name,
  peerScheme: undefined,
  alpn,
  serverName: offer.serverName,
  resumed: resumption !== undefined,
  retried,
  peerChain: resumption?.session.peerChain ?? [],
  peer: undefined,
  extendedMasterSecret: true,
  extensions: noResults,
});
