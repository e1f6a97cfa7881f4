import {
  clientCertificateType,
  type Message12,
  message12,
  namedCurveType,
  signedServerKeyExchange,
} from '@tlsmith/codec';
import { append, finishedVerifyData12, type Transcript, transcriptHash } from '@tlsmith/key-schedule';
import { type Bytes, noBytes, random, type ServerSession, violation, violations } from '@tlsmith/types';
import { beginKeyExchange, type Credential, sign, type Work } from '../ask.ts';
import { disclose, install, send, sendChangeCipherSpec } from '../effect.ts';
import { copyOfMaster, keysFrom } from '../keys12.ts';
import { type ServerPolicy, suites12 } from '../policy.ts';
import { applicationProtocol } from '../server/choose.ts';
import { answered } from '../server/modules.ts';
import type { ClientOffer } from '../server/offer.ts';
import { go, type Landing } from '../server/states.ts';
import type { Chosen12 } from './narrow.ts';
import { renewedTicket } from './new-session-ticket.ts';
import { negotiated, serverHello, serverRandomFor } from './server-hello.ts';
import type { Flown } from './states.ts';

/** What a full handshake is built from. */
export interface Selection12 {
  readonly offer: ClientOffer;
  readonly chosen: Chosen12;
  readonly credential: Credential;
  readonly log: Transcript;
}

/** ServerHello to ServerHelloDone (RFC 5246 §7.3, figure 1). */
export function* fullFlight(
  selection: Selection12,
  policy: ServerPolicy,
): Landing<'server12/wait-certificate' | 'server12/wait-client-key-exchange'> {
  const { offer, chosen, credential } = selection;
  const ticketPromised = offer.ticket !== undefined && policy.resumption12.tickets;
  // What is not protected by RFC 7627 is not stored, so it gets no ID.
  const storable = !ticketPromised && policy.resumption12.sessionIds && offer.extendedMasterSecret;
  const sessionId = storable ? yield* random(32) : noBytes;
  const alpn = applicationProtocol(offer, policy);
  const serverRandom = yield* serverRandomFor(policy);
  const status = offer.staple ? credential.ocsp : undefined;
  const answers = {
    suite: chosen.suite,
    sessionId,
    ticketPromised,
    statusPromised: status !== undefined,
    alpn,
    serverRandom,
    resumed: false,
  };
  const agreed = negotiated(offer, answers, chosen);
  const modules = answered(policy, offer.hello.extensions, agreed);
  const hello = serverHello(offer, { ...answers, modules }, policy);
  const certificate = [
    message12('certificate', { certificateList: credential.chain }),
    ...(status === undefined ? [] : [message12('certificate_status', { tag: 1, body: status })]),
  ];
  const exchange = yield* keyExchange(selection, serverRandom);
  const asks = policy.clientAuthentication !== 'none';
  const request = asks ? [certificateRequest(policy)] : [];
  const messages = [
    hello,
    ...certificate,
    ...exchange.messages,
    ...request,
    message12('server_hello_done', {}),
  ];
  const facts: Flown = {
    hellos: {
      suite: chosen.suite,
      clientRandom: offer.hello.random,
      serverRandom,
      extendedMasterSecret: offer.extendedMasterSecret,
    },
    sessionId,
    ticketPromised,
    exchange: exchange.own,
    log: messages.reduce((log, message) => append(log, labelOf(message), message.raw), selection.log),
    negotiated: { ...agreed, extensions: modules.results },
  };
  return asks
    ? go('server12/wait-certificate', facts, ...messages.map(send))
    : go('server12/wait-client-key-exchange', facts, ...messages.map(send));
}

/** A session that goes on. */
export interface Resumed12 {
  readonly session: ServerSession;
  /** Whether its ticket is worth replacing. */
  readonly renew: boolean;
}

/** ServerHello, [NewSessionTicket,] ChangeCipherSpec, Finished (RFC 5246 §7.3 figure 2, RFC 5077 §3.1 figure 2). */
export function* abbreviatedFlight(
  offer: ClientOffer,
  { session, renew }: Resumed12,
  known: { readonly log: Transcript; readonly policy: ServerPolicy },
): Landing<'server12/wait-change-cipher-spec'> {
  const { policy } = known;
  const suite = suites12(policy).find(({ code }) => code === session.cipherSuite);
  if (suite === undefined) throw violation(violations.noCommonCipherSuite);
  const sessionId = offer.hello.legacySessionId;
  const alpn = applicationProtocol(offer, policy);
  const serverRandom = yield* serverRandomFor(policy);
  const ticket = renew ? yield* renewedTicket(session, policy) : [];
  const promises = { ticketPromised: ticket.length > 0, statusPromised: false };
  const answers = { suite, sessionId, ...promises, alpn, serverRandom, resumed: true };
  const agreed = negotiated(offer, answers, undefined);
  const modules = answered(policy, offer.hello.extensions, agreed);
  const hello = serverHello(offer, { ...answers, modules }, policy);
  const hellos = { suite, clientRandom: offer.hello.random, serverRandom, extendedMasterSecret: true };
  const keys = yield* keysFrom(hellos, copyOfMaster(session.secret));
  const log = ticket.reduce(
    (before, { raw }) => append(before, 'new_session_ticket', raw),
    append(known.log, 'server_hello', hello.raw),
  );
  const verifyData = yield* finishedVerifyData12(
    suite.hash,
    keys.master,
    'server',
    yield* transcriptHash(suite.hash, log),
  );
  const finished = message12('finished', { verifyData });
  const facts = {
    hellos,
    sessionId,
    ticketPromised: promises.ticketPromised,
    resumed: true,
    keys,
    log: append(log, 'server_finished', finished.raw),
    negotiated: { ...agreed, peerChain: session.peerChain, extensions: modules.results },
  };
  return go(
    'server12/wait-change-cipher-spec',
    facts,
    send(hello),
    disclose('CLIENT_RANDOM', offer.hello.random, keys.master),
    ...ticket.map(send),
    sendChangeCipherSpec,
    install('write', 'application', { version: 'tls12', suite, keys: keys.server }),
    send(finished),
  );
}

/** ServerKeyExchange where the suite has one, and what we need when ClientKeyExchange comes. */
function* keyExchange(
  { offer, chosen, credential }: Selection12,
  serverRandom: Bytes,
): Work<{ readonly messages: readonly Message12[]; readonly own: Flown['exchange'] }> {
  const { exchange } = chosen;
  if (exchange.kind === 'rsa') {
    return { messages: [], own: { kind: 'rsa', credential, clientVersion: offer.hello.legacyVersion } };
  }
  const { group, scheme } = exchange;
  const { share, key } = yield* beginKeyExchange(group);
  const params = { curveType: namedCurveType, namedCurve: group.code, publicPoint: share };
  const content = signedServerKeyExchange(offer.hello.random, serverRandom, params);
  const signature = yield* sign(credential, scheme, content);
  const message = message12('server_key_exchange', { params, algorithm: scheme.code, signature });
  return { messages: [message], own: { kind: 'ecdhe', group, key } };
}

function certificateRequest(policy: ServerPolicy): Message12 {
  return message12('certificate_request', {
    certificateTypes: [clientCertificateType.ecdsa_sign, clientCertificateType.rsa_sign],
    supportedSignatureAlgorithms: policy.schemes
      .filter(({ tls12 }) => tls12.length > 0)
      .map(({ code }) => code),
    certificateAuthorities: policy.certificateAuthorities,
  });
}

function labelOf({
  type,
}: Message12):
  | 'server_hello'
  | 'server_certificate'
  | 'certificate_status'
  | 'server_key_exchange'
  | 'certificate_request'
  | 'server_hello_done' {
  if (type === 'certificate') return 'server_certificate';
  if (type === 'certificate_status') return type;
  if (type === 'server_hello' || type === 'server_key_exchange' || type === 'certificate_request')
    return type;
  return 'server_hello_done';
}
