import { violation, violations } from '@tlsmith/types';
import type { ServerPolicy } from '../policy.ts';
import type { ClientOffer } from './offer.ts';

/**
 * Our most preferred application protocol that the client offers; undefined where one side does not negotiate.
 *
 * @throws {TlsViolation} `no-common-application-protocol` (RFC 7301 §3.2).
 */
export function applicationProtocol(offer: ClientOffer, policy: ServerPolicy): string | undefined {
  if (offer.alpn.length === 0 || policy.alpn.length === 0) return undefined;
  const chosen = policy.alpn.find((name) => offer.alpn.includes(name));
  if (chosen === undefined) {
    throw violation(violations.noCommonApplicationProtocol, { offered: offer.alpn, supported: policy.alpn });
  }
  return chosen;
}
