import { leaves } from '@tlsmith/codec';
import {
  boolean,
  certificateIssuer,
  crlDistributionPoints,
  crlNumber,
  der,
  encodeExtension,
  enumerated,
  explicit,
  implicit,
  integer,
  invalidityDate,
  issuingDistributionPoint,
  octetString,
  oid,
  pem,
  sequence,
  unknownExtension,
  validityTime,
} from '@tlsmith/testkit';
import { makeAuthority, makeCrl } from '@tlsmith/testkit/node';
import { type Bytes, isCertificateRejected, isTlsMisuse, toHex } from '@tlsmith/types';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseCertificate } from '../certificate.ts';
import { oids } from '../oids.ts';
import { crlsFromPem, inspectCrl, parseCrl } from './crl.ts';
import { findRevoked, revokedCertificates } from './lookup.ts';

const authority = makeAuthority({ name: 'Root' });
const point = { names: { uri: ['http://crl.example/1'] } };
const full = makeCrl(authority, {
  revoked: [
    { serial: 5, reason: 1, at: Date.UTC(2025, 2, 3) },
    { serial: Uint8Array.of(0x80), extensions: [invalidityDate(Date.UTC(2024, 0, 1))] },
    { serial: 7, extensions: [certificateIssuer('Other')] },
    { serial: 5 },
  ],
  number: 300,
  extensions: [
    issuingDistributionPoint({ ...point, only: 'users', reasons: [1, 8], indirect: true }),
    crlDistributionPoints([point], '2.5.29.46'),
  ],
});

test('a CRL is read as it was made (RFC 5280 §5.1)', () => {
  const crl = parseCrl(full);
  expect({ ...crl.summary }).toEqual({
    count: 4,
    namesIssuers: true,
    hasExtensions: true,
    removes: false,
    unknownCritical: undefined,
  });
  expect([crl.version, crl.thisUpdate, crl.nextUpdate]).toEqual([
    2,
    Date.UTC(2026, 0, 1),
    Date.UTC(2049, 11, 31),
  ]);
  expect(toHex(crl.crlNumber as Bytes)).toBe('012c');
  expect(crl.baseCrlNumber).toBeUndefined();
  expect(crl.authorityKeyIdentifier?.keyIdentifier).toHaveLength(20);
  expect(crl.freshestCrl?.[0]?.fullName).toEqual([
    { form: 'uniformResourceIdentifier', value: 'http://crl.example/1' },
  ]);
  expect(crl.issuingDistributionPoint).toMatchObject({
    onlyUserCertificates: true,
    onlyAuthorityCertificates: false,
    onlyAttributeCertificates: false,
    onlySomeReasons: 0b1_0000_0010,
    isIndirect: true,
  });
  expect(crl.extensions.map(({ key, critical }) => [key, critical])).toEqual([
    ['authorityKeyIdentifier', false],
    ['crlNumber', false],
    ['issuingDistributionPoint', true],
    ['freshestCrl', false],
  ]);
});

test('its entries are read one by one (RFC 5280 §5.3)', () => {
  const entries = [...revokedCertificates(parseCrl(full))];
  expect(entries.map(({ serialNumber, reason }) => [toHex(serialNumber), reason])).toEqual([
    ['05', 'keyCompromise'],
    ['80', undefined],
    ['07', undefined],
    ['05', undefined],
  ]);
  expect(entries[0]?.revocationDate).toBe(Date.UTC(2025, 2, 3));
  expect(entries[1]?.invalidityDate).toBe(Date.UTC(2024, 0, 1));
  expect(entries[2]?.certificateIssuer?.[0]?.form).toBe('directoryName');
});

test('an entry is about the issuer that it or one before it names, else about the issuer of the CRL (RFC 5280 §5.3.3)', () => {
  const crl = parseCrl(full);
  const issuer = (name: string) => parseCertificate(makeAuthority({ name }).certificate).subject;
  const about = (name: string, serial: number) =>
    findRevoked(crl, { issuer: issuer(name), serialNumber: Uint8Array.of(serial) });
  expect(about('Root', 5)?.reason).toBe('keyCompromise');
  expect(about('Other', 5)?.reason).toBeUndefined();
  expect(about('Other', 5)?.revocationDate).toBe(Date.UTC(2026, 0, 1));
  expect(about('Root', 0x80)).toBeDefined();
  expect(about('Other', 7)).toBeDefined();
  expect([about('Root', 7), about('Other', 0x80), about('Third', 5), about('Root', 6)]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test('an entry is found among many, whatever the length of its element', () => {
  const revoked = Array.from({ length: 2000 }, (_, serial) => ({
    serial: 100_000 + serial,
    // Extensions of 200 bytes give a length of two octets.
    ...(serial % 3 === 0
      ? { extensions: [{ oid: '1.2.3', critical: false, value: new Uint8Array(200) }] }
      : {}),
  }));
  const crl = parseCrl(makeCrl(authority, { revoked }));
  const { issuer } = crl;
  const has = (serial: number) =>
    findRevoked(crl, { issuer, serialNumber: integer(serial).subarray(2) }) !== undefined;
  expect([100_000, 100_999, 101_998, 101_999].map(has)).toEqual([true, true, true, true]);
  expect([99_999, 102_000, 1].map(has)).toEqual([false, false, false]);
});

test('spans cover every byte, entries included', () => {
  const spans = leaves(inspectCrl(full).span);
  let at = 0;
  for (const { start, end } of spans) {
    expect(start).toBe(at);
    at = end;
  }
  expect(at).toBe(full.length);
  expect(JSON.stringify(inspectCrl(full).span)).toContain('"name":"[3]"');
});

test('CRLs are found in PEM text among other blocks', () => {
  const text = `${authority.certificatePem}${pem('X509 CRL', full)}${pem('X509 CRL', makeCrl(authority))}`;
  expect(crlsFromPem(text).map(({ summary }) => summary.count)).toEqual([4, 0]);
  expect(() => crlsFromPem(authority.certificatePem)).toThrow(
    expect.toSatisfy((error) => isTlsMisuse(error) && error.code === 'no-crl'),
  );
});

const algorithm = sequence(oid(oids.ecdsaWithSHA256));
const fields: Record<string, Uint8Array> = {
  version: integer(1),
  algorithm,
  issuer: authority.name,
  thisUpdate: validityTime(Date.UTC(2026, 0, 1)),
  nextUpdate: validityTime(Date.UTC(2026, 1, 1)),
  revoked: new Uint8Array(0),
  extensions: new Uint8Array(0),
  after: new Uint8Array(0),
};
const signature = Uint8Array.of(3, 2, 0, 1);
const assemble = (
  changes: Record<string, Uint8Array>,
  outer: readonly Uint8Array[] = [algorithm, signature],
) => sequence(sequence(...Object.values({ ...fields, ...changes })), ...outer);
const withExtension = (name: string, value: Uint8Array) =>
  assemble({ extensions: explicit(0, sequence(encodeExtension({ oid: name, critical: false, value }))) });
const entry = (...more: readonly Uint8Array[]) =>
  assemble({ revoked: sequence(sequence(integer(1), fields['thisUpdate'] as Uint8Array, ...more)) });
const entryExtension = (name: string, value: Uint8Array) =>
  entry(sequence(encodeExtension({ oid: name, critical: false, value })));
const nothing = new Uint8Array(0);
const issuingPoint = (...contents: readonly Uint8Array[]) =>
  withExtension(oids.issuingDistributionPoint, sequence(...contents));

test.each<[string, Uint8Array]>([
  ['a CRL of the least that there is', assemble({})],
  ['version 1', assemble({ version: nothing })],
  ['no nextUpdate', assemble({ nextUpdate: nothing })],
  ['GeneralizedTime', assemble({ nextUpdate: validityTime(Date.UTC(2060, 0, 1)) })],
  ['an empty list of entries, which some issuers write', assemble({ revoked: sequence() })],
  ['an entry', entry()],
  [
    'an unknown critical extension, which makes it useless but not malformed',
    withExtension('1.2.3', nothing),
  ],
  ['a long CRL number', withExtension(oids.cRLNumber, integer(new Uint8Array(40).fill(1)))],
  ['a kind of certificates written as FALSE', issuingPoint(implicit(1, boolean(false)))],
])('%s is well formed', (_, bytes) => {
  expect(parseCrl(bytes).issuer.parts).toHaveLength(1);
});

test.each<[string, Uint8Array]>([
  ['nothing', nothing],
  ['bytes behind the end', Uint8Array.of(...assemble({}), 0)],
  ['version 1, written out', assemble({ version: integer(0) })],
  ['version 3', assemble({ version: integer(2) })],
  ['another algorithm outside', assemble({}, [sequence(oid(oids.ed25519)), signature])],
  ['no signature', assemble({}, [algorithm])],
  ['something after the signature', assemble({}, [algorithm, signature, integer(1)])],
  ['no thisUpdate', assemble({ thisUpdate: nothing, nextUpdate: nothing })],
  [
    'a date that does not exist',
    assemble({ thisUpdate: der(0x17, new TextEncoder().encode('260231000000Z')) }),
  ],
  ['an entry without date', assemble({ revoked: sequence(sequence(integer(1))) })],
  [
    'an entry without serial number',
    assemble({ revoked: sequence(sequence(fields['thisUpdate'] as Uint8Array)) }),
  ],
  ['an entry with empty extensions', entry(sequence())],
  [
    'an entry with more than its extensions',
    entry(sequence(encodeExtension(unknownExtension(false))), integer(1)),
  ],
  ['reason 7, which is not used', entryExtension(oids.cRLReasons, enumerated(7))],
  ['reason 11, which does not exist', entryExtension(oids.cRLReasons, enumerated(11))],
  ['a reason of two octets', entryExtension(oids.cRLReasons, der(0x0a, Uint8Array.of(1, 1)))],
  ['removeFromCRL in a complete CRL (RFC 5280 §5.3.1)', entryExtension(oids.cRLReasons, enumerated(8))],
  ['an invalidity date as UTCTime', entryExtension(oids.invalidityDate, fields['thisUpdate'] as Uint8Array)],
  ['a certificate issuer without a name', entryExtension(oids.certificateIssuer, sequence())],
  ['no extensions in their list', assemble({ extensions: explicit(0, sequence()) })],
  ['a negative CRL number', withExtension(oids.cRLNumber, der(0x02, Uint8Array.of(0xff)))],
  ['an issuing distribution point that says nothing (RFC 5280 §5.2.5)', issuingPoint()],
  ['two kinds of certificates', issuingPoint(implicit(1, boolean(true)), implicit(2, boolean(true)))],
  [
    'fields of an issuing distribution point in another order',
    issuingPoint(implicit(4, boolean(true)), implicit(1, boolean(true))),
  ],
  ['reasons of five octets', issuingPoint(implicit(3, der(0x03, new Uint8Array(6))))],
  [
    'extensions in version 1',
    assemble({ version: nothing, extensions: explicit(0, sequence(encodeExtension(crlNumber(1)))) }),
  ],
  [
    'entry extensions in version 1',
    assemble({
      version: nothing,
      revoked: sequence(
        sequence(
          integer(1),
          fields['thisUpdate'] as Uint8Array,
          sequence(encodeExtension(unknownExtension(false))),
        ),
      ),
    }),
  ],
  ['something after the extensions', assemble({ after: octetString(nothing) })],
])('%s is refused as malformed', (_, bytes) => {
  expect(() => parseCrl(bytes)).toThrow(
    expect.toSatisfy((error) => isCertificateRejected(error) && error.code === 'malformed-crl'),
  );
});

test('mutants of a CRL are read or refused with a typed error, and inspected to the same end', () => {
  const counts = { read: 0, refused: 0 };
  const mutation = fc.record({ at: fc.nat(full.length - 1), value: fc.nat(255), cut: fc.nat(9) });
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), (mutations) => {
      let mutant: Uint8Array = Uint8Array.from(full);
      for (const { at, value, cut } of mutations) {
        if (cut === 0) mutant = mutant.subarray(0, at);
        else if (at < mutant.length) mutant[at] = value;
      }
      expect(outcome(() => parseCrl(mutant))).toBe(outcome(() => inspectCrl(mutant).value));
      counts[outcome(() => parseCrl(mutant))]++;
    }),
    { numRuns: 3000 },
  );
  console.log(`mutants of a CRL: ${counts.read} read, ${counts.refused} refused`);
  expect(Math.min(counts.read, counts.refused)).toBeGreaterThan(50);
}, 60_000);

function outcome(parse: () => ReturnType<typeof parseCrl>): 'read' | 'refused' {
  try {
    const crl = parse();
    // What was read can be looked through.
    expect([...revokedCertificates(crl)]).toHaveLength(crl.summary.count);
    expect(findRevoked(crl, { issuer: crl.issuer, serialNumber: new Uint8Array(20) })).toBeUndefined();
    return 'read';
  } catch (error) {
    if (isCertificateRejected(error) && error.code === 'malformed-crl') return 'refused';
    throw error;
  }
}
