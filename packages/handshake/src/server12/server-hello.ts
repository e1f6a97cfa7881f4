import {
  applicationLayerProtocolNegotiation,
  downgradeSentinel,
  type ExtensionList,
  ecPointFormats,
  extendedMainSecret,
  type Message12,
  message12,
  protocolName,
  rawExtension,
  renegotiationInfo,
  serverName,
  sessionTicket,
  statusRequest,
} from '@tlsmith/codec';
import { type Bytes, type CipherSuite12, copyBytes, noBytes, protocolVersion, random } from '@tlsmith/types';
import type { Work } from '../ask.ts';
import { noResults } from '../modules.ts';
import type { Negotiated } from '../negotiated.ts';
import type { ServerPolicy } from '../policy.ts';
import type { Answered } from '../server/modules.ts';
import type { ClientOffer } from '../server/offer.ts';
import type { Chosen12 } from './narrow.ts';

/** What ServerHello says besides echoes. */
export interface Answers {
  readonly suite: CipherSuite12;
  readonly sessionId: Bytes;
  readonly ticketPromised: boolean;
  /** CertificateStatus follows Certificate (RFC 6066 §8). */
  readonly statusPromised: boolean;
  readonly alpn: string | undefined;
  readonly serverRandom: Bytes;
  readonly resumed: boolean;
}

/** A server that could do TLS 1.3 marks its random value (RFC 9846 §4.2.3). */
export function* serverRandomFor(policy: ServerPolicy): Work<Bytes> {
  const bytes = copyBytes(yield* random(32));
  if (policy.versions.includes('tls13')) bytes.set(downgradeSentinel.tls12, 24);
  return bytes;
}

/** ServerHello (RFC 5246 §7.4.1.3). */
export function serverHello(
  offer: ClientOffer,
  answers: Answers & { readonly modules: Answered },
  policy: ServerPolicy,
): Message12 {
  const listed = [...extensions(offer, answers), ...answers.modules.in('tls12_server_hello')];
  return message12('server_hello', {
    legacyVersion: protocolVersion.tls12,
    random: answers.serverRandom,
    legacySessionIdEcho: answers.sessionId,
    cipherSuite: answers.suite.code,
    legacyCompressionMethod: 0,
    extensions: policy.arrange?.('tls12_server_hello', listed) ?? listed,
  });
}

function extensions(
  offer: ClientOffer,
  { suite, alpn, ticketPromised, statusPromised, resumed }: Answers,
): ExtensionList {
  const name = offer.serverName !== undefined && !resumed;
  const formats = suite.keyExchange === 'ecdhe' && offer.pointFormats !== undefined && !resumed;
  // renegotiation_info may answer the signalling suite value, which makes it the one that comes unasked (RFC 5746 §3.6).
  return [
    rawExtension(renegotiationInfo, 'tls12_server_hello', noBytes),
    ...(name ? [rawExtension(serverName, 'tls12_server_hello', true)] : []),
    ...(offer.extendedMasterSecret ? [rawExtension(extendedMainSecret, 'tls12_server_hello', true)] : []),
    ...(formats ? [rawExtension(ecPointFormats, 'tls12_server_hello', [0])] : []),
    ...(statusPromised ? [rawExtension(statusRequest, 'tls12_server_hello', true)] : []),
    ...(ticketPromised ? [rawExtension(sessionTicket, 'tls12_server_hello', true)] : []),
    ...(alpn === undefined
      ? []
      : [rawExtension(applicationLayerProtocolNegotiation, 'tls12_server_hello', protocolName.bytes(alpn))]),
  ];
}

/** What a flight has agreed on. */
export function negotiated(offer: ClientOffer, answers: Answers, chosen: Chosen12 | undefined): Negotiated {
  return {
    version: 'tls12',
    suite: answers.suite,
    group: chosen?.exchange.kind === 'ecdhe' ? chosen.exchange.group.name : undefined,
    peerScheme: undefined,
    alpn: answers.alpn,
    serverName: offer.serverName,
    resumed: answers.resumed,
    retried: false,
    peerChain: [],
    peer: undefined,
    extendedMasterSecret: offer.extendedMasterSecret,
    extensions: noResults,
  };
}
