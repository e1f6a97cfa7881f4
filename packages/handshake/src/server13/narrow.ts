import { type KeyShareEntry, pskKeyExchangeMode } from '@tlsmith/codec';
import { type CipherSuite13, type NamedGroup, protocolVersion, violation, violations } from '@tlsmith/types';
import { type ServerPolicy, suites13 } from '../policy.ts';
import type { ClientOffer } from '../server/offer.ts';

/** What an offer and a policy have in common, before sessions and credentials are looked at. */
export interface Candidates {
  /** Ours, in our order of preference; at least one. */
  readonly suites: readonly CipherSuite13[];
  readonly group: NamedGroup;
  /** The client's share in that group; undefined asks for one by HelloRetryRequest. */
  readonly share: KeyShareEntry | undefined;
  /** Whether a PSK may be used: with (EC)DHE only, the one mode we take. */
  readonly mayResume: boolean;
}

/**
 * Narrows a TLS 1.3 offer down to what we can do (RFC 9846 §4.2.1, §4.2.2, §9.2).
 *
 * @throws {TlsViolation} for wrong legacy fields, missing extensions, contradictory shares, or nothing in common.
 */
export function narrow(offer: ClientOffer, policy: ServerPolicy): Candidates {
  const { hello, groups, shares, psks } = offer;
  if (hello.legacyVersion !== protocolVersion.tls12) {
    throw violation(violations.badLegacyVersion, { legacyVersion: hello.legacyVersion });
  }
  if (hello.legacyCompressionMethods.length !== 1) throw violation(violations.compressionInTls13);
  if (groups === undefined && shares !== undefined) throw violation(violations.missingSupportedGroups);
  if (groups !== undefined && shares === undefined) throw violation(violations.missingKeyShareFromClient);
  if (psks !== undefined && offer.pskModes === undefined) throw violation(violations.missingPskModes);
  if (psks === undefined && offer.schemes === undefined)
    throw violation(violations.missingSignatureAlgorithms);
  if (psks === undefined && groups === undefined) throw violation(violations.missingSupportedGroups);
  const suites = suites13(policy).filter(({ code }) => hello.cipherSuites.includes(code));
  if (suites.length === 0) throw violation(violations.noCommonCipherSuite, { offered: hello.cipherSuites });
  const entries = consistentShares(shares ?? [], groups ?? []);
  const common = policy.groups.filter(
    ({ code, versions }) => versions.includes('tls13') && groups?.includes(code) === true,
  );
  // A group with a share spares a round trip; among those, and else among all common ones, our preference decides.
  const group = common.find(({ code }) => entries.some((entry) => entry.group === code)) ?? common[0];
  if (group === undefined) throw violation(violations.noCommonGroup, { offered: groups });
  const share = entries.find((entry) => entry.group === group.code);
  if (share !== undefined && share.keyExchange.length !== group.shareLength.client) {
    throw violation(violations.invalidKeyShare, { group: group.name, length: share.keyExchange.length });
  }
  const mayResume = psks !== undefined && offer.pskModes?.includes(pskKeyExchangeMode.psk_dhe_ke) === true;
  return { suites, group, share, mayResume };
}

/** Each share once, for a group that is also listed (RFC 9846 §4.3.8); their order, which a server may check, says nothing new. */
function consistentShares(
  shares: readonly KeyShareEntry[],
  groups: readonly number[],
): readonly KeyShareEntry[] {
  const codes = shares.map(({ group }) => group);
  if (new Set(codes).size !== codes.length) throw violation(violations.duplicateKeyShare, { groups: codes });
  const unlisted = codes.find((code) => !groups.includes(code));
  if (unlisted !== undefined) throw violation(violations.keyShareForUnofferedGroup, { group: unlisted });
  return shares;
}
