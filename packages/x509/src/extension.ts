import type { Bytes } from '@tlsmith/types';
import { type DerType, explicit, primitive } from './der.ts';
import {
  type ExtensionOf,
  type ExtensionRows,
  extensionsOf,
  type ExtensionsOf,
  noExtensionsOf,
} from './extension-list.ts';
import { type AccessDescription, authorityInfoAccess } from './extensions/access.ts';
import { type BasicConstraints, basicConstraints } from './extensions/basic-constraints.ts';
import { type DistributionPoint, distributionPoints } from './extensions/distribution-points.ts';
import { extendedKeyUsage } from './extensions/extended-key-usage.ts';
import {
  type AuthorityKeyIdentifier,
  authorityKeyIdentifier,
  subjectKeyIdentifier,
} from './extensions/key-identifiers.ts';
import { type KeyUse, keyUsage } from './extensions/key-usage.ts';
import { type NameConstraints, nameConstraints } from './extensions/name-constraints.ts';
import {
  certificatePolicies,
  inhibitAnyPolicy,
  type PolicyConstraints,
  type PolicyInformation,
  type PolicyMapping,
  policyConstraints,
  policyMappings,
} from './extensions/policies.ts';
import { generalNames } from './extensions/subject-alt-name.ts';
import { tlsFeature } from './extensions/tls-feature.ts';
import type { GeneralName } from './general-name.ts';
import { oids } from './oids.ts';

/** What the extensions that we understand say; undefined where a certificate lacks one. */
export interface KnownExtensions {
  readonly authorityKeyIdentifier: AuthorityKeyIdentifier | undefined;
  readonly subjectKeyIdentifier: Bytes | undefined;
  readonly keyUsage: readonly KeyUse[] | undefined;
  readonly certificatePolicies: readonly PolicyInformation[] | undefined;
  readonly policyMappings: readonly PolicyMapping[] | undefined;
  readonly subjectAltName: readonly GeneralName[] | undefined;
  readonly issuerAltName: readonly GeneralName[] | undefined;
  readonly basicConstraints: BasicConstraints | undefined;
  readonly nameConstraints: NameConstraints | undefined;
  readonly policyConstraints: PolicyConstraints | undefined;
  readonly extendedKeyUsage: readonly string[] | undefined;
  readonly crlDistributionPoints: readonly DistributionPoint[] | undefined;
  readonly freshestCrl: readonly DistributionPoint[] | undefined;
  readonly inhibitAnyPolicy: number | undefined;
  readonly authorityInfoAccess: readonly AccessDescription[] | undefined;
  /** TLS extensions, by number, that a server with the certificate promises to answer (RFC 7633). */
  readonly tlsFeature: readonly number[] | undefined;
  /** Present where the status of a responder's certificate need not be checked (RFC 6960 §4.2.2.2.1). */
  readonly ocspNoCheck: boolean | undefined;
}

/** The name of an extension that we understand. */
export type ExtensionKey = keyof KnownExtensions;

/** An extension of a certificate. */
export type Extension = ExtensionOf<ExtensionKey>;

/** The extensions of a certificate, raw in order and decoded by name. */
export type Extensions = ExtensionsOf<KnownExtensions>;

// The value is NULL: that the extension is there says all.
const presence: DerType<boolean> = primitive('NULL', 0x05, () => true);

const rows: ExtensionRows<KnownExtensions> = {
  authorityKeyIdentifier: [oids.authorityKeyIdentifier, authorityKeyIdentifier],
  subjectKeyIdentifier: [oids.subjectKeyIdentifier, subjectKeyIdentifier],
  keyUsage: [oids.keyUsage, keyUsage],
  certificatePolicies: [oids.certificatePolicies, certificatePolicies],
  policyMappings: [oids.policyMappings, policyMappings],
  subjectAltName: [oids.subjectAltName, generalNames],
  issuerAltName: [oids.issuerAltName, generalNames],
  basicConstraints: [oids.basicConstraints, basicConstraints],
  nameConstraints: [oids.nameConstraints, nameConstraints],
  policyConstraints: [oids.policyConstraints, policyConstraints],
  extendedKeyUsage: [oids.extendedKeyUsage, extendedKeyUsage],
  crlDistributionPoints: [oids.cRLDistributionPoints, distributionPoints],
  freshestCrl: [oids.freshestCRL, distributionPoints],
  inhibitAnyPolicy: [oids.inhibitAnyPolicy, inhibitAnyPolicy],
  authorityInfoAccess: [oids.authorityInfoAccess, authorityInfoAccess],
  tlsFeature: [oids.tlsFeature, tlsFeature],
  ocspNoCheck: [oids.ocspNoCheck, presence],
};

/** `[3] EXPLICIT Extensions` of a certificate (RFC 5280 §4.1). */
export const extensions: DerType<Extensions> = explicit(3, extensionsOf(rows));

/** The extensions of a certificate that has none. */
export const noExtensions: Extensions = noExtensionsOf(rows);
