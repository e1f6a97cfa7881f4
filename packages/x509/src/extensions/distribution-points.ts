import type { Reader } from '@tlsmith/codec';
import { namedBits } from '../asn1.ts';
import {
  constructed,
  type DerType,
  field,
  implicit,
  nextTag,
  optional,
  sequence,
  sequenceOf,
} from '../der.ts';
import type { GeneralName } from '../general-name.ts';
import { type Attribute, relativeName } from '../name.ts';
import { generalNames } from './subject-alt-name.ts';

/** `DistributionPoint` (RFC 5280 §4.2.1.13). */
export interface DistributionPoint {
  readonly fullName: readonly GeneralName[] | undefined;
  readonly nameRelativeToIssuer: readonly Attribute[] | undefined;
  /** Bits of `ReasonFlags`; undefined means all reasons. */
  readonly reasons: number | undefined;
  readonly issuer: readonly GeneralName[] | undefined;
}

/** `DistributionPointName` (RFC 5280 §4.2.1.13): one of the two. */
export type PointName = Pick<DistributionPoint, 'fullName' | 'nameRelativeToIssuer'>;

const fullName = implicit(0, generalNames);
const nameRelativeToIssuer = implicit(1, relativeName);

/** `[0] DistributionPointName`: a CHOICE, so its tag is explicit. */
export const pointName: DerType<PointName> = constructed('DistributionPointName', 0xa0, (reader: Reader) =>
  nextTag(reader) === fullName.tag
    ? { fullName: field(reader, 'fullName', fullName), nameRelativeToIssuer: undefined }
    : {
        fullName: undefined,
        nameRelativeToIssuer: field(reader, 'nameRelativeToCRLIssuer', nameRelativeToIssuer),
      },
);
const reasons = implicit(1, namedBits);
const issuer = implicit(2, generalNames);

const distributionPoint: DerType<DistributionPoint> = sequence('DistributionPoint', (reader) => {
  const names = optional(reader, 'distributionPoint', pointName);
  const found = {
    fullName: names?.fullName,
    nameRelativeToIssuer: names?.nameRelativeToIssuer,
    reasons: optional(reader, 'reasons', reasons),
    issuer: optional(reader, 'cRLIssuer', issuer),
  };
  return names === undefined && found.issuer === undefined ? reader.fail('a name or an issuer') : found;
});

/** `CRLDistributionPoints` (RFC 5280 §4.2.1.13): at least one point. */
export const distributionPoints: DerType<readonly DistributionPoint[]> = {
  ...sequenceOf('CRLDistributionPoints', distributionPoint),
  section: 'RFC 5280 §4.2.1.13',
};
