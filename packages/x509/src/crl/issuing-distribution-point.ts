import type { Reader } from '@tlsmith/codec';
import { boolean, namedBits } from '../asn1.ts';
import { type DerType, implicit, optional, sequence } from '../der.ts';
import { type PointName, pointName } from '../extensions/distribution-points.ts';

/** `IssuingDistributionPoint` (RFC 5280 §5.2.5): which certificates and reasons a CRL is about. */
export interface IssuingDistributionPoint extends PointName {
  readonly onlyUserCertificates: boolean;
  readonly onlyAuthorityCertificates: boolean;
  readonly onlyAttributeCertificates: boolean;
  /** Bits of `ReasonFlags`; undefined means all reasons. */
  readonly onlySomeReasons: number | undefined;
  /** Whether entries may be about certificates of other issuers. */
  readonly isIndirect: boolean;
}

const flags = {
  onlyContainsUserCerts: implicit(1, boolean),
  onlyContainsCACerts: implicit(2, boolean),
  indirectCRL: implicit(4, boolean),
  onlyContainsAttributeCerts: implicit(5, boolean),
};
const onlySomeReasons = implicit(3, namedBits);

/** `IssuingDistributionPoint` (RFC 5280 §5.2.5): at most one kind of certificates, and not empty. */
export const issuingDistributionPoint: DerType<IssuingDistributionPoint> = sequence(
  'IssuingDistributionPoint',
  (reader) => {
    if (reader.at === reader.end) return reader.fail('at least one field');
    const names = optional(reader, 'distributionPoint', pointName);
    const found = {
      fullName: names?.fullName,
      nameRelativeToIssuer: names?.nameRelativeToIssuer,
      onlyUserCertificates: flag(reader, 'onlyContainsUserCerts'),
      onlyAuthorityCertificates: flag(reader, 'onlyContainsCACerts'),
      onlySomeReasons: optional(reader, 'onlySomeReasons', onlySomeReasons),
      isIndirect: flag(reader, 'indirectCRL'),
      onlyAttributeCertificates: flag(reader, 'onlyContainsAttributeCerts'),
    };
    const { onlyUserCertificates, onlyAuthorityCertificates, onlyAttributeCertificates } = found;
    const kinds = [onlyUserCertificates, onlyAuthorityCertificates, onlyAttributeCertificates];
    return kinds.filter(Boolean).length > 1 ? reader.fail('at most one kind of certificates') : found;
  },
  'RFC 5280 §5.2.5',
);

// As elsewhere, a FALSE that DER leaves out is let through.
function flag(reader: Reader, name: keyof typeof flags): boolean {
  return optional(reader, name, flags[name]) ?? false;
}
