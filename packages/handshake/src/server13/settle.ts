import type { Transcript } from '@tlsmith/key-schedule';
import { type CipherSuite13, type NamedGroup, violation, violations } from '@tlsmith/types';
import { type Credential, credential, respondKeyExchange, type Responded, type Work } from '../ask.ts';
import type { ServerPolicy } from '../policy.ts';
import { applicationProtocol } from '../server/choose.ts';
import type { ResumptionDecision } from '../resumption-decision.ts';
import type { ClientOffer } from '../server/offer.ts';
import type { Candidates } from './narrow.ts';
import type { Resumed, Resumption } from './resume.ts';

/** Everything decided: what the flight is built from. */
export interface Selection {
  readonly offer: ClientOffer;
  readonly suite: CipherSuite13;
  readonly group: NamedGroup;
  readonly exchanged: Responded;
  readonly alpn: string | undefined;
  readonly resumption: Resumption | undefined;
  readonly decision: ResumptionDecision;
  /** Undefined on resumption. */
  readonly credential: Credential | undefined;
  readonly log: Transcript;
  readonly retried: boolean;
}

/**
 * Settles what {@link narrow} left open: suite, protocol, credential, and the key exchange itself.
 *
 * @throws {TlsViolation} when we have no credential for this client, or its share is invalid.
 */
export function* settle(
  offer: ClientOffer,
  candidates: Candidates,
  found: { readonly resumed: Resumed; readonly log: Transcript },
  policy: ServerPolicy,
): Work<Selection> {
  const { group, share } = candidates;
  const { resumed, log } = found;
  const { resumption } = resumed;
  const alpn = applicationProtocol(offer, policy);
  const own = resumption === undefined ? yield* serverCredential(offer, policy) : undefined;
  const exchanged = share === undefined ? undefined : yield* respondKeyExchange(group, share.keyExchange);
  if (exchanged === undefined) throw violation(violations.invalidKeyShare, { group: group.name });
  const suite = resumption?.suite ?? (candidates.suites[0] as CipherSuite13);
  return {
    offer,
    suite,
    group,
    exchanged,
    alpn,
    resumption,
    decision: resumed,
    credential: own,
    log,
    retried: false,
  };
}

function* serverCredential(offer: ClientOffer, policy: ServerPolicy): Work<Credential> {
  if (offer.schemes === undefined) throw violation(violations.missingSignatureAlgorithms);
  const schemes = policy.schemes.filter(
    (scheme) => scheme.tls13.length > 0 && offer.schemes?.includes(scheme.code) === true,
  );
  if (schemes.length === 0) throw violation(violations.noCommonSignatureScheme, { offered: offer.schemes });
  const wanted = {
    version: 'tls13' as const,
    serverName: offer.serverName,
    schemes,
    authentication: [],
    authorities: [],
  };
  const own = yield* credential(wanted);
  if (own === undefined) throw violation(violations.noUsableCredential, { serverName: offer.serverName });
  return own;
}
