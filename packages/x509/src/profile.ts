import { equal } from '@tlsmith/types';
import { type Certificate, isSelfIssued } from './certificate.ts';
import type { ExtensionKey } from './extension.ts';
import { formatIp } from './ip.ts';
import { isHostName, presentedDnsName } from './hostname.ts';
import { attributeTexts } from './name.ts';
import { oids } from './oids.ts';

/**
 * How much of what authorities promise is held against a certificate. `default` refuses what is dangerous and accepts
 * what real authorities issue; `rfc5280` holds them to that profile's letter; `webpki` to it and to those of the
 * CA/Browser Forum's Baseline Requirements that a verifier can judge. `pkits` is the default with DSA, for NIST's suite
 * of that name and nobody else.
 */
export type Profile = 'default' | 'rfc5280' | 'webpki' | 'pkits';

/** All profiles. */
export const profiles: readonly Profile[] = ['default', 'rfc5280', 'webpki', 'pkits'];

/** A certificate's part in a path. */
export type Part = 'leaf' | 'intermediate' | 'anchor';

/** A rule that a certificate breaks. */
export interface ProfileRule {
  readonly rule: string;
  /** Where it stands; BR are the Baseline Requirements. */
  readonly section: string;
}

/** What a rule may ask for besides the certificate. */
export interface ProfileContext {
  readonly part: Part;
  /** Whether a domain is a public suffix, where the caller knows. */
  readonly publicSuffix: ((domain: string) => boolean) | undefined;
}

/** The first rule of a profile that a certificate breaks in its part. */
export function brokenRule(
  certificate: Certificate,
  profile: Profile,
  context: ProfileContext,
): ProfileRule | undefined {
  if (profile === 'default') return undefined;
  return rules.find((rule) => rule.profiles.includes(profile) && rule.isBroken(certificate, context));
}

interface Rule extends ProfileRule {
  readonly profiles: readonly Profile[];
  isBroken(certificate: Certificate, context: ProfileContext): boolean;
}

type Test = Rule['isBroken'];

const ruleOf =
  (...profiles: readonly Profile[]) =>
  (rule: string, section: string, isBroken: Test): Rule => ({ rule, section, profiles, isBroken });
const both = ruleOf('rfc5280', 'webpki');
const rfc5280 = ruleOf('rfc5280');
const webpki = ruleOf('webpki');

const rules: readonly Rule[] = [
  both('UTCTime through 2049', 'RFC 5280 §4.1.2.5', hasEarlyGeneralizedTime),
  both('key usage without trailing zero bits', 'X.690 §11.2.2', hasTrailingZeroBits),
  // Not of trust anchors: what a root was once numbered harms nobody, and several in every browser have 0.
  both('serial number positive, at most 20 octets', 'RFC 5280 §4.1.2.2', (certificate, { part }) => {
    const { serialNumber: octets } = certificate;
    const isZero = octets.length === 1 && octets[0] === 0;
    return part !== 'anchor' && (isZero || octets.length > 20 || (octets[0] as number) >= 0x80);
  }),
  both('issuer not empty', 'RFC 5280 §4.1.2.4', ({ issuer }) => issuer.parts.length === 0),
  both('subject of an authority not empty', 'RFC 5280 §4.1.2.6', (c) => isAuthority(c) && isNameless(c)),
  both(
    'authority key identifier not critical',
    'RFC 5280 §4.2.1.1',
    criticalIs(true, 'authorityKeyIdentifier'),
  ),
  rfc5280('authority key identifier present unless self-signed', 'RFC 5280 §4.2.1.1', lacksKeyIdentifier),
  webpki(
    'authority key identifier present unless self-signed',
    'RFC 5280 §4.2.1.1',
    // In the eyes of the Baseline Requirements a trust anchor is a root, whoever else signed it (BR 7.1.2.1.3).
    (certificate, { part }) => part !== 'anchor' && lacksKeyIdentifier(certificate),
  ),
  both('subject key identifier not critical', 'RFC 5280 §4.2.1.2', criticalIs(true, 'subjectKeyIdentifier')),
  both(
    'subject key identifier of an authority present',
    'RFC 5280 §4.2.1.2',
    (c) => isAuthority(c) && c.subjectKeyIdentifier === undefined,
  ),
  both(
    'keyCertSign only for an authority',
    'RFC 5280 §4.2.1.3',
    (c) => c.keyUsage?.includes('keyCertSign') === true && !isAuthority(c),
  ),
  both(
    'critical subjectAltName where the subject is empty',
    'RFC 5280 §4.2.1.6',
    (c) => isNameless(c) && criticalIs(false, 'subjectAltName')(c, anyContext),
  ),
  both('DNS names in preferred name syntax', 'RFC 5280 §4.2.1.6', ({ sans }) =>
    sans.some((name) => name.form === 'dNSName' && !isPreferredName(name.value)),
  ),
  both(
    'critical basicConstraints of an authority',
    'RFC 5280 §4.2.1.9',
    (c) => isAuthority(c) && criticalIs(false, 'basicConstraints')(c, anyContext),
  ),
  both(
    'pathLenConstraint only for an authority',
    'RFC 5280 §4.2.1.9',
    (c) => c.basicConstraints?.pathLength !== undefined && !isAuthority(c),
  ),
  rfc5280('critical nameConstraints', 'RFC 5280 §4.2.1.10', criticalIs(false, 'nameConstraints')),
  both(
    'nameConstraints only for an authority',
    'RFC 5280 §4.2.1.10',
    (c) => c.nameConstraints !== undefined && !isAuthority(c),
  ),
  both('constraints of DNS names without a leading dot', 'RFC 5280 §4.2.1.10', ({ nameConstraints: of }) =>
    [...(of?.permitted ?? []), ...(of?.excluded ?? [])].some(
      (base) => base.form === 'dNSName' && base.value.startsWith('.'),
    ),
  ),
  both('critical policyConstraints', 'RFC 5280 §4.2.1.11', criticalIs(false, 'policyConstraints')),
  both('critical inhibitAnyPolicy', 'RFC 5280 §4.2.1.14', criticalIs(false, 'inhibitAnyPolicy')),
  both('authorityInfoAccess not critical', 'RFC 5280 §4.2.2.1', criticalIs(true, 'authorityInfoAccess')),
  both('ML-DSA key for signatures alone', 'RFC 9881 §5', hasOddUsage),

  webpki(
    'RSA modulus divisible by 8 bits',
    'BR 6.1.5',
    ({ publicKey }) => publicKey.bits % 8 !== 0 && isRsa(publicKey),
  ),
  webpki(
    'extended key usage absent from a root',
    'BR 7.1.2.1.2',
    (c, { part }) => part === 'anchor' && c.extendedKeyUsage !== undefined,
  ),
  webpki('authority key identifier names a key and nothing else', 'BR 7.1.2.11.1', hasOddKeyIdentifier),
  webpki('no authority as subscriber', 'BR 7.1.2.7.8', (c, { part }) => part === 'leaf' && isAuthority(c)),
  webpki('extended key usage of a subscriber', 'BR 7.1.2.7.10', (c, { part }) => {
    const of = c.extendedKeyUsage;
    const isWrong = of === undefined || of.includes(oids.anyExtendedKeyUsage);
    return part === 'leaf' && (isWrong || criticalIs(true, 'extendedKeyUsage')(c, anyContext));
  }),
  webpki(
    'subjectAltName not critical where the subject is not empty',
    'BR 7.1.2.7.12',
    (c) => !isNameless(c) && criticalIs(true, 'subjectAltName')(c, anyContext),
  ),
  webpki(
    'common name repeats a subjectAltName',
    'BR 7.1.4.3',
    (c, { part }) => part === 'leaf' && hasOtherName(c),
  ),
  webpki(
    'no wildcard directly below a public suffix',
    'BR 3.2.2.6',
    ({ sans }, { publicSuffix }) =>
      publicSuffix !== undefined &&
      sans.some((name) => {
        const presented = name.form === 'dNSName' ? presentedDnsName(name.value) : undefined;
        return presented?.wildcard === true && publicSuffix(presented.base);
      }),
  ),
];

const anyContext: ProfileContext = { part: 'leaf', publicSuffix: undefined };

// Broken when the extension is there with this criticality.
function criticalIs(critical: boolean, key: ExtensionKey): Test {
  return ({ extensions }) =>
    extensions.some((extension) => extension.key === key && extension.critical === critical);
}

function lacksKeyIdentifier(certificate: Certificate): boolean {
  return !isSelfIssued(certificate) && certificate.authorityKeyIdentifier?.keyIdentifier === undefined;
}

function isAuthority({ basicConstraints }: Certificate): boolean {
  return basicConstraints?.isAuthority === true;
}

function isNameless({ subject }: Certificate): boolean {
  return subject.parts.length === 0;
}

// Validity follows the issuer (RFC 5280 §4.1); its two elements are shorter than 128 octets each, as is it all.
function hasEarlyGeneralizedTime({ der, issuer, notBefore, notAfter }: Certificate): boolean {
  const first = issuer.der.byteOffset - der.byteOffset + issuer.der.length + 2;
  const second = first + 2 + (der[first + 1] as number);
  const isEarly = (at: number, moment: number) => der[at] === 0x18 && moment < year2050;
  return isEarly(first, notBefore) || isEarly(second, notAfter);
}

const year2050 = 2_524_608_000_000;

function hasTrailingZeroBits({ extensions }: Certificate): boolean {
  const value = extensions.find(({ key }) => key === 'keyUsage')?.value;
  if (value === undefined) return false;
  const [unused, last] = [value[2] as number, value.at(-1) as number];
  return ((last >> unused) & 1) === 0;
}

// Absence is another rule's business; that of a root repeats its subject key identifier (BR 7.1.2.1.3).
function hasOddKeyIdentifier(certificate: Certificate, { part }: ProfileContext): boolean {
  const { authorityKeyIdentifier: of, subjectKeyIdentifier: own } = certificate;
  if (of === undefined) return false;
  if (of.keyIdentifier === undefined || of.issuer !== undefined || of.serialNumber !== undefined) return true;
  return part === 'anchor' && isSelfIssued(certificate) && own !== undefined && !equal(of.keyIdentifier, own);
}

// RFC 1034 §3.5 as RFC 1123 §2.1 changes it knows no underscore; a wildcard label may stand in front.
function isPreferredName(value: string): boolean {
  const name = value.replace(/^\*\./, '').toLowerCase();
  return isHostName(name) && !name.includes('_');
}

// Some use of signatures, and none of anything else.
function hasOddUsage({ publicKey: { type }, keyUsage }: Certificate): boolean {
  return type.startsWith('ml-dsa-') && keyUsage !== undefined && !keyUsage.every((use) => signing.has(use));
}

const signing: ReadonlySet<string> = new Set([
  'digitalSignature',
  'nonRepudiation',
  'keyCertSign',
  'cRLSign',
]);

function isRsa({ type }: Certificate['publicKey']): boolean {
  return type === 'rsa' || type === 'rsa-pss';
}

// Character for character; an IP address in its canonical text. Two things pass that the letter forbids, because they
// mislead nobody: the base of a wildcard, and a domain where the certificate has no DNS name at all.
function hasOtherName({ subject, sans }: Certificate): boolean {
  const names = sans.flatMap((name) =>
    name.form === 'dNSName' ? [name.value, name.value.replace(/^\*\./, '')] : [],
  );
  const addresses = sans.flatMap((name) => (name.form === 'iPAddress' ? [formatIp(name.value)] : []));
  return attributeTexts(subject, oids.commonName).some((text) => {
    if (names.includes(text) || addresses.includes(text)) return false;
    return names.length > 0 || !text.includes('.') || !isHostName(text.toLowerCase());
  });
}
