import {
  authorityInfoAccess,
  basicConstraints,
  bitString,
  der,
  distinguishedName,
  encodeExtension,
  type ExtensionInput,
  explicit,
  generalizedTime,
  implicit,
  integer,
  nameConstraints,
  octetString,
  oid,
  policyConstraints,
  sequence,
  subjectAltName,
  subjectKeyIdentifier,
} from '@tlsmith/testkit';
import { type CertificateInput, issue, makeAuthority, makeKey, selfSigned } from '@tlsmith/testkit/node';
import { expect, test } from 'vitest';
import { parseCertificate } from './certificate.ts';
import { oids } from './oids.ts';
import { brokenRule, type Part, type Profile, type ProfileContext } from './profile.ts';
import { publicSuffixes } from './public-suffix.ts';

const root = makeAuthority({ name: 'Root' });
const leaf = (input: Partial<CertificateInput> = {}) =>
  issue(root, { subject: 'a.example', dns: ['a.example'], eku: ['server'], ...input }).certificate;
const authority = (input: Partial<CertificateInput> = {}) =>
  issue(root, { subject: 'CA', isCa: true, ...input }).certificate;
const again = (extension: ExtensionInput, change: Partial<ExtensionInput>): Partial<CertificateInput> => ({
  omit: [],
  extensions: [{ ...extension, ...change }],
});
/** Another criticality for an extension that the maker writes by itself. */
const marked = (extension: ExtensionInput, critical: boolean): Uint8Array =>
  replaced({ ...extension, critical });

const key = makeKey('p256');
const fields: Record<string, Uint8Array> = {
  serial: integer(1),
  issuer: distinguishedName('Root'),
  validity: sequence(
    der(0x17, new TextEncoder().encode('200101000000Z')),
    der(0x17, new TextEncoder().encode('490101000000Z')),
  ),
  subject: distinguishedName('a.example'),
  extensions: new Uint8Array(0),
};
const identifiers = [
  encodeExtension({
    oid: oids.authorityKeyIdentifier,
    critical: false,
    value: sequence(implicit(0, octetString(new Uint8Array(20)))),
  }),
  encodeExtension(subjectKeyIdentifier(new Uint8Array(20))),
];
const usual = [...identifiers, encodeExtension(subjectAltName({ dns: ['a.example'] }))];

function made(changes: Record<string, Uint8Array>, extensions: readonly Uint8Array[] = usual): Uint8Array {
  const { serial, issuer, validity, subject } = { ...fields, ...changes } as typeof fields &
    Record<'serial' | 'issuer' | 'validity' | 'subject', Uint8Array>;
  const algorithm = sequence(oid(oids.ecdsaWithSHA256));
  const tbs = sequence(
    explicit(0, integer(2)),
    serial,
    algorithm,
    issuer,
    validity,
    subject,
    key.spki,
    explicit(3, sequence(...extensions)),
  );
  return sequence(tbs, algorithm, bitString(new Uint8Array(70)));
}

function replaced(extension: ExtensionInput): Uint8Array {
  return made({}, [...usual, encodeExtension(extension)]);
}

function broken(bytes: Uint8Array, profile: Profile, part: Part = 'leaf'): string | undefined {
  return brokenRule(parseCertificate(bytes), profile, { part, publicSuffix: undefined })?.rule;
}

test('an ordinary leaf and its authorities break no rule', () => {
  for (const profile of ['default', 'rfc5280', 'webpki'] as const) {
    expect(broken(leaf(), profile)).toBeUndefined();
    expect(broken(authority(), profile, 'intermediate')).toBeUndefined();
    expect(broken(root.certificate, profile, 'anchor')).toBeUndefined();
  }
  expect(broken(made({}), 'rfc5280')).toBeUndefined();
});

test.each<[string, Uint8Array, Part, string]>([
  ['serial number 0', leaf({ serial: 0 }), 'leaf', 'serial number positive, at most 20 octets'],
  [
    'a negative serial number',
    made({ serial: der(0x02, Uint8Array.of(0x80)) }),
    'leaf',
    'serial number positive, at most 20 octets',
  ],
  [
    'a serial number of 21 octets',
    leaf({ serial: new Uint8Array(21).fill(1) }),
    'leaf',
    'serial number positive, at most 20 octets',
  ],
  ['an empty issuer', made({ issuer: distinguishedName([]) }), 'leaf', 'issuer not empty'],
  [
    'an authority without name',
    authority({ subject: [] }),
    'intermediate',
    'subject of an authority not empty',
  ],
  [
    'GeneralizedTime before 2050',
    made({ validity: sequence(generalizedTime(0), generalizedTime(Date.UTC(2060, 0))) }),
    'leaf',
    'UTCTime through 2049',
  ],
  [
    'GeneralizedTime for the end before 2050',
    made({
      validity: sequence(
        der(0x17, new TextEncoder().encode('200101000000Z')),
        generalizedTime(Date.UTC(2046, 0)),
      ),
    }),
    'leaf',
    'UTCTime through 2049',
  ],
  [
    'key usage with trailing zeros',
    replaced({ oid: oids.keyUsage, critical: true, value: bitString(Uint8Array.of(0x80)) }),
    'leaf',
    'key usage without trailing zero bits',
  ],
  [
    'a critical authority key identifier',
    made({}, [
      encodeExtension({
        oid: oids.authorityKeyIdentifier,
        critical: true,
        value: sequence(implicit(0, octetString(new Uint8Array(20)))),
      }),
    ]),
    'leaf',
    'authority key identifier not critical',
  ],
  [
    'no authority key identifier',
    leaf({ omit: [oids.authorityKeyIdentifier] }),
    'leaf',
    'authority key identifier present unless self-signed',
  ],
  [
    'a critical subject key identifier',
    made({}, [
      identifiers[0] as Uint8Array,
      encodeExtension({ ...subjectKeyIdentifier(new Uint8Array(20)), critical: true }),
    ]),
    'leaf',
    'subject key identifier not critical',
  ],
  [
    'an authority without subject key identifier',
    authority({ omit: [oids.subjectKeyIdentifier] }),
    'intermediate',
    'subject key identifier of an authority present',
  ],
  ['keyCertSign in a leaf', leaf({ keyUsage: ['keyCertSign'] }), 'leaf', 'keyCertSign only for an authority'],
  [
    'an empty subject without critical names',
    made({ subject: distinguishedName([]) }),
    'leaf',
    'critical subjectAltName where the subject is empty',
  ],
  ['an underscore', leaf({ dns: ['a_b.example'] }), 'leaf', 'DNS names in preferred name syntax'],
  ['a dot in front', leaf({ dns: ['.example'] }), 'leaf', 'DNS names in preferred name syntax'],
  [
    'basicConstraints of an authority that are not critical',
    marked(basicConstraints(true), false),
    'intermediate',
    'critical basicConstraints of an authority',
  ],
  ['a path length in a leaf', leaf({ pathLength: 0 }), 'leaf', 'pathLenConstraint only for an authority'],
  [
    'name constraints in a leaf',
    leaf({ nameConstraints: { permitted: { dns: ['example'] } } }),
    'leaf',
    'nameConstraints only for an authority',
  ],
  [
    'a constraint with a leading dot',
    authority({ nameConstraints: { permitted: { dns: ['.example'] } } }),
    'intermediate',
    'constraints of DNS names without a leading dot',
  ],
  [
    'policyConstraints that are not critical',
    authority(again(policyConstraints({ requireExplicitPolicy: 0 }), { critical: false })),
    'intermediate',
    'critical policyConstraints',
  ],
  [
    'inhibitAnyPolicy that is not critical',
    authority({ extensions: [{ oid: oids.inhibitAnyPolicy, critical: false, value: integer(0) }] }),
    'intermediate',
    'critical inhibitAnyPolicy',
  ],
  [
    'critical authorityInfoAccess',
    leaf(again(authorityInfoAccess('http://o.example'), { critical: true })),
    'leaf',
    'authorityInfoAccess not critical',
  ],
])('%s is right by default and breaks both strict profiles', (_, bytes, part, rule) => {
  expect([
    broken(bytes, 'default', part),
    broken(bytes, 'rfc5280', part),
    broken(bytes, 'webpki', part),
  ]).toEqual([undefined, rule, rule]);
});

test('name constraints that are not critical break RFC 5280 §4.2.1.10 and not the Baseline Requirements', () => {
  const bytes = authority({ extensions: [nameConstraints({ permitted: { dns: ['example'] } }, false)] });
  expect([broken(bytes, 'rfc5280', 'intermediate'), broken(bytes, 'webpki', 'intermediate')]).toEqual([
    'critical nameConstraints',
    undefined,
  ]);
});

const identifier = (...parts: readonly Uint8Array[]): ExtensionInput => ({
  oid: oids.authorityKeyIdentifier,
  critical: false,
  value: sequence(...parts),
});
const ownRoot = (extension: ExtensionInput) =>
  selfSigned({ subject: 'Own', isCa: true, extensions: [extension] }).certificate;

test.each<[string, Uint8Array, Part, string]>([
  [
    'a root with extended key usage',
    makeAuthority({ name: 'R', eku: ['server'] }).certificate,
    'anchor',
    'extended key usage absent from a root',
  ],
  [
    'an authority key identifier without key',
    ownRoot(identifier()),
    'anchor',
    'authority key identifier names a key and nothing else',
  ],
  [
    'an authority key identifier with a serial number',
    ownRoot(identifier(implicit(0, octetString(new Uint8Array(4))), implicit(2, integer(1)))),
    'anchor',
    'authority key identifier names a key and nothing else',
  ],
  [
    'the authority key identifier of another',
    ownRoot(identifier(implicit(0, octetString(new Uint8Array(4))))),
    'anchor',
    'authority key identifier names a key and nothing else',
  ],
  ['an authority as leaf', authority(), 'leaf', 'no authority as subscriber'],
  ['a leaf without extended key usage', leaf({ eku: [] }), 'leaf', 'extended key usage of a subscriber'],
  ['a leaf for any purpose', leaf({ eku: ['server', 'any'] }), 'leaf', 'extended key usage of a subscriber'],
  [
    'critical extended key usage',
    replaced({ oid: oids.extendedKeyUsage, critical: true, value: sequence(oid(oids.serverAuth)) }),
    'leaf',
    'extended key usage of a subscriber',
  ],
  [
    'critical names beside a subject',
    leaf({ dns: [], extensions: [subjectAltName({ dns: ['a.example'] }, true)] }),
    'leaf',
    'subjectAltName not critical where the subject is not empty',
  ],
  [
    'a common name of its own',
    leaf({ subject: 'b.example' }),
    'leaf',
    'common name repeats a subjectAltName',
  ],
  [
    'a common name in other case',
    leaf({ subject: 'A.example' }),
    'leaf',
    'common name repeats a subjectAltName',
  ],
  [
    'an IPv6 address in long form',
    leaf({ subject: '2001:db8:0:0:0:0:0:1', dns: [], ip: ['2001:db8::1'] }),
    'leaf',
    'common name repeats a subjectAltName',
  ],
  [
    'an IPv4 address in hexadecimal',
    leaf({ subject: '0xC0000201', dns: [], ip: ['192.0.2.1'] }),
    'leaf',
    'common name repeats a subjectAltName',
  ],
])('%s is right in RFC 5280 and breaks the Baseline Requirements', (_, bytes, part, rule) => {
  expect([broken(bytes, 'rfc5280', part), broken(bytes, 'webpki', part)]).toEqual([undefined, rule]);
});

test.each<[string, Partial<CertificateInput>]>([
  ['a DNS name', { subject: 'b.example', dns: ['a.example', 'b.example'] }],
  ['the base of a wildcard', { subject: 'b.example', dns: ['*.b.example'] }],
  ['a wildcard', { subject: '*.b.example', dns: ['*.b.example'] }],
  ['an IP address', { subject: '2001:db8::1', dns: [], ip: ['2001:db8::1'] }],
  ['nothing', { subject: [['O', 'x']] }],
])('a common name that is %s breaks no rule', (_, input) => {
  expect(broken(leaf(input), 'webpki')).toBeUndefined();
});

test('a wildcard right below a public suffix is refused where the caller knows the suffixes', () => {
  const certificate = parseCertificate(leaf({ subject: '*.co.uk', dns: ['*.co.uk'] }));
  const publicSuffix = publicSuffixes('uk\nco.uk\n');
  expect(brokenRule(certificate, 'webpki', { part: 'leaf', publicSuffix })?.rule).toBe(
    'no wildcard directly below a public suffix',
  );
  expect(brokenRule(certificate, 'webpki', { part: 'leaf', publicSuffix: undefined })).toBeUndefined();
  const fine = parseCertificate(leaf({ subject: '*.a.co.uk', dns: ['*.a.co.uk'] }));
  expect(brokenRule(fine, 'webpki', { part: 'leaf', publicSuffix })).toBeUndefined();
});

test.each<[string, Uint8Array, readonly Profile[]]>([
  [
    'a root that another authority signed and that names no key of it',
    authority({ omit: [oids.authorityKeyIdentifier] }),
    ['rfc5280'],
  ],
  ['a root with the serial number 0', authority({ serial: 0 }), []],
])('%s breaks as a trust anchor what its profile says of those', (_, der, refusing) => {
  const certificate = parseCertificate(der);
  const context: ProfileContext = { part: 'anchor', publicSuffix: undefined };
  const profiles: readonly Profile[] = ['default', 'rfc5280', 'webpki'];
  expect(profiles.filter((profile) => brokenRule(certificate, profile, context))).toEqual(refusing);
});
