import type { Bytes } from '@tlsmith/types';
import { smallInteger } from '../asn1.ts';
import {
  anyElement,
  type DerType,
  field,
  implicit,
  nextTag,
  optional,
  sequence,
  sequenceOf,
} from '../der.ts';
import { objectIdentifier } from '../oid.ts';
import { oids } from '../oids.ts';

/** `PolicyInformation` (RFC 5280 §4.2.1.4). */
export interface PolicyInformation {
  readonly policy: string;
  readonly qualifiers: readonly { readonly id: string; readonly der: Bytes }[];
}

/** A pair of `PolicyMappings` (RFC 5280 §4.2.1.5). */
export interface PolicyMapping {
  readonly issuerDomainPolicy: string;
  readonly subjectDomainPolicy: string;
}

/** `PolicyConstraints` (RFC 5280 §4.2.1.11): numbers of further certificates. */
export interface PolicyConstraints {
  readonly requireExplicitPolicy: number | undefined;
  readonly inhibitPolicyMapping: number | undefined;
}

const qualifier = sequence('PolicyQualifierInfo', (reader) => ({
  id: field(reader, 'policyQualifierId', objectIdentifier),
  der: field(reader, 'qualifier', anyElement).der,
}));

const qualifiers = sequenceOf('PolicyQualifiers', qualifier);

const policyInformation: DerType<PolicyInformation> = sequence('PolicyInformation', (reader) => ({
  policy: field(reader, 'policyIdentifier', objectIdentifier),
  qualifiers: nextTag(reader) === undefined ? [] : field(reader, 'policyQualifiers', qualifiers),
}));

const policyList = sequenceOf('CertificatePolicies', policyInformation);

/** `CertificatePolicies` (RFC 5280 §4.2.1.4): no policy stands there twice. */
export const certificatePolicies: DerType<readonly PolicyInformation[]> = {
  ...policyList,
  section: 'RFC 5280 §4.2.1.4',
  read: (reader) => {
    const found = policyList.read(reader);
    const distinct = new Set(found.map(({ policy }) => policy));
    return distinct.size === found.length ? found : reader.fail('each policy once');
  },
};

const policyMapping: DerType<PolicyMapping> = sequence('PolicyMapping', (reader) => {
  const issuerDomainPolicy = field(reader, 'issuerDomainPolicy', objectIdentifier);
  const subjectDomainPolicy = field(reader, 'subjectDomainPolicy', objectIdentifier);
  // RFC 5280 §4.2.1.5: nothing is mapped to or from anyPolicy.
  const mapsAny = issuerDomainPolicy === oids.anyPolicy || subjectDomainPolicy === oids.anyPolicy;
  return mapsAny ? reader.fail('policies other than anyPolicy') : { issuerDomainPolicy, subjectDomainPolicy };
});

/** `PolicyMappings` (RFC 5280 §4.2.1.5). */
export const policyMappings: DerType<readonly PolicyMapping[]> = {
  ...sequenceOf('PolicyMappings', policyMapping),
  section: 'RFC 5280 §4.2.1.5',
};

const requireExplicitPolicy = implicit(0, smallInteger);
const inhibitPolicyMapping = implicit(1, smallInteger);

/** `PolicyConstraints` (RFC 5280 §4.2.1.11): an empty sequence is forbidden. */
export const policyConstraints: DerType<PolicyConstraints> = sequence(
  'PolicyConstraints',
  (reader) => {
    const found = {
      requireExplicitPolicy: optional(reader, 'requireExplicitPolicy', requireExplicitPolicy),
      inhibitPolicyMapping: optional(reader, 'inhibitPolicyMapping', inhibitPolicyMapping),
    };
    const isEmpty = found.requireExplicitPolicy === undefined && found.inhibitPolicyMapping === undefined;
    return isEmpty ? reader.fail('at least one constraint') : found;
  },
  'RFC 5280 §4.2.1.11',
);

/** `InhibitAnyPolicy` (RFC 5280 §4.2.1.14): a number of further certificates. */
export const inhibitAnyPolicy: DerType<number> = { ...smallInteger, section: 'RFC 5280 §4.2.1.14' };
