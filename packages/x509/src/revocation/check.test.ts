import { node } from '@tlsmith/crypto/node';
import { crlDistributionPoints, type ExtensionInput, tlsFeature } from '@tlsmith/testkit';
import {
  type Authority,
  type CertificateInput,
  issue,
  makeAuthority,
  makeCrl,
  makeOcspResponse,
  ocspError,
} from '@tlsmith/testkit/node';
import { compute, isCertificateRejected, isTlsMisuse } from '@tlsmith/types';
import { expect, test } from 'vitest';
import { trustAnchor } from '../anchor.ts';
import { parseCertificate } from '../certificate.ts';
import { parseCrl } from '../crl/crl.ts';
import { describeReport } from '../report.ts';
import { reportOf, type VerifiedChain, verifyChain } from '../verify.ts';
import type { Revocation } from './options.ts';
import type { StatusProblem } from './status.ts';

const at = Date.UTC(2026, 6, 1);
const day = 86_400_000;
const root = makeAuthority({ name: 'Root' });
const between = makeAuthority({ name: 'Between', under: root });
const leaf = issue(between, { subject: 'a.example', dns: ['a.example'], serial: 77 });

const stapled = (of: Uint8Array = leaf.certificate, by: Authority = between) =>
  makeOcspResponse(by, { responses: [{ about: of }] });
const revoked = makeOcspResponse(between, {
  responses: [{ about: leaf.certificate, status: { revokedAt: Date.UTC(2026, 1, 2), reason: 1 } }],
});
const ofBetween = stapled(between.certificate, root);

function verified(revocation: Revocation, chain: readonly Uint8Array[] = leaf.chain): VerifiedChain {
  const anchors = [trustAnchor(root.certificate)];
  return compute(node, verifyChain({ chain, anchors, at, purpose: 'server', revocation }));
}

function outcome(revocation: Revocation, chain?: readonly Uint8Array[]): string {
  try {
    const { statuses } = verified(revocation, chain);
    return statuses.map((one) => (one.status === 'good' ? one.source : one.status)).join();
  } catch (error) {
    if (!isCertificateRejected(error)) throw error;
    return `${error.code} (${error.alert})`;
  }
}

test('nothing is known where nobody asked', () => {
  const request = {
    chain: leaf.chain,
    anchors: [trustAnchor(root.certificate)],
    at,
    purpose: 'server',
  } as const;
  expect(compute(node, verifyChain(request)).statuses).toEqual([]);
});

test('whoever asks for revocation decides what an unknown status means', () => {
  expect(() => verified({} as Revocation)).toThrow(
    expect.toSatisfy((error) => isTlsMisuse(error) && error.code === 'no-revocation-mode'),
  );
});

const crl = (by: Authority, serials: readonly number[] = []) =>
  parseCrl(makeCrl(by, serials.length === 0 ? {} : { revoked: serials.map((serial) => ({ serial })) }));

test.each<[string, Revocation, string]>([
  ['hard, with nothing', { mode: 'hard' }, 'revocation-unknown (certificate_unknown)'],
  ['soft, with nothing', { mode: 'soft' }, 'unknown,unknown'],
  ['hard, for the leaf alone', { mode: 'hard', scope: 'leaf', stapled: [stapled()] }, 'stapled'],
  [
    'hard, with less than the chain',
    { mode: 'hard', stapled: [stapled()] },
    'revocation-unknown (certificate_unknown)',
  ],
  [
    'hard, with one for each (RFC 6961 §2.2)',
    { mode: 'hard', stapled: [stapled(), ofBetween] },
    'stapled,stapled',
  ],
  [
    'hard, with some in another order, missing or empty',
    { mode: 'hard', stapled: [undefined, ofBetween, new Uint8Array(0), stapled()] },
    'stapled,stapled',
  ],
  ['hard, from a cache', { mode: 'hard', ocsp: [ofBetween, stapled()] }, 'ocsp,ocsp'],
  ['hard, from CRLs', { mode: 'hard', crls: [crl(root), crl(between)] }, 'crl,crl'],
  ['hard, from several', { mode: 'hard', stapled: [stapled()], crls: [crl(root)] }, 'stapled,crl'],
  ['soft, from what there is', { mode: 'soft', crls: [crl(root)] }, 'unknown,crl'],
  ['soft, revoked', { mode: 'soft', stapled: [revoked] }, 'revoked (certificate_revoked)'],
  [
    'hard, good to one and revoked to another',
    { mode: 'hard', stapled: [stapled(), ofBetween], ocsp: [revoked] },
    'revoked (certificate_revoked)',
  ],
  [
    'hard, good to a responder and on a CRL',
    { mode: 'hard', stapled: [stapled(), ofBetween], crls: [crl(between, [77])] },
    'revoked (certificate_revoked)',
  ],
  [
    'soft, with a response that says unknown',
    {
      mode: 'soft',
      stapled: [makeOcspResponse(between, { responses: [{ about: leaf.certificate, status: 'unknown' }] })],
    },
    'unknown,unknown',
  ],
  ['soft, with rubbish', { mode: 'soft', stapled: [Uint8Array.of(1, 2, 3)] }, 'unknown,unknown'],
  [
    'hard, with rubbish',
    { mode: 'hard', scope: 'leaf', stapled: [Uint8Array.of(1, 2, 3)] },
    'bad-status-response (bad_certificate_status_response)',
  ],
  [
    'hard, with rubbish and a CRL',
    { mode: 'hard', scope: 'leaf', stapled: [ocspError(3)], crls: [crl(between)] },
    'crl',
  ],
  [
    'hard, with a stale response',
    {
      mode: 'hard',
      scope: 'leaf',
      stapled: [
        makeOcspResponse(between, { responses: [{ about: leaf.certificate, nextUpdate: at - day }] }),
      ],
    },
    'revocation-stale (certificate_unknown)',
  ],
  [
    'hard, with somebody else’s response',
    { mode: 'hard', scope: 'leaf', stapled: [ofBetween] },
    'revocation-unknown (certificate_unknown)',
  ],
])('%s', (_, revocation, expected) => {
  expect(outcome(revocation)).toBe(expected);
});

test('a revoked authority revokes all below it, whatever those say', () => {
  const serial = parseCertificate(between.certificate).serialNumber;
  const list = parseCrl(makeCrl(root, { revoked: [{ serial, reason: 2 }] }));
  const revocation: Revocation = { mode: 'soft', stapled: [stapled()], crls: [list] };
  expect(outcome(revocation)).toBe('revoked (certificate_revoked)');
  try {
    verified(revocation);
  } catch (error) {
    if (!isCertificateRejected(error)) throw error;
    expect(error.facts).toMatchObject({
      certificate: 'CN=Between',
      source: 'crl',
      reason: 'cACompromise',
      revokedAt: '2026-01-01T00:00:00Z',
    });
    expect(describeReport(reportOf(error)).at(-1)).toMatch(/^FAIL {4}CN=Between: revocation: revoked /);
  }
});

test('what keeps a status unknown is told', () => {
  const stale = makeOcspResponse(between, { responses: [{ about: leaf.certificate, nextUpdate: at - day }] });
  try {
    verified({
      mode: 'hard',
      scope: 'leaf',
      stapled: [stale],
      crls: [crl(makeAuthority({ name: 'Between' }))],
    });
    expect.unreachable();
  } catch (error) {
    if (!isCertificateRejected(error)) throw error;
    const problems = error.facts['problems'] as readonly StatusProblem[];
    expect(problems.map(({ source, problem }) => [source, problem])).toEqual([
      ['stapled', 'stale'],
      ['crl', 'bad-signature'],
    ]);
  }
});

const promising = (extension: ExtensionInput, more: Partial<CertificateInput> = {}) =>
  issue(between, { subject: 'a.example', serial: 78, extensions: [extension], ...more });
const promised = promising(tlsFeature());
const missing = 'status-response-missing (bad_certificate_status_response)';

test.each<[string, Partial<Revocation>, string]>([
  ['stapled it', { stapled: [stapled(promised.certificate)] }, 'stapled,unknown'],
  ['was not asked', {}, 'unknown,unknown'],
  ['stapled nothing', { stapled: [] }, missing],
  ['stapled nothing, but others know', { stapled: [], ocsp: [stapled(promised.certificate)] }, missing],
  ['stapled another response', { stapled: [stapled()] }, missing],
  ['stapled an error', { stapled: [ocspError(3)] }, missing],
  [
    'stapled “unknown”',
    {
      stapled: [
        makeOcspResponse(between, { responses: [{ about: promised.certificate, status: 'unknown' }] }),
      ],
    },
    missing,
  ],
  [
    'stapled something stale',
    {
      stapled: [
        makeOcspResponse(between, { responses: [{ about: promised.certificate, nextUpdate: at - day }] }),
      ],
    },
    missing,
  ],
  [
    'stapled its revocation',
    {
      stapled: [
        makeOcspResponse(between, { responses: [{ about: promised.certificate, status: { revokedAt: 0 } }] }),
      ],
    },
    'revoked (certificate_revoked)',
  ],
])('a server that promises to staple and %s (RFC 7633 §4.3.3)', (_, revocation, expected) => {
  expect(outcome({ mode: 'soft', ...revocation }, promised.chain)).toBe(expected);
});

test('a promise may be of status_request_v2, critical or of other things (RFC 7633 §4.1)', () => {
  const empty: Revocation = { mode: 'soft', stapled: [] };
  expect(outcome(empty, promising(tlsFeature([17])).chain)).toBe(missing);
  expect(outcome(empty, promising({ ...tlsFeature(), critical: true }).chain)).toBe(missing);
  expect(outcome(empty, promising(tlsFeature([10, 23])).chain)).toBe('unknown,unknown');
  expect(outcome(empty)).toBe('unknown,unknown');
});

test('what an authority promises, those that it certifies promise too (RFC 7633 §4.2.2)', () => {
  const demanding = makeAuthority({ name: 'Demanding', under: root, extensions: [tlsFeature([5, 10])] });
  const below = (features?: readonly number[]) =>
    issue(demanding, {
      subject: 'a.example',
      ...(features === undefined ? {} : { extensions: [tlsFeature(features)] }),
    });
  const verdictOn = (features?: readonly number[]): string => {
    try {
      const { chain } = below(features);
      const anchors = [trustAnchor(root.certificate)];
      return compute(node, verifyChain({ chain, anchors, at, purpose: 'server' })).path.length.toString();
    } catch (error) {
      if (!isCertificateRejected(error)) throw error;
      return `${error.code} ${JSON.stringify(error.facts['missing'])}`;
    }
  };
  expect(verdictOn([10, 5])).toBe('2');
  expect(verdictOn([5, 10, 20])).toBe('2');
  expect(verdictOn([5])).toBe('tls-feature-missing [10]');
  expect(verdictOn()).toBe('tls-feature-missing [5,10]');
});

test('a leaf that is itself a trust anchor has nobody who could revoke it', () => {
  const own = makeAuthority({
    name: 'own.example',
    isCa: false,
    extensions: [crlDistributionPoints([{ names: { uri: ['http://x/'] } }])],
  });
  const anchors = [trustAnchor(own.certificate)];
  const chain = [own.certificate];
  const work = verifyChain({ chain, anchors, at, purpose: 'server', revocation: { mode: 'hard' } });
  expect(compute(node, work).statuses).toEqual([]);
});

test('what a peer staples is paid from the budget: bytes, and the signatures of responders', () => {
  const rubbish = Array.from({ length: 30 }, (_, i) => new Uint8Array(8192).fill(i));
  expect(outcome({ mode: 'soft', stapled: rubbish })).toBe('budget-exceeded (certificate_unknown)');
  expect(outcome({ mode: 'soft', ocsp: rubbish })).toBe('unknown,unknown');
  const responder = { ...issue(between, { subject: 'Responder', eku: ['ocsp'] }), name: between.name };
  const forged = Array.from({ length: 70 }, (_, second) =>
    makeOcspResponse(between, {
      responses: [{ about: leaf.certificate }],
      responder,
      by: 'key',
      breakSignature: true,
      producedAt: at - second * 1000,
    }),
  );
  expect(outcome({ mode: 'soft', stapled: forged })).toBe('budget-exceeded (certificate_unknown)');
});
