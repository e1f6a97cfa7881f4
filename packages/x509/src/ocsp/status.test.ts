import { node } from '@tlsmith/crypto/node';
import {
  accessDescriptions,
  crlDistributionPoints,
  issuingDistributionPoint,
  nameConstraints,
  nothing,
  ocspNoCheck,
  octetString,
  unknownExtension,
} from '@tlsmith/testkit';
import {
  type Authority,
  type CertificateInput,
  issue,
  makeAuthority,
  makeCrl,
  makeOcspResponse,
  type OcspInput,
  ocspError,
  type SingleInput,
} from '@tlsmith/testkit/node';
import { compute, isCertificateRejected } from '@tlsmith/types';
import { expect, test } from 'vitest';
import { trustAnchor } from '../anchor.ts';
import { parseCertificate } from '../certificate.ts';
import { parseCrl } from '../crl/crl.ts';
import { describeName } from '../name.ts';
import { oids } from '../oids.ts';
import type { CertificateStatus } from '../revocation/status.ts';
import { verifyChain } from '../verify.ts';
import { checkOcspResponse } from './check.ts';

const at = Date.UTC(2026, 6, 1);
const day = 86_400_000;
const root = makeAuthority({ name: 'Root' });
const leaf = issue(root, { subject: 'a.example', dns: ['a.example'], serial: 77 });

const said = (single: Partial<SingleInput> = {}, input: Partial<OcspInput> = {}, by: Authority = root) =>
  makeOcspResponse(by, { responses: [{ about: leaf.certificate, ...single }], ...input });
const check = (
  response: Uint8Array,
  more: { nonce?: Uint8Array; tolerance?: number; maximumAge?: number } = {},
) =>
  compute(
    node,
    checkOcspResponse({ response, certificate: leaf.certificate, issuer: root.certificate, at, ...more }),
  );
const brief = (status: CertificateStatus): string =>
  status.status === 'unknown'
    ? status.problems.map(({ problem }) => problem).join()
    : status.status === 'revoked'
      ? `revoked: ${status.reason ?? 'no reason'}`
      : status.status;

test('a response says good, with its period (RFC 6960 §2.2)', () => {
  const period = { thisUpdate: Date.UTC(2026, 0, 1), nextUpdate: Date.UTC(2049, 11, 31) };
  expect(check(said())).toEqual({ status: 'good', source: 'ocsp', ...period });
  const revokedAt = Date.UTC(2026, 3, 4);
  expect(check(said({ status: { revokedAt, reason: 4 } }))).toEqual({
    status: 'revoked',
    source: 'ocsp',
    revokedAt,
    reason: 'superseded',
  });
});

const nonce = Uint8Array.from({ length: 16 }, (_, i) => i);
const repeating = (bytes: Uint8Array) => [
  { oid: oids.ocspNonce, critical: false, value: octetString(bytes) },
];

test.each<[string, Uint8Array, string]>([
  ['the signer by its key', said({}, { by: 'key' }), 'good'],
  ['SHA-256 in the identifier', said({ hash: 'sha256' }), 'good'],
  ['SHA-384 in the identifier', said({ hash: 'sha384' }), 'good'],
  ['SHA-512 in the identifier', said({ hash: 'sha512' }), 'good'],
  ['unknown', said({ status: 'unknown' }), 'says-unknown'],
  ['revoked without a reason', said({ status: { revokedAt: 0 } }), 'revoked: no reason'],
  ['on hold', said({ status: { revokedAt: 0, reason: 6 } }), 'revoked: certificateHold'],
  [
    'another serial number',
    said({ about: issue(root, { subject: 'a', serial: 78 }).certificate }),
    'about-another-certificate',
  ],
  [
    'another issuer with that serial number',
    said({}, {}, makeAuthority({ name: 'Root' })),
    'about-another-certificate',
  ],
  ['try later', ocspError(3), 'no-answer'],
  ['something that is no response', Uint8Array.of(0x30, 0), 'malformed'],
  ['a broken signature', said({}, { breakSignature: true }), 'bad-signature'],
  ['a signature with SHA-1', said({}, { signatureHash: 'sha1' }), 'bad-signature'],
  ['yesterday', said({ nextUpdate: at - day }), 'stale'],
  ['the very end of its period', said({ nextUpdate: at }), 'good'],
  ['the end within the tolerance', said({ nextUpdate: at - 299_000 }), 'good'],
  ['tomorrow', said({ thisUpdate: at + day }), 'not-yet-valid'],
  ['a signature from tomorrow', said({}, { producedAt: at + day }), 'not-yet-valid'],
  ['no nextUpdate, and new', said({ thisUpdate: at - day / 2, nextUpdate: 'none' }), 'good'],
  ['no nextUpdate, and old', said({ thisUpdate: at - 2 * day, nextUpdate: 'none' }), 'stale'],
  [
    'an unknown critical extension',
    said({}, { extensions: [unknownExtension(true)] }),
    'unknown-critical-extension',
  ],
  ['one about the certificate', said({ extensions: [unknownExtension(true)] }), 'unknown-critical-extension'],
  [
    'an unknown extension',
    said({ extensions: [unknownExtension(false)] }, { extensions: [unknownExtension(false)] }),
    'good',
  ],
  ['a nonce that nobody asked for (RFC 5019 §4)', said({}, { extensions: repeating(nonce) }), 'good'],
])('a response with %s', (_, response, expected) => {
  expect(brief(check(response))).toBe(expected);
});

test('of several statements about one certificate a revocation counts, else the newest that is current', () => {
  const about = leaf.certificate;
  const several = (...responses: readonly Partial<SingleInput>[]) =>
    brief(check(makeOcspResponse(root, { responses: responses.map((one) => ({ about, ...one })) })));
  expect(several({}, { status: { revokedAt: 0 }, thisUpdate: at - 9 * day })).toBe('revoked: no reason');
  expect(several({ status: 'unknown', thisUpdate: at - 9 * day }, { thisUpdate: at - day })).toBe('good');
  expect(several({ status: 'unknown', thisUpdate: at - day }, { thisUpdate: at - 9 * day })).toBe(
    'says-unknown',
  );
  expect(several({ nextUpdate: at - day }, { thisUpdate: at - day })).toBe('good');
  expect(several({ nextUpdate: at - day, status: { revokedAt: 0 } }, {})).toBe('good');
});

test('a nonce that was sent comes back, the same (RFC 6960 §4.4.1)', () => {
  const other = nonce.map((octet) => octet ^ 1);
  expect(brief(check(said({}, { extensions: repeating(nonce) }), { nonce }))).toBe('good');
  expect(brief(check(said({}, { extensions: repeating(other) }), { nonce }))).toBe('wrong-nonce');
  expect(brief(check(said(), { nonce }))).toBe('wrong-nonce');
});

test('tolerance and age are the caller’s to choose', () => {
  const [late, ageless] = [
    said({ nextUpdate: at - 1000 }),
    said({ thisUpdate: at - 3000, nextUpdate: 'none' }),
  ];
  expect(brief(check(late, { tolerance: 0 }))).toBe('stale');
  expect(brief(check(ageless, { maximumAge: 2000, tolerance: 0 }))).toBe('stale');
  expect(brief(check(ageless, { maximumAge: 3000, tolerance: 0 }))).toBe('good');
});

const delegate = (input: Partial<CertificateInput> = {}, by: Authority = root) => {
  const subject = 'Responder';
  const issued = issue(by, { subject, eku: ['ocsp'], extensions: [ocspNoCheck], ...input });
  return { ...issued, name: nameOf(issued.certificate) };
};
const nameOf = (der: Uint8Array) => parseCertificate(der).subject.der;
const between = makeAuthority({ name: 'Between', under: root });

test.each<[string, ReturnType<typeof delegate>, string, Partial<OcspInput>?]>([
  ['whom the issuer appointed', delegate(), 'good'],
  ['by its key', delegate(), 'good', { by: 'key' }],
  ['without nocheck, and without a way to check', delegate({ extensions: [] }), 'good'],
  ['without OCSPSigning', delegate({ eku: ['server'] }), 'signer-not-authorized'],
  ['for any purpose', delegate({ eku: ['any'] }), 'signer-not-authorized'],
  ['for no purpose', delegate({ eku: [] }), 'signer-not-authorized'],
  ['whose key is not for signatures', delegate({ keyUsage: ['keyAgreement'] }), 'signer-not-authorized'],
  ['without key usage', delegate({ keyUsage: [] }), 'good'],
  ['whose certificate has expired', delegate({ notAfter: at - day }), 'signer-not-authorized'],
  ['with an unknown critical extension', delegate({ criticalUnknown: true }), 'signer-not-authorized'],
  ['with a weak key', delegate({ keyType: 'rsa-1024' }), 'signer-not-authorized'],
  ['whose certificate is forged', delegate({ breakSignature: true }), 'signer-not-authorized'],
  [
    'below an authority that the issuer certified (RFC 6960 §4.2.2.2)',
    delegate({}, between),
    'signer-not-authorized',
  ],
  ['of an issuer with the same name', delegate({}, makeAuthority({ name: 'Root' })), 'signer-not-authorized'],
  ['whose certificate is not sent along', delegate(), 'signer-unknown', { certificates: [] }],
  [
    'whose certificate comes with others',
    delegate(),
    'good',
    { certificates: [Uint8Array.of(0x30, 0), leaf.certificate] },
  ],
  ['whose signature is broken', delegate(), 'bad-signature', { breakSignature: true }],
])('a responder %s', (_, responder, expected, more = {}) => {
  const others = more.certificates ?? [];
  const certificates =
    expected === 'good' && others.length > 0 ? [...others, responder.certificate] : undefined;
  const input = { ...more, ...(certificates === undefined ? {} : { certificates }) };
  expect(brief(check(said({}, { responder, ...input })))).toBe(expected);
  expect(describeName(parseCertificate(responder.certificate).subject)).toBe('CN=Responder');
});

test('name constraints of the issuer hold for its responders too', () => {
  const bound = makeAuthority({
    name: 'Bound',
    under: root,
    nameConstraints: { permitted: { directory: [[['O', 'Example']]] } },
  });
  const member = issue(bound, { subject: [['O', 'Example']], serial: 5 });
  const respond = (subject: CertificateInput['subject']) => {
    const responder = delegate({ subject }, bound);
    const response = makeOcspResponse(bound, { responses: [{ about: member.certificate }], responder });
    const issuer = trustAnchor(bound.certificate);
    return brief(compute(node, checkOcspResponse({ response, certificate: member.certificate, issuer, at })));
  };
  expect(
    respond([
      ['O', 'Example'],
      ['CN', 'Responder'],
    ]),
  ).toBe('good');
  expect(respond('Responder')).toBe('signer-not-authorized');
  expect(nameConstraints({}).critical).toBe(true);
});

function withResponder(
  extensions: CertificateInput['extensions'],
  crls: readonly Uint8Array[],
  mode: 'soft' | 'hard',
) {
  const responder = delegate({ extensions: extensions ?? [], serial: 500 });
  try {
    const { statuses } = compute(
      node,
      verifyChain({
        chain: leaf.chain,
        anchors: [trustAnchor(root.certificate)],
        at,
        purpose: 'server',
        revocation: { mode, ocsp: [said({}, { responder })], crls: crls.map(parseCrl) },
      }),
    );
    return statuses.map(brief).join();
  } catch (error) {
    if (!isCertificateRejected(error)) throw error;
    return error.code;
  }
}

test('a responder that its issuer wants checked is checked, by CRLs (RFC 6960 §4.2.2.2.1)', () => {
  const uri = { names: { uri: ['http://crl.example/'] } };
  const told = [crlDistributionPoints([uri])];
  // About the responder alone: the leaf has no such distribution point.
  const listed = (serial: number) =>
    makeCrl(root, { revoked: [{ serial }], extensions: [issuingDistributionPoint(uri)] });
  expect(withResponder(told, [], 'hard')).toBe('revocation-unknown');
  expect(withResponder(told, [], 'soft')).toBe('good');
  expect(withResponder(told, [listed(1)], 'hard')).toBe('good');
  expect(withResponder(told, [listed(500)], 'hard')).toBe('revocation-unknown');
  expect(withResponder(told, [listed(500)], 'soft')).toBe('signer-not-authorized');
  expect(withResponder([accessDescriptions({ ocsp: ['http://ocsp.example/'] })], [], 'hard')).toBe(
    'revocation-unknown',
  );
  expect(withResponder([{ ...ocspNoCheck, critical: true, value: nothing }], [], 'hard')).toBe('good');
});
