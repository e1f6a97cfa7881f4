import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { leaves } from '@tlsmith/codec';
import {
  basicConstraints,
  bitString,
  boolean,
  der,
  distinguishedName,
  type ExtensionInput,
  encodeExtension,
  explicit,
  generalizedTime,
  implicit,
  integer,
  namedBits,
  nothing,
  octetString,
  oid,
  sequence,
  utf8String,
  validityTime,
} from '@tlsmith/testkit';
import { issue, makeAuthority, makeKey, selfSigned } from '@tlsmith/testkit/node';
import { concat, isCertificateRejected, toHex } from '@tlsmith/types';
import { expect, test } from 'vitest';
import {
  type Certificate,
  inspectCertificate,
  isSelfIssued,
  parseCertificate,
  usableKey,
} from './certificate.ts';
import { describeGeneralName } from './general-name.ts';
import { describeName } from './name.ts';
import { oids } from './oids.ts';
import { certificatesFromPem } from './pem.ts';

const key = makeKey('p256');
const ecdsa = sequence(oid(oids.ecdsaWithSHA256));
const soon = sequence(validityTime(Date.UTC(2020, 0)), validityTime(Date.UTC(2049, 0)));

const fields: Record<string, Uint8Array> = {
  version: explicit(0, integer(2)),
  serial: integer(1),
  inner: ecdsa,
  issuer: distinguishedName('Issuer'),
  validity: soon,
  subject: distinguishedName('Subject'),
  spki: key.spki,
  uniqueIds: new Uint8Array(0),
  extensions: explicit(3, sequence(encodeExtension(basicConstraints(false)))),
  outer: ecdsa,
  signature: bitString(new Uint8Array(70)),
  after: new Uint8Array(0),
};

function assemble(changes: Readonly<Record<string, Uint8Array>> = {}): Uint8Array {
  const all = { ...fields, ...changes };
  const values = Object.values(all);
  return sequence(sequence(...values.slice(0, 9)), ...values.slice(9));
}

const withExtensions = (...extensions: readonly Uint8Array[]) =>
  assemble({ extensions: explicit(3, sequence(...extensions)) });
const extension = (name: string, value: Uint8Array, critical = false): Uint8Array =>
  encodeExtension({ oid: name, critical, value } satisfies ExtensionInput);

function rejection(bytes: Uint8Array): unknown {
  try {
    return `accepted: ${describeName(parseCertificate(bytes).subject)}`;
  } catch (error) {
    return isCertificateRejected(error) ? error.code : error;
  }
}

test('the certificate that the malformations below are made of is well formed', () => {
  expect(rejection(assemble())).toBe('accepted: CN=Subject');
});

const dnsName = (text: string) => der(0x82, new TextEncoder().encode(text));

test.each<[string, Uint8Array]>([
  ['nothing', new Uint8Array(0)],
  ['bytes after the certificate', concat(assemble(), Uint8Array.of(0))],
  ['a field after the signature', assemble({ after: nothing })],
  ['version 1 written out, which is the default', assemble({ version: explicit(0, integer(0)) })],
  ['version 4', assemble({ version: explicit(0, integer(3)) })],
  [
    'a negative version',
    assemble({
      version: explicit(0, der(0x02, Uint8Array.of(0xff))),
    }),
  ],
  ['extensions in version 1', assemble({ version: new Uint8Array(0) })],
  ['extensions in version 2', assemble({ version: explicit(0, integer(1)) })],
  [
    'unique identifiers in version 1',
    assemble({
      version: new Uint8Array(0),
      extensions: new Uint8Array(0),
      uniqueIds: implicit(1, bitString(new Uint8Array(4))),
    }),
  ],
  ['an empty serial number', assemble({ serial: der(0x02) })],
  ['a serial number with a superfluous zero', assemble({ serial: der(0x02, Uint8Array.of(0, 1)) })],
  [
    'another algorithm inside than outside (RFC 5280 §4.1.1.2)',
    assemble({ outer: sequence(oid(oids.ecdsaWithSHA384)) }),
  ],
  ['the same algorithm with NULL outside', assemble({ outer: sequence(oid(oids.ecdsaWithSHA256), nothing) })],
  ['an issuer that is no name', assemble({ issuer: utf8String('Issuer') })],
  ['a validity of one time', assemble({ validity: sequence(validityTime(0)) })],
  [
    'a validity of three times',
    assemble({ validity: sequence(validityTime(0), validityTime(0), validityTime(0)) }),
  ],
  ['a key without algorithm', assemble({ spki: sequence(bitString(new Uint8Array(65))) })],
  [
    'an RSA key that is no RSAPublicKey',
    assemble({ spki: sequence(sequence(oid(oids.rsaEncryption), nothing), bitString(new Uint8Array(4))) }),
  ],
  ['a signature with unused bits', assemble({ signature: bitString(Uint8Array.of(0x80), 7) })],
  ['a signature that is no bit string', assemble({ signature: octetString(new Uint8Array(70)) })],
  ['no extensions in their list', withExtensions()],
  [
    'an extension twice (RFC 5280 §4.2)',
    withExtensions(extension('1.2.3', nothing), extension('1.2.3', nothing)),
  ],
  [
    '65 extensions',
    withExtensions(...Array.from({ length: 65 }, (_, i) => extension(`1.2.3.${i}`, nothing))),
  ],
  [
    'a criticality that is neither 00 nor FF',
    withExtensions(sequence(oid('1.2.3'), der(0x01, Uint8Array.of(1)), octetString(nothing))),
  ],
  ['an extension without value', withExtensions(sequence(oid('1.2.3')))],
  [
    'an extension with something after its value',
    withExtensions(sequence(oid('1.2.3'), octetString(nothing), nothing)),
  ],
  [
    'basicConstraints with something after it',
    withExtensions(extension(oids.basicConstraints, concat(sequence(), nothing))),
  ],
  [
    'basicConstraints with a negative path length',
    withExtensions(extension(oids.basicConstraints, sequence(boolean(true), der(0x02, Uint8Array.of(0xff))))),
  ],
  [
    'basicConstraints with a third field',
    withExtensions(extension(oids.basicConstraints, sequence(boolean(true), integer(1), integer(1)))),
  ],
  ['keyUsage without a use (RFC 5280 §4.2.1.3)', withExtensions(extension(oids.keyUsage, namedBits([])))],
  ['keyUsage with a bit that nobody knows alone', withExtensions(extension(oids.keyUsage, namedBits([9])))],
  [
    'extendedKeyUsage without a purpose (RFC 5280 §4.2.1.12)',
    withExtensions(extension(oids.extendedKeyUsage, sequence())),
  ],
  ['subjectAltName without a name', withExtensions(extension(oids.subjectAltName, sequence()))],
  [
    'subjectAltName beyond ASCII',
    withExtensions(extension(oids.subjectAltName, sequence(dnsName('bücher.example')))),
  ],
  [
    'subjectAltName with an address of 5 octets',
    withExtensions(extension(oids.subjectAltName, sequence(der(0x87, new Uint8Array(5))))),
  ],
  [
    'subjectAltName with a range of addresses',
    withExtensions(extension(oids.subjectAltName, sequence(der(0x87, new Uint8Array(8))))),
  ],
  [
    'subjectAltName with an unknown form',
    withExtensions(extension(oids.subjectAltName, sequence(der(0x89)))),
  ],
  [
    'subjectAltName with a constructed string',
    withExtensions(extension(oids.subjectAltName, sequence(der(0xa2, dnsName('a'))))),
  ],
  [
    'subjectAltName with a universal type',
    withExtensions(extension(oids.subjectAltName, sequence(utf8String('a.example')))),
  ],
  [
    'nameConstraints without a subtree (RFC 5280 §4.2.1.10)',
    withExtensions(extension(oids.nameConstraints, sequence())),
  ],
  [
    'nameConstraints with an empty list',
    withExtensions(extension(oids.nameConstraints, sequence(explicit(0)))),
  ],
  [
    'nameConstraints with a minimum',
    withExtensions(
      extension(oids.nameConstraints, sequence(explicit(0, sequence(dnsName('a'), implicit(0, integer(1)))))),
    ),
  ],
  [
    'nameConstraints with a maximum',
    withExtensions(
      extension(oids.nameConstraints, sequence(explicit(0, sequence(dnsName('a'), implicit(1, integer(1)))))),
    ),
  ],
  ['certificatePolicies without a policy', withExtensions(extension(oids.certificatePolicies, sequence()))],
  [
    'certificatePolicies with a policy twice (RFC 5280 §4.2.1.4)',
    withExtensions(
      extension(oids.certificatePolicies, sequence(sequence(oid('1.2.3')), sequence(oid('1.2.3')))),
    ),
  ],
  [
    'policyMappings to anyPolicy (RFC 5280 §4.2.1.5)',
    withExtensions(extension(oids.policyMappings, sequence(sequence(oid('1.2.3'), oid(oids.anyPolicy))))),
  ],
  [
    'policyConstraints without a constraint (RFC 5280 §4.2.1.11)',
    withExtensions(extension(oids.policyConstraints, sequence())),
  ],
  [
    'authorityInfoAccess without a description',
    withExtensions(extension(oids.authorityInfoAccess, sequence())),
  ],
  [
    'cRLDistributionPoints with an empty point',
    withExtensions(extension(oids.cRLDistributionPoints, sequence(sequence()))),
  ],
  [
    'authorityKeyIdentifier that is no sequence',
    withExtensions(extension(oids.authorityKeyIdentifier, octetString(new Uint8Array(20)))),
  ],
  ['more than 256 KiB', withExtensions(extension('1.2.3', octetString(new Uint8Array(262144))))],
])('%s is malformed', (_, bytes) => {
  expect(rejection(bytes)).toBe('malformed');
});

test.each<[string, Uint8Array]>([
  [
    'GeneralizedTime before 2050, which applications must read (RFC 5280 §4.1.2.5)',
    assemble({ validity: sequence(generalizedTime(0), generalizedTime(1)) }),
  ],
  [
    'keyUsage with trailing zero bits',
    withExtensions(extension(oids.keyUsage, bitString(Uint8Array.of(0x06)))),
  ],
  [
    'FALSE written out in an extension',
    withExtensions(sequence(oid('1.2.3'), boolean(false), octetString(nothing))),
  ],
  [
    'FALSE written out in basicConstraints',
    withExtensions(extension(oids.basicConstraints, sequence(boolean(false)))),
  ],
  [
    'unique identifiers in version 2',
    assemble({
      version: explicit(0, integer(1)),
      extensions: new Uint8Array(0),
      uniqueIds: concat(
        implicit(1, bitString(Uint8Array.of(0x80), 7)),
        implicit(2, bitString(new Uint8Array(4))),
      ),
    }),
  ],
  ['an empty subject', assemble({ subject: distinguishedName([]) })],
  ['a negative serial number', assemble({ serial: der(0x02, Uint8Array.of(0x80)) })],
  ['an unknown extension that is no DER inside', withExtensions(extension('1.2.3', Uint8Array.of(1, 2, 3)))],
])('%s is let through: such certificates are in use', (_, bytes) => {
  expect(rejection(bytes)).toMatch(/^accepted/);
});

test('an error says where the certificate goes wrong', () => {
  const bytes = assemble({
    validity: sequence(validityTime(0), der(0x17, new TextEncoder().encode('not a time'))),
  });
  let facts: unknown;
  try {
    parseCertificate(bytes);
  } catch (error) {
    facts = isCertificateRejected(error) ? error.facts : error;
  }
  expect(facts).toMatchObject({
    path: 'tbsCertificate.validity.notAfter',
    expected: 'a decimal digit',
  });
});

test('the fields of a certificate are read', () => {
  const root = makeAuthority({
    name: 'Root',
    pathLength: 3,
    nameConstraints: { permitted: { dns: ['example'] } },
  });
  const leaf = issue(root, {
    subject: [
      ['O', 'Example'],
      ['CN', 'leaf'],
    ],
    serial: 0x1234n,
    notBefore: Date.UTC(2024, 1, 29, 1, 2, 3),
    notAfter: Date.UTC(2051, 0),
    dns: ['a.example', '*.b.example'],
    ip: ['192.0.2.1', '2001:db8::1'],
    email: ['a@example'],
    uri: ['https://example/'],
    directory: ['dir'],
    keyUsage: ['digitalSignature', 'keyAgreement', 'decipherOnly'],
  });
  const read = parseCertificate(leaf.certificate);
  expect(toHex(read.serialNumber)).toBe('1234');
  expect([read.version, read.notBefore, read.notAfter]).toEqual([
    3,
    Date.UTC(2024, 1, 29, 1, 2, 3),
    Date.UTC(2051, 0),
  ]);
  expect([describeName(read.subject), describeName(read.issuer)]).toEqual(['CN=leaf, O=Example', 'CN=Root']);
  expect(read.sans.map(describeGeneralName)).toEqual([
    'DNS:a.example',
    'DNS:*.b.example',
    'IP:192.0.2.1',
    'IP:2001:db8::1',
    'email:a@example',
    'URI:https://example/',
    'DirName:CN=dir',
  ]);
  expect(read.keyUsage).toEqual(['digitalSignature', 'keyAgreement', 'decipherOnly']);
  expect(read.extendedKeyUsage).toEqual([oids.serverAuth, oids.clientAuth]);
  expect(read.basicConstraints).toEqual({ isAuthority: false, pathLength: undefined });
  expect(read.authorityKeyIdentifier?.keyIdentifier).toEqual(
    parseCertificate(root.certificate).subjectKeyIdentifier,
  );
  const above = parseCertificate(root.certificate);
  expect(above.basicConstraints).toEqual({ isAuthority: true, pathLength: 3 });
  expect(above.nameConstraints?.permitted.map(describeGeneralName)).toEqual(['DNS:example']);
  expect([isSelfIssued(above), isSelfIssued(read)]).toEqual([true, false]);
});

test('rarer extensions are read: policies, access, distribution points, other names', () => {
  const point = sequence(
    explicit(0, explicit(0, der(0x86, new TextEncoder().encode('http://crl.example/')))),
    implicit(1, namedBits([1])),
  );
  const relative = sequence(
    explicit(0, implicit(1, der(0x31, sequence(oid(oids.commonName), utf8String('x'))))),
    explicit(2, der(0xa4, distinguishedName('I'))),
  );
  const read = parseCertificate(
    withExtensions(
      extension(
        oids.certificatePolicies,
        sequence(
          sequence(oid(oids.anyPolicy), sequence(sequence(oid(oids.cps), utf8String('https://cps.example')))),
        ),
      ),
      extension(oids.policyMappings, sequence(sequence(oid('1.2.3'), oid('1.2.4')))),
      extension(oids.policyConstraints, sequence(implicit(0, integer(0)), implicit(1, integer(2)))),
      extension(oids.inhibitAnyPolicy, integer(4)),
      extension(oids.cRLDistributionPoints, sequence(point, relative)),
      extension(oids.issuerAltName, sequence(der(0x88, Uint8Array.of(0x2a, 3)))),
      extension(
        oids.subjectAltName,
        sequence(implicit(0, sequence(oid('1.2.3'), explicit(0, utf8String('x'))))),
      ),
    ),
  );
  expect(read.certificatePolicies?.[0]).toMatchObject({
    policy: oids.anyPolicy,
    qualifiers: [{ id: oids.cps }],
  });
  expect(read.policyMappings).toEqual([{ issuerDomainPolicy: '1.2.3', subjectDomainPolicy: '1.2.4' }]);
  expect(read.policyConstraints).toEqual({ requireExplicitPolicy: 0, inhibitPolicyMapping: 2 });
  expect(read.inhibitAnyPolicy).toBe(4);
  expect(read.crlDistributionPoints).toMatchObject([
    { fullName: [{ form: 'uniformResourceIdentifier', value: 'http://crl.example/' }], reasons: 2 },
    { nameRelativeToIssuer: [{ type: oids.commonName }], issuer: [{ form: 'directoryName' }] },
  ]);
  expect(read.issuerAltName).toEqual([{ form: 'registeredID', value: '1.2.3' }]);
  expect(read.sans).toMatchObject([{ form: 'otherName', typeId: '1.2.3' }]);
});

test('every form of name is read and described', () => {
  const forms = [
    implicit(0, sequence(oid('1.2.3'), explicit(0, utf8String('x')))),
    der(0x81, new TextEncoder().encode('a@b')),
    dnsName('a.example'),
    der(0xa3, sequence()),
    der(0xa4, distinguishedName('x')),
    der(0xa5, explicit(1, utf8String('x'))),
    der(0x86, new TextEncoder().encode('https://a.example/\u0007')),
    der(0x87, Uint8Array.of(192, 0, 2, 1)),
    der(0x88, Uint8Array.of(0x2a, 3)),
  ];
  const read = parseCertificate(withExtensions(extension(oids.subjectAltName, sequence(...forms))));
  expect(read.sans.map(describeGeneralName)).toEqual([
    'otherName:1.2.3',
    'email:a@b',
    'DNS:a.example',
    'x400Address',
    'DirName:CN=x',
    'ediPartyName',
    'URI:https://a.example/?',
    'IP:192.0.2.1',
    'RID:1.2.3',
  ]);
});

test('the raw value of an extension is the content of its OCTET STRING, known or not', () => {
  const long = sequence(...Array.from({ length: 40 }, (_, i) => dnsName(`host-${i}.example`)));
  const read = parseCertificate(
    withExtensions(
      extension(oids.basicConstraints, sequence(boolean(true))),
      extension(oids.subjectAltName, long, true),
      extension('1.2.3', integer(5)),
    ),
  );
  expect(
    read.extensions.map(({ oid: name, critical, value, key: known }) => [
      name,
      critical,
      toHex(value),
      known,
    ]),
  ).toEqual([
    [oids.basicConstraints, false, '30030101ff', 'basicConstraints'],
    [oids.subjectAltName, true, toHex(long), 'subjectAltName'],
    ['1.2.3', false, '020105', undefined],
  ]);
});

test('the result owns its bytes', () => {
  const bytes = assemble();
  const read = parseCertificate(bytes);
  const before = toHex(read.tbs);
  bytes.fill(0);
  expect(toHex(read.tbs)).toBe(before);
});

const real: readonly Uint8Array[] = rootCertificates.map((pem) => certificatesFromPem(pem)[0]);

test("Node's built-in roots are read, with the subject and the dates that OpenSSL reads", () => {
  const wrong = real.filter((bytes) => {
    const [ours, theirs] = [parseCertificate(bytes), new X509Certificate(bytes)];
    const dates =
      ours.notBefore === Date.parse(theirs.validFrom) && ours.notAfter === Date.parse(theirs.validTo);
    const serial = BigInt(`0x${toHex(ours.serialNumber)}`) === BigInt(`0x${theirs.serialNumber}`);
    return (
      !dates || !serial || ours.publicKey.type === 'unusable' || ours.basicConstraints?.isAuthority !== true
    );
  });
  expect(wrong.map((bytes) => describeName(parseCertificate(bytes).subject))).toEqual([]);
  expect(real.length).toBeGreaterThan(100);
});

function gaps(bytes: Uint8Array): number {
  const { value, span } = inspectCertificate(bytes);
  let at = 0;
  let found = 0;
  for (const leaf of leaves(span)) {
    if (leaf.start !== at) found++;
    at = leaf.end;
  }
  return value.der.length === bytes.length && at === bytes.length ? found : found + 1;
}

test('spans cover every byte of real certificates, each byte once', () => {
  expect(real.filter((bytes) => gaps(bytes) > 0)).toEqual([]);
});

test('inspecting gives the same value as parsing', () => {
  for (const bytes of real.slice(0, 20))
    expect(inspectCertificate(bytes).value).toEqual(parseCertificate(bytes));
});

test('mutants of real certificates are read or malformed, and nothing else happens', () => {
  const random = generator(20260701);
  const seeds = [
    ...real.filter((_, i) => i % 10 === 0),
    selfSigned({ subject: 'x', dns: ['a.example'] }).certificate,
  ];
  let accepted = 0;
  for (let round = 0; round < 6000; round++) {
    const mutant = mutate(seeds[round % seeds.length] as Uint8Array, random);
    const read = tryParse(mutant);
    if (read === undefined) continue;
    accepted++;
    expect(gaps(mutant)).toBe(0);
    expect(
      describeName(read.subject).length + read.sans.map(describeGeneralName).join().length,
    ).toBeGreaterThan(0);
  }
  // Most accepted ones changed in a key, a signature or a text: form alone cannot tell.
  expect(accepted).toBeGreaterThan(500);
  expect(accepted).toBeLessThan(4000);
});

function tryParse(bytes: Uint8Array): Certificate | undefined {
  try {
    return parseCertificate(bytes);
  } catch (error) {
    if (isCertificateRejected(error) && error.code === 'malformed') return undefined;
    throw error;
  }
}

function mutate(seed: Uint8Array, random: () => number): Uint8Array {
  const at = Math.floor(random() * seed.length);
  const octet = Uint8Array.of(Math.floor(random() * 256));
  switch (Math.floor(random() * 5)) {
    case 0:
      return concat(seed.subarray(0, at), octet, seed.subarray(at + 1));
    case 1:
      return concat(seed.subarray(0, at), octet, seed.subarray(at));
    case 2:
      return concat(seed.subarray(0, at), seed.subarray(at + 1));
    case 3:
      return seed.slice(0, at);
    default: {
      const flipped = seed.slice();
      flipped[at] = (flipped[at] as number) ^ (1 << Math.floor(random() * 8));
      return flipped;
    }
  }
}

// A linear congruential generator: the same mutants on every run.
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

test('nested structures of any depth are refused at once', () => {
  let nested = nothing;
  for (let i = 0; i < 5000; i++) nested = sequence(nested);
  expect(rejection(nested)).toBe('malformed');
  expect(rejection(withExtensions(extension(oids.certificatePolicies, nested)))).toBe('malformed');
  expect(rejection(withExtensions(extension('1.2.3', nested)))).toMatch(/^accepted/);
});

test('a key that cannot be used is an error only for those who want to use it', () => {
  const weak = parseCertificate(selfSigned({ subject: 'x', keyType: 'rsa-1024' }).certificate);
  expect(weak.publicKey).toMatchObject({ type: 'unusable', bits: 1024, reason: { code: 'weak-key' } });
  expect(() => usableKey(weak)).toThrowError(expect.objectContaining({ code: 'weak-key' }));
  expect(usableKey(parseCertificate(assemble())).type).toBe('p256');
});
