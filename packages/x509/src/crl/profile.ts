import type { Profile, ProfileRule } from '../profile.ts';
import { oids } from '../oids.ts';
import type { CertificateRevocationList } from './crl.ts';

/** The first rule of the strict profiles that a CRL breaks; by default none of them is held against it. */
export function brokenCrlRule(crl: CertificateRevocationList, profile: Profile): ProfileRule | undefined {
  if (profile !== 'rfc5280' && profile !== 'webpki') return undefined;
  return rules.find(({ isBroken }) => isBroken(crl));
}

interface Rule extends ProfileRule {
  isBroken(crl: CertificateRevocationList): boolean;
}

const rule = (text: string, section: string, isBroken: Rule['isBroken']): Rule => ({
  rule: text,
  section: `RFC 5280 §${section}`,
  isBroken,
});

const rules: readonly Rule[] = [
  rule('version 2', '5.1.2.1', ({ version }) => version !== 2),
  rule('issuer not empty', '5.1.2.3', ({ issuer }) => issuer.parts.length === 0),
  rule('nextUpdate present', '5.1.2.5', ({ nextUpdate }) => nextUpdate === undefined),
  rule(
    'authority key identifier present',
    '5.2.1',
    ({ authorityKeyIdentifier }) => authorityKeyIdentifier?.keyIdentifier === undefined,
  ),
  rule('CRL number present', '5.2.3', ({ crlNumber }) => crlNumber === undefined),
  rule('CRL number not critical', '5.2.3', isCritical(oids.cRLNumber)),
  rule('CRL number of at most 20 octets', '5.2.3', ({ crlNumber }) => (crlNumber?.length ?? 0) > 20),
  rule('critical delta CRL indicator', '5.2.4', isUncritical(oids.deltaCRLIndicator)),
  rule('critical issuing distribution point', '5.2.5', isUncritical(oids.issuingDistributionPoint)),
  rule('freshest CRL not critical', '5.2.6', isCritical(oids.freshestCRL)),
  rule(
    'no freshest CRL in a delta CRL',
    '5.2.6',
    ({ baseCrlNumber, freshestCrl }) => baseCrlNumber !== undefined && freshestCrl !== undefined,
  ),
  rule('authority information access not critical', '5.2.7', isCritical(oids.authorityInfoAccess)),
];

function isCritical(wanted: string): Rule['isBroken'] {
  return ({ extensions }) => extensions.some(({ oid, critical }) => oid === wanted && critical);
}

function isUncritical(wanted: string): Rule['isBroken'] {
  return ({ extensions }) => extensions.some(({ oid, critical }) => oid === wanted && !critical);
}
