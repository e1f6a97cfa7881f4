import type { Bytes } from '@tlsmith/types';
import { unsignedInteger } from '../asn1.ts';
import { type DerType } from '../der.ts';
import { type ExtensionRows, extensionsOf, type ExtensionsOf, noExtensionsOf } from '../extension-list.ts';
import { type AccessDescription, authorityInfoAccess } from '../extensions/access.ts';
import { type DistributionPoint, distributionPoints } from '../extensions/distribution-points.ts';
import { type AuthorityKeyIdentifier, authorityKeyIdentifier } from '../extensions/key-identifiers.ts';
import { generalNames } from '../extensions/subject-alt-name.ts';
import type { GeneralName } from '../general-name.ts';
import { oids } from '../oids.ts';
import { type IssuingDistributionPoint, issuingDistributionPoint } from './issuing-distribution-point.ts';

/** What the extensions of a CRL say (RFC 5280 §5.2); undefined where it lacks one. */
export interface KnownCrlExtensions {
  readonly authorityKeyIdentifier: AuthorityKeyIdentifier | undefined;
  readonly issuerAltName: readonly GeneralName[] | undefined;
  /** An unsigned integer, most significant octet first. */
  readonly crlNumber: Bytes | undefined;
  /** Of a delta CRL: the number of the complete CRL that it starts from. */
  readonly baseCrlNumber: Bytes | undefined;
  readonly issuingDistributionPoint: IssuingDistributionPoint | undefined;
  readonly freshestCrl: readonly DistributionPoint[] | undefined;
  readonly authorityInfoAccess: readonly AccessDescription[] | undefined;
}

const rows: ExtensionRows<KnownCrlExtensions> = {
  authorityKeyIdentifier: [oids.authorityKeyIdentifier, authorityKeyIdentifier],
  issuerAltName: [oids.issuerAltName, generalNames],
  crlNumber: [oids.cRLNumber, { ...unsignedInteger, section: 'RFC 5280 §5.2.3' }],
  baseCrlNumber: [oids.deltaCRLIndicator, { ...unsignedInteger, section: 'RFC 5280 §5.2.4' }],
  issuingDistributionPoint: [oids.issuingDistributionPoint, issuingDistributionPoint],
  freshestCrl: [oids.freshestCRL, distributionPoints],
  authorityInfoAccess: [oids.authorityInfoAccess, authorityInfoAccess],
};

/** `Extensions` of a CRL. */
export const crlExtensions: DerType<ExtensionsOf<KnownCrlExtensions>> = extensionsOf(rows);

/** The extensions of a CRL that has none. */
export const noCrlExtensions: ExtensionsOf<KnownCrlExtensions> = noExtensionsOf(rows);
