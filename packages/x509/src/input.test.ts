import { runInNewContext } from 'node:vm';
import { node } from '@tlsmith/crypto/node';
import { issue, makeAuthority } from '@tlsmith/testkit/node';
import { compute, isCertificateRejected, isTlsMisuse } from '@tlsmith/types';
import { expect, test } from 'vitest';
import { trustAnchor, trustAnchors } from './anchor.ts';
import { constrainedAnchor } from './anchor-constraints.ts';
import { inspectCertificate, parseCertificate } from './certificate.ts';
import { parseCrl } from './crl/crl.ts';
import { explain } from './explain-chain.ts';
import { referenceIdentity } from './hostname.ts';
import { formatIp, parseIp } from './ip.ts';
import { checkOcspResponse } from './ocsp/check.ts';
import { parseOcspResponse } from './ocsp/response.ts';
import { certificatesFromPem, toPem } from './pem.ts';
import { fingerprint, verifyPinnedLeaf } from './pin.ts';
import { publicSuffixes } from './public-suffix.ts';
import { readSctList } from './sct.ts';
import { type ChainRequest, verifyChain } from './verify.ts';

const root = makeAuthority({ name: 'Root' });
const leaf = issue(root, { subject: 'leaf', dns: ['a.example'] });
const der = leaf.certificate;
const request: ChainRequest = {
  chain: leaf.chain,
  anchors: [trustAnchor(root.certificate)],
  at: Date.UTC(2026, 6, 1),
  purpose: 'server',
};
const issuer = root.certificate;
const response = Uint8Array.of(0x30, 0);

/** What TypeScript would refuse and JavaScript lets through, and bytes that are nothing. */
const odd: readonly unknown[] = [
  undefined,
  null,
  true,
  Number.NaN,
  -1,
  3_000_000_000,
  10n,
  Symbol('odd'),
  '',
  'odd',
  '-----BEGIN CERTIFICATE-----\nMAA=\n',
  {},
  [],
  [undefined],
  [der],
  new Uint8Array(0),
  Uint8Array.of(0x30, 0x80),
  Uint8Array.of(0x30, 0x84, 0xff, 0xff, 0xff, 0xff),
  new Uint8Array(300_000),
  new Uint16Array(3),
  new ArrayBuffer(4),
  () => 1,
  new Proxy({}, {}),
];

type Entry = (value: never) => unknown;
const verify = (field: string): Entry => {
  return (value: unknown) => compute(node, verifyChain({ ...request, [field]: value } as ChainRequest));
};
const named = (kind: string): Entry => {
  return (value: unknown) => (verify('name') as (of: unknown) => unknown)({ [kind]: value });
};
const revoked = (field: string): Entry => {
  return (value: unknown) =>
    (verify('revocation') as (of: unknown) => unknown)({ mode: 'soft', [field]: value });
};
const judged = (field: string): Entry => {
  const check = { response, certificate: der, issuer, at: request.at };
  return (value: unknown) => compute(node, checkOcspResponse({ ...check, [field]: value }));
};
const constrained = (field: string): Entry => {
  return (value: unknown) => constrainedAnchor(trustAnchor(issuer), { [field]: value });
};

const entries: Readonly<Record<string, Entry>> = {
  parseCertificate,
  inspectCertificate,
  parseCrl,
  parseOcspResponse,
  readSctList,
  certificatesFromPem,
  toPem: (value) => toPem('X', value),
  trustAnchor,
  trustAnchors,
  parseIp,
  formatIp,
  referenceIdentity,
  publicSuffixes,
  fingerprint: (value) => fingerprint('certificate', value),
  pinned: (value) => compute(node, verifyPinnedLeaf(value, [fingerprint('certificate', '00'.repeat(32))])),
  verifyChain: (value) => compute(node, verifyChain(value as ChainRequest)),
  explain: (value) => compute(node, explain(value as ChainRequest)),
  ...Object.fromEntries(
    [
      'chain',
      'anchors',
      'at',
      'purpose',
      'name',
      'profile',
      'budget',
      'maxDepth',
      'extraIntermediates',
      'policy',
      'revocation',
      'pins',
      'dangerouslyAcceptWeak',
      'publicSuffix',
      'fetch',
    ].map((field) => [`request.${field}`, verify(field)]),
  ),
  ...Object.fromEntries(
    ['dns', 'ip', 'email', 'uri', 'directory'].map((kind) => [`name.${kind}`, named(kind)]),
  ),
  ...Object.fromEntries(
    ['mode', 'scope', 'crls', 'stapled', 'ocsp', 'tolerance', 'maximumAge', 'nonce'].map((field) => [
      `revocation.${field}`,
      revoked(field),
    ]),
  ),
  ...Object.fromEntries(
    ['response', 'certificate', 'issuer', 'at', 'tolerance'].map((field) => [`ocsp.${field}`, judged(field)]),
  ),
  ...Object.fromEntries(
    ['purposes', 'distrustAfter', 'nameConstraints'].map((field) => [
      `constraints.${field}`,
      constrained(field),
    ]),
  ),
};

test.each(Object.keys(entries))('odd input to %s is taken or answered with a typed error', (name) => {
  const others = odd.flatMap((value) => {
    try {
      (entries[name] as (value: unknown) => unknown)(value);
      return [];
    } catch (error) {
      if (isTlsMisuse(error)) return [];
      if (!isCertificateRejected(error)) return [[value, error]];
      const isPlaced = typeof error.facts['at'] === 'number' && typeof error.facts['path'] === 'string';
      return isPlaced || !error.code.startsWith('malformed') ? [] : [[value, error]];
    }
  });
  expect(others).toEqual([]);
});

test.each<[string, () => unknown, string]>([
  ['a profile', () => verify('profile')('strict' as never), 'not-a-choice'],
  ['a depth', () => verify('maxDepth')(Number.NaN as never), 'not-an-amount'],
  ['a budget', () => verify('budget')({ signatures: Number.NaN } as never), 'not-an-amount'],
  ['a tolerance', () => revoked('tolerance')(Number.NaN as never), 'not-an-amount'],
  ['a maximum age', () => revoked('maximumAge')(Number.NaN as never), 'not-an-amount'],
  ['a scope', () => revoked('scope')('Leaf' as never), 'not-a-choice'],
  ['a nonce', () => revoked('nonce')('always' as never), 'not-a-choice'],
  ['the time of a response', () => judged('at')(Number.NaN as never), 'not-a-time'],
  ['a date of distrust', () => constrained('distrustAfter')('2026-01-01' as never), 'not-a-time'],
  ['PEM as DER', () => parseCertificate(leaf.certificatePem as never), 'not-bytes'],
  ['certificates as trust anchors', () => verify('anchors')([issuer] as never), 'not-a-trust-anchor'],
])('a slip in %s switches nothing off: it is a misuse', (_, slip, code) => {
  expect(slip).toThrowError(expect.objectContaining({ code }));
});

test('a budget may leave out kinds, or leave them undefined', () => {
  expect(verify('budget')({ signatures: undefined, steps: 100 } as never)).toBeDefined();
});

test('bytes of another realm are bytes, and so is a Buffer', () => {
  const foreign = runInNewContext('Uint8Array.from(octets)', { octets: [...der] }) as Uint8Array;
  expect(foreign).not.toBeInstanceOf(Uint8Array);
  expect(parseCertificate(foreign).der).toEqual(der);
  expect(parseCertificate(Buffer.from(der)).der).toEqual(der);
});
