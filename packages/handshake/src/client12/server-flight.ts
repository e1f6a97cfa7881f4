import {
  type Certificate12,
  type CertificateRequest12,
  type ServerKeyExchange,
  signedServerKeyExchange,
} from '@tlsmith/codec';
import { append } from '@tlsmith/key-schedule';
import { type Bytes, violation, violations } from '@tlsmith/types';
import { authenticatePeer, type Work } from '../ask.ts';
import { verifyPossession } from '../certificate-verify.ts';
import { type ClientFacts, go, type In, type Landing } from '../client/states.ts';
import type { MessageEvent } from '../event.ts';
import type { Step } from '../machine.ts';
import type { ClientPolicy } from '../policy.ts';
import type { Authenticated12, Chain, Handshaking12 } from './states.ts';

/** Certificate: the server's chain (RFC 5246 §7.4.2), which is judged when its status can no longer come. */
export function* onCertificate(
  state: In<'client12/wait-certificate'>,
  event: MessageEvent<'certificate', Certificate12>,
  policy: ClientPolicy,
): Landing<
  | 'client12/wait-server-key-exchange'
  | 'client12/wait-certificate-request-or-done'
  | 'client12/wait-certificate-status-or-key-exchange'
  | 'client12/wait-certificate-status-or-request'
> {
  const { at: _at, statusPromised, ...known } = state;
  const chain = event.body.certificateList;
  if (chain.length === 0) throw violation(violations.emptyServerCertificate);
  if (chain.length > policy.limits.certificates) {
    throw violation(violations.tooManyCertificates, {
      certificates: chain.length,
      limit: policy.limits.certificates,
    });
  }
  const facts = { ...known, log: append(state.log, 'server_certificate', event.raw) };
  if (!statusPromised) return afterStatus(yield* authenticated(facts, { chain, ocsp: undefined }, policy));
  return state.hellos.suite.keyExchange === 'rsa'
    ? go('client12/wait-certificate-status-or-request', { ...facts, chain })
    : go('client12/wait-certificate-status-or-key-exchange', { ...facts, chain });
}

/** Judges the chain, with the response that was stapled to it if there is one. */
export function* authenticated(
  known: Handshaking12,
  { chain, ocsp }: { readonly chain: Chain; readonly ocsp: Bytes | undefined },
  policy: ClientPolicy,
): Work<Authenticated12> {
  const { suite } = known.hellos;
  const peer = yield* authenticatePeer({
    chain,
    role: 'server',
    serverName: policy.serverName,
    ocsp,
    scts: [],
    keyExchange: suite.keyExchange === 'rsa' ? 'rsa' : 'signature',
  });
  const rsaKey = peer.publicKey.type === 'rsa' || peer.publicKey.type === 'rsa-pss';
  const fits = suite.keyExchange === 'rsa' ? peer.publicKey.type === 'rsa' && peer.mayEncipher : peer.maySign;
  if (rsaKey !== (suite.authentication === 'rsa') || !fits) {
    throw violation(violations.certificateKeyMismatch, { suite: suite.name, keyType: peer.publicKey.type });
  }
  return { ...known, negotiated: { ...known.negotiated, peerChain: chain, peer }, peer };
}

/** What comes after the chain and its status: with RSA key exchange the server has no share to send. */
function afterStatus(
  facts: Authenticated12,
): Step<ClientFacts, 'client12/wait-server-key-exchange' | 'client12/wait-certificate-request-or-done'> {
  if (facts.hellos.suite.keyExchange !== 'rsa') return go('client12/wait-server-key-exchange', facts);
  return go('client12/wait-certificate-request-or-done', withoutShare(facts));
}

/** The facts of RSA key exchange. */
export function withoutShare({
  peer,
  ...known
}: Authenticated12): ClientFacts['client12/wait-certificate-request-or-done'] {
  return { ...known, server: { peer, share: undefined } };
}

/** ServerKeyExchange: a share in one of our groups, signed with both randoms (RFC 8422 §5.4). */
export function* onServerKeyExchange(
  state: In<'client12/wait-server-key-exchange'>,
  event: MessageEvent<'server_key_exchange', ServerKeyExchange>,
  policy: ClientPolicy,
): Landing<'client12/wait-certificate-request-or-done'> {
  const { at: _at, peer, ...known } = state;
  const { params, algorithm, signature } = event.body;
  const group = policy.groups.find(({ code }) => code === params.namedCurve);
  if (group?.versions.includes('tls12') !== true) {
    throw violation(violations.unofferedGroup, { group: params.namedCurve });
  }
  const content = signedServerKeyExchange(state.hellos.clientRandom, state.hellos.serverRandom, params);
  const accepted = { version: 'tls12' as const, schemes: policy.schemes };
  const { scheme } = yield* verifyPossession({ algorithm, signature }, content, peer, accepted);
  return go('client12/wait-certificate-request-or-done', {
    ...known,
    log: append(state.log, 'server_key_exchange', event.raw),
    server: { peer, share: { group: group.code, point: params.publicPoint } },
    negotiated: { ...state.negotiated, group: group.name, peerScheme: scheme.name },
  });
}

/** CertificateRequest: the server wants to know us (RFC 5246 §7.4.4). */
export function* onCertificateRequest(
  state: In<'client12/wait-certificate-request-or-done'>,
  event: MessageEvent<'certificate_request', CertificateRequest12>,
): Landing<'client12/wait-server-hello-done'> {
  const { at: _at, ...known } = state;
  const requested = {
    certificateTypes: event.body.certificateTypes,
    schemes: event.body.supportedSignatureAlgorithms,
    authorities: event.body.certificateAuthorities,
  };
  const log = append(state.log, 'certificate_request', event.raw);
  return go('client12/wait-server-hello-done', { ...known, log, requested });
}
