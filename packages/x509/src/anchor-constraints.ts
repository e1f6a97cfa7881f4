import type { AnchorConstraints, TrustAnchor } from './anchor.ts';
import type { Certificate } from './certificate.ts';
import type { Settings } from './checks.ts';
import type { NameConstraints } from './extensions/name-constraints.ts';
import { listOf, momentOf, objectOf } from './input.ts';
import { describeName } from './name.ts';
import { oidName } from './oid.ts';
import { type Purpose, purposeId } from './purpose.ts';
import { rejections } from './rejection.ts';
import type { Failure } from './report.ts';
import { formatTime } from './time.ts';

/**
 * A trust anchor that is trusted in part; constraints that it has already are replaced.
 *
 * @throws {TlsMisuse} `not-a-purpose`, `not-a-time`, `not-a-list`, `not-an-object`.
 * @example
 * ```ts
 * import { constrainedAnchor, trustAnchor } from '@tlsmith/x509';
 * const ours = (der: Uint8Array) =>
 *   constrainedAnchor(trustAnchor(der), {
 *     purposes: ['server'],
 *     nameConstraints: { permitted: [{ form: 'dNSName', value: 'corp.example' }], excluded: [] },
 *   });
 * ```
 */
export function constrainedAnchor(anchor: TrustAnchor, constraints: AnchorConstraints): TrustAnchor {
  const { distrustAfter, purposes, nameConstraints } = objectOf(constraints, 'constraints');
  return {
    ...objectOf(anchor, 'anchor'),
    constraints: {
      ...(distrustAfter === undefined ? {} : { distrustAfter: momentOf(distrustAfter, 'distrustAfter') }),
      ...(purposes === undefined ? {} : { purposes: listOf(purposes, 'purposes', purposeOf) }),
      ...(nameConstraints === undefined ? {} : { nameConstraints: subtreesOf(nameConstraints) }),
    },
  };
}

/** Why a trust anchor does not vouch for a leaf; name constraints are another matter. */
export function anchorFault(
  { constraints, subject }: TrustAnchor,
  leaf: Certificate,
  { purpose }: Pick<Settings, 'purpose'>,
): Failure | undefined {
  const { purposes, distrustAfter = Number.POSITIVE_INFINITY } = constraints ?? {};
  const certificate = describeName(subject);
  const present = purposes?.map(purposeId);
  if (present !== undefined && purpose !== 'any' && !present.includes(purpose)) {
    const facts = { certificate, needed: oidName(purpose), present: present.map(oidName) };
    return { reason: rejections.wrongPurpose, facts };
  }
  if (leaf.notBefore <= distrustAfter) return undefined;
  const facts = {
    certificate,
    notBefore: formatTime(leaf.notBefore),
    distrustAfter: formatTime(distrustAfter),
  };
  return { reason: rejections.distrustedAuthority, facts };
}

function purposeOf(purpose: Purpose): Purpose {
  return purposeId(purpose) as Purpose;
}

function subtreesOf(value: NameConstraints): NameConstraints {
  const { permitted, excluded } = objectOf(value, 'nameConstraints');
  return {
    permitted: listOf(permitted, 'nameConstraints.permitted', objectOf),
    excluded: listOf(excluded, 'nameConstraints.excluded', objectOf),
  };
}
