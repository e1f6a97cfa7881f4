import type {
  CertificateRequest12,
  CertificateStatus,
  ServerHelloDone,
  ServerKeyExchange,
} from '@tlsmith/codec';
import { append } from '@tlsmith/key-schedule';
import type { Work } from '../ask.ts';
import { go, type In, type Landing } from '../client/states.ts';
import type { MessageEvent } from '../event.ts';
import type { ClientPolicy } from '../policy.ts';
import { authenticated, onCertificateRequest, onServerKeyExchange, withoutShare } from './server-flight.ts';
import type { Authenticated12 } from './states.ts';
import { onServerHelloDone } from './server-hello-done.ts';

type WithKeyExchange = In<'client12/wait-certificate-status-or-key-exchange'>;
type WithRequest = In<'client12/wait-certificate-status-or-request'>;

type StatusEvent = MessageEvent<'certificate_status', CertificateStatus>;

/** CertificateStatus: the OCSP response that ServerHello announced (RFC 6066 §8). */
export function* onStatusBeforeKeyExchange(
  state: WithKeyExchange,
  event: StatusEvent,
  policy: ClientPolicy,
): Landing<'client12/wait-server-key-exchange'> {
  return go('client12/wait-server-key-exchange', yield* withStatus(state, event, policy));
}

/** The same where RSA key exchange has no ServerKeyExchange. */
export function* onStatusBeforeRequest(
  state: WithRequest,
  event: StatusEvent,
  policy: ClientPolicy,
): Landing<'client12/wait-certificate-request-or-done'> {
  const facts = withoutShare(yield* withStatus(state, event, policy));
  return go('client12/wait-certificate-request-or-done', facts);
}

function* withStatus(
  { at: _at, chain, ...known }: WithKeyExchange | WithRequest,
  { raw, body }: StatusEvent,
  policy: ClientPolicy,
): Work<Authenticated12> {
  const facts = { ...known, log: append(known.log, 'certificate_status', raw) };
  return yield* authenticated(facts, { chain, ocsp: body.body }, policy);
}

/** ServerKeyExchange at once: a server may announce a status and have none after all (RFC 6066 §8). */
export function* onKeyExchangeInstead(
  { at: _at, chain, ...known }: WithKeyExchange,
  event: MessageEvent<'server_key_exchange', ServerKeyExchange>,
  policy: ClientPolicy,
): Landing<'client12/wait-certificate-request-or-done'> {
  const facts = yield* authenticated(known, { chain, ocsp: undefined }, policy);
  return yield* onServerKeyExchange({ at: 'client12/wait-server-key-exchange', ...facts }, event, policy);
}

/** CertificateRequest at once, likewise. */
export function* onRequestInstead(
  { at: _at, chain, ...known }: WithRequest,
  event: MessageEvent<'certificate_request', CertificateRequest12>,
  policy: ClientPolicy,
): Landing<'client12/wait-server-hello-done'> {
  const facts = withoutShare(yield* authenticated(known, { chain, ocsp: undefined }, policy));
  return yield* onCertificateRequest({ at: 'client12/wait-certificate-request-or-done', ...facts }, event);
}

/** ServerHelloDone at once, likewise. */
export function* onDoneInstead(
  { at: _at, chain, ...known }: WithRequest,
  event: MessageEvent<'server_hello_done', ServerHelloDone>,
  policy: ClientPolicy,
): Landing<'client12/wait-new-session-ticket' | 'client12/wait-change-cipher-spec'> {
  const facts = withoutShare(yield* authenticated(known, { chain, ocsp: undefined }, policy));
  return yield* onServerHelloDone(
    { at: 'client12/wait-certificate-request-or-done', ...facts },
    event,
    policy,
  );
}
