import { append } from '@tlsmith/key-schedule';
import { type Bytes, equal, violation, violations } from '@tlsmith/types';
import { credential, findSession, now, type SessionIdentity, type Work } from '../ask.ts';
import { resumption } from '../effect.ts';
import type { Step } from '../machine.ts';
import type { ServerPolicy } from '../policy.ts';
import { full, type NotResumed, type ResumptionDecision } from '../resumption-decision.ts';
import type { ClientOffer } from '../server/offer.ts';
import type { Landing, ServerFacts } from '../server/states.ts';
import { abbreviatedFlight, fullFlight, type Resumed12 } from './flight.ts';
import { type Candidates12, narrow12, settle12 } from './narrow.ts';

type Landings =
  | 'server12/wait-certificate'
  | 'server12/wait-client-key-exchange'
  | 'server12/wait-change-cipher-spec';

/** ClientHello of TLS 1.2: a session is resumed, or a full handshake begins (RFC 5246 §7.3). */
export function* onClientHello12(offer: ClientOffer, raw: Bytes, policy: ServerPolicy): Landing<Landings> {
  const candidates = narrow12(offer, policy);
  const log = append([], 'client_hello', raw);
  const found = yield* resumable(offer, candidates, policy);
  if (found.outcome === 'resumed') {
    return decided(found, yield* abbreviatedFlight(offer, found, { log, policy }));
  }
  const own = yield* credential({
    version: 'tls12',
    serverName: offer.serverName,
    schemes: candidates.schemes,
    authentication: [...new Set(candidates.suites.map(({ authentication }) => authentication))],
    authorities: [],
  });
  if (own === undefined) throw violation(violations.noUsableCredential, { serverName: offer.serverName });
  const chosen = settle12(candidates, own);
  return decided(found, yield* fullFlight({ offer, chosen, credential: own, log }, policy));
}

/** The step, which tells the decision first. */
const decided = <N extends Landings>(
  decision: ResumptionDecision,
  step: Step<ServerFacts, N>,
): Step<ServerFacts, N> => ({ ...step, effects: [resumption(decision), ...step.effects] });

/** Whether a session goes on, and if not, why. */
type Resumable =
  | (ResumptionDecision & { readonly outcome: 'resumed' } & Resumed12)
  | (ResumptionDecision & { readonly outcome: 'full' });

/** The offered session, if everything that binds it agrees (RFC 5246 §7.4.1.2, RFC 5077 §3.1, RFC 7627 §5.3). */
function* resumable(offer: ClientOffer, { suites }: Candidates12, policy: ServerPolicy): Work<Resumable> {
  const identity = sessionIdentity(offer, policy);
  if (typeof identity === 'string') return full(identity);
  const found = yield* findSession([identity]);
  if (found === undefined) return full('not-found');
  const { session } = found;
  const age = (yield* now()) - session.createdAt;
  const anonymous = session.peerChain.length === 0;
  if (session.version !== 'tls12') return full('other-version');
  if (age < 0 || age >= 1000 * session.lifetime) return full('expired');
  if (session.serverName !== offer.serverName) return full('other-name');
  if (!equal(session.context, policy.context)) return full('other-context');
  if (!suites.some(({ code }) => code === session.cipherSuite)) return full('suite-gone');
  if (policy.clientAuthentication === (anonymous ? 'require' : 'none')) return full('client-authentication');
  if (session.extendedMasterSecret && !offer.extendedMasterSecret) {
    throw violation(violations.extendedMasterSecretDropped);
  }
  // A session without it is not resumed by a hello with it; nor, being weak, by one without.
  if (!session.extendedMasterSecret) return full('extended-master-secret');
  // Who offers a ticket has said that it takes new ones (RFC 5077 §3.2).
  const renew = identity.kind === 'ticket' && found.renew === true;
  return { outcome: 'resumed', by: identity.kind, session, renew };
}

/** A ticket goes before a session ID (RFC 5077 §3.4). */
function sessionIdentity(offer: ClientOffer, { resumption12 }: ServerPolicy): SessionIdentity | NotResumed {
  const { ticket, hello } = offer;
  if (ticket !== undefined && ticket.length > 0) {
    return resumption12.tickets ? { kind: 'ticket', id: ticket } : 'resumption-off';
  }
  const id = hello.legacySessionId;
  if (id.length === 0) return 'nothing-offered';
  return resumption12.sessionIds ? { kind: 'session-id', id } : 'resumption-off';
}
