import { append } from '@tlsmith/key-schedule';
import { type Bytes, equal, type ServerSession, violation, violations } from '@tlsmith/types';
import { credential, findSession, now, type SessionIdentity, type Work } from '../ask.ts';
import type { ServerPolicy } from '../policy.ts';
import type { ClientOffer } from '../server/offer.ts';
import type { Landing } from '../server/states.ts';
import { abbreviatedFlight, fullFlight } from './flight.ts';
import { type Candidates12, narrow12, settle12 } from './narrow.ts';

type Landings =
  | 'server12/wait-certificate'
  | 'server12/wait-client-key-exchange'
  | 'server12/wait-change-cipher-spec';

/** ClientHello of TLS 1.2: a session is resumed, or a full handshake begins (RFC 5246 §7.3). */
export function* onClientHello12(offer: ClientOffer, raw: Bytes, policy: ServerPolicy): Landing<Landings> {
  const candidates = narrow12(offer, policy);
  const log = append([], 'client_hello', raw);
  const session = yield* resumable(offer, candidates, policy);
  if (session !== undefined) return yield* abbreviatedFlight(offer, session, { log, policy });
  const own = yield* credential({
    version: 'tls12',
    serverName: offer.serverName,
    schemes: candidates.schemes,
    authentication: [...new Set(candidates.suites.map(({ authentication }) => authentication))],
    authorities: [],
  });
  if (own === undefined) throw violation(violations.noUsableCredential, { serverName: offer.serverName });
  const chosen = settle12(candidates, own);
  return yield* fullFlight({ offer, chosen, credential: own, log }, policy);
}

/** The offered session, if everything that binds it agrees (RFC 5246 §7.4.1.2, RFC 5077 §3.1, RFC 7627 §5.3). */
function* resumable(
  offer: ClientOffer,
  { suites }: Candidates12,
  policy: ServerPolicy,
): Work<ServerSession | undefined> {
  const identities = sessionIdentities(offer, policy);
  if (identities.length === 0) return undefined;
  const found = yield* findSession(identities);
  if (found === undefined) return undefined;
  const { session } = found;
  const age = (yield* now()) - session.createdAt;
  const anonymous = session.peerChain.length === 0;
  const agrees =
    session.version === 'tls12' &&
    age >= 0 &&
    age < 1000 * session.lifetime &&
    session.serverName === offer.serverName &&
    equal(session.context, policy.context) &&
    suites.some(({ code }) => code === session.cipherSuite) &&
    !(policy.clientAuthentication === 'require' && anonymous) &&
    !(policy.clientAuthentication === 'none' && !anonymous);
  if (!agrees) return undefined;
  if (session.extendedMasterSecret && !offer.extendedMasterSecret) {
    throw violation(violations.extendedMasterSecretDropped);
  }
  // A session without it is not resumed by a hello with it; nor, being weak, by one without.
  return session.extendedMasterSecret ? session : undefined;
}

/** A ticket goes before a session ID (RFC 5077 §3.4). */
function sessionIdentities(offer: ClientOffer, { resumption12 }: ServerPolicy): readonly SessionIdentity[] {
  const { ticket, hello } = offer;
  if (ticket !== undefined && ticket.length > 0) {
    return resumption12.tickets ? [{ kind: 'ticket', id: ticket }] : [];
  }
  const byId = resumption12.sessionIds && hello.legacySessionId.length > 0;
  return byId ? [{ kind: 'session-id', id: hello.legacySessionId }] : [];
}
