import type { ClientHello } from '@tlsmith/codec';
import { protocolVersion, type Version, violation, violations } from '@tlsmith/types';
import type { MessageEvent } from '../event.ts';
import type { ServerPolicy } from '../policy.ts';
import { onClientHello12 } from '../server12/client-hello.ts';
import { onClientHello13 } from '../server13/client-hello.ts';
import { type ClientOffer, readOffer, signallingSuites } from './offer.ts';
import type { In, Landing } from './states.ts';

type Landings =
  | 'server13/wait-second-client-hello'
  | 'server13/wait-certificate'
  | 'server13/wait-finished'
  | 'server12/wait-certificate'
  | 'server12/wait-client-key-exchange'
  | 'server12/wait-change-cipher-spec';

/** The version fork of a server (RFC 9846 §4.3.1, RFC 5246 §E.1). */
export function* onClientHello(
  _state: In<'server/wait-client-hello'>,
  event: MessageEvent<'client_hello', ClientHello>,
  policy: ServerPolicy,
): Landing<Landings> {
  const offer = readOffer(event.body, policy);
  const version = negotiatedVersion(offer, policy);
  return version === 'tls13'
    ? yield* onClientHello13(offer, event.raw, policy)
    : yield* onClientHello12(offer, event.raw, policy);
}

/** Our most preferred version that the client speaks; a needless fallback is refused (RFC 7507 §3). */
function negotiatedVersion(offer: ClientOffer, policy: ServerPolicy): Version {
  const version = policy.versions.find((own) => offer.versions.includes(protocolVersion[own]));
  if (version === undefined) {
    throw violation(violations.noCommonVersion, {
      offered: offer.versions,
      legacy: offer.hello.legacyVersion,
    });
  }
  // What counts is the best that the client offers, not what we make of it.
  const highest = Math.max(...policy.versions.map((own) => protocolVersion[own]));
  const fallback = offer.hello.cipherSuites.includes(signallingSuites.fallback);
  if (fallback && !offer.versions.includes(highest)) throw violation(violations.inappropriateFallback);
  return version;
}
