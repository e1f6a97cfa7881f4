import { node } from '@tlsmith/crypto/node';
import {
  accessDescriptions,
  crlDistributionPoints,
  der,
  explicit,
  integer,
  oid,
  sequence,
  set,
} from '@tlsmith/testkit';
import {
  type Authority,
  type CrlInput,
  issue,
  makeAuthority,
  makeCrl,
  makeOcspResponse,
  ocspError,
} from '@tlsmith/testkit/node';
import { cryptoAnswer, drive, isCertificateRejected, toHex } from '@tlsmith/types';
import { expect, test } from 'vitest';
import { trustAnchor } from '../anchor.ts';
import type { Fetchable, FetchAsk } from '../fetch.ts';
import { type FetchingChainRequest, type VerifiedChain, verifyChain } from '../verify.ts';

const at = Date.UTC(2026, 6, 1);
const url = (path: string) => `http://pki.example/${path}`;
const root = makeAuthority({ name: 'Root' });
const pointing = (name: string) => [
  accessDescriptions({ ocsp: [url(`${name}.ocsp`)], caIssuers: [url(`${name}.cer`)] }),
  crlDistributionPoints([{ names: { uri: [url(`${name}.crl`)] } }]),
];
const between = makeAuthority({ name: 'Between', under: root, extensions: pointing('root') });
const leaf = issue(between, { subject: 'a.example', serial: 77, extensions: pointing('between') });

const good = (authority: Authority, about: Uint8Array) =>
  makeOcspResponse(authority, { responses: [{ about }] });
const everything: Readonly<Record<string, Uint8Array>> = {
  'between.cer': between.certificate,
  'between.ocsp': good(between, leaf.certificate),
  'root.ocsp': good(root, between.certificate),
  'between.crl': makeCrl(between),
  'root.crl': makeCrl(root),
};

interface Run {
  readonly outcome: string;
  /** What was asked for, in order. */
  readonly asked: readonly string[];
}

function run(
  fetch: readonly Fetchable[],
  served: Readonly<Record<string, Uint8Array>>,
  more: Partial<FetchingChainRequest> = {},
): Run {
  const asked: string[] = [];
  const answer = (ask: FetchAsk) => {
    const file = ask.url.replace(url(''), '');
    asked.push(`${ask.what} ${file}`);
    return served[file];
  };
  const crypto = cryptoAnswer(node);
  const work = verifyChain({
    chain: leaf.chain,
    anchors: [trustAnchor(root.certificate)],
    at,
    purpose: 'server',
    revocation: { mode: 'hard' },
    fetch,
    ...more,
  });
  try {
    const { statuses } = drive(work, (ask) =>
      ask.ask === 'fetch' ? answer(ask) : crypto(ask),
    ) as VerifiedChain;
    return {
      outcome: statuses.map((one) => (one.status === 'good' ? one.source : one.status)).join(),
      asked,
    };
  } catch (error) {
    if (!isCertificateRejected(error)) throw error;
    return { outcome: error.code, asked };
  }
}

test('nothing is fetched that the caller does not allow', () => {
  expect(run([], everything)).toEqual({ outcome: 'revocation-unknown', asked: [] });
  // A path whose status is unknown is none, so that others are looked for: by issuers, and not by CRLs.
  expect(run(['issuer'], everything)).toEqual({
    outcome: 'revocation-unknown',
    asked: ['issuer root.cer', 'issuer between.cer'],
  });
});

test('responders are asked from the top, CRLs only where they know nothing (RFC 5019 §3.1)', () => {
  expect(run(['ocsp', 'crl'], everything)).toEqual({
    outcome: 'ocsp,ocsp',
    asked: ['ocsp root.ocsp', 'ocsp between.ocsp'],
  });
  expect(run(['ocsp', 'crl'], { ...everything, 'root.ocsp': ocspError(3) })).toEqual({
    outcome: 'ocsp,crl',
    asked: ['ocsp root.ocsp', 'crl root.crl', 'ocsp between.ocsp'],
  });
  expect(run(['crl'], everything)).toEqual({
    outcome: 'crl,crl',
    asked: ['crl root.crl', 'crl between.crl'],
  });
});

test('what is at hand is not fetched', () => {
  const revocation = { mode: 'hard', stapled: [good(between, leaf.certificate)] } as const;
  expect(run(['ocsp', 'crl'], everything, { revocation })).toEqual({
    outcome: 'stapled,ocsp',
    asked: ['ocsp root.ocsp'],
  });
  const bare = { chain: leaf.chain, anchors: [trustAnchor(root.certificate)] };
  expect(
    run(['ocsp', 'crl'], everything, { ...bare, revocation: { mode: 'soft', scope: 'leaf' } }).asked,
  ).toEqual(['ocsp between.ocsp']);
});

test.each<[string, Readonly<Record<string, Uint8Array>>, string]>([
  ['nothing', {}, 'revocation-unknown'],
  ['rubbish', { 'root.ocsp': Uint8Array.of(1), 'root.crl': Uint8Array.of(2) }, 'revocation-unknown'],
  [
    'what is out of date',
    {
      ...everything,
      'between.ocsp': ocspError(6),
      'between.crl': makeCrl(between, { nextUpdate: at - 86_400_000 }),
    },
    'revocation-unknown',
  ],
  ['a revocation', { ...everything, 'between.crl': revoking(), 'between.ocsp': ocspError(6) }, 'revoked'],
])('a network that serves %s', (_, served, expected) => {
  expect(run(['ocsp', 'crl'], served).outcome).toBe(expected);
});

function revoking(input: CrlInput = {}): Uint8Array {
  return makeCrl(between, { revoked: [{ serial: 77 }], ...input });
}

test('a delta CRL is fetched where freshestCRL says (RFC 5280 §4.2.1.15)', () => {
  const fresh = issue(between, {
    subject: 'a.example',
    serial: 77,
    extensions: [
      crlDistributionPoints([{ names: { uri: [url('base.crl')] } }]),
      crlDistributionPoints([{ names: { uri: [url('delta.crl')] } }], '2.5.29.46'),
    ],
  });
  const served = {
    'base.crl': makeCrl(between, { number: 4 }),
    'delta.crl': revoking({ number: 5, base: 4 }),
  };
  const revocation = { mode: 'hard', scope: 'leaf' } as const;
  expect(run(['crl'], served, { chain: fresh.chain, revocation })).toEqual({
    outcome: 'revoked',
    asked: ['crl base.crl', 'crl delta.crl'],
  });
  const base = { 'base.crl': served['base.crl'] };
  expect(run(['crl'], base, { chain: fresh.chain, revocation }).outcome).toBe('crl');
});

test('an issuer that the peer left out is fetched, in DER or as CMS (RFC 5280 §4.2.2.1)', () => {
  const chain = [leaf.certificate];
  const found = { revocation: { mode: 'soft' }, chain } as const;
  expect(run(['issuer'], everything, found)).toEqual({
    outcome: 'unknown,unknown',
    asked: ['issuer between.cer'],
  });
  const bundle = certsOnly([leaf.certificate, between.certificate, between.certificate]);
  expect(run(['issuer'], { 'between.cer': bundle }, found).outcome).toBe('unknown,unknown');
  for (const useless of [new Uint8Array(0), Uint8Array.of(0x30, 0), root.certificate, bundle.subarray(1)]) {
    expect(run(['issuer'], { 'between.cer': useless }, found).outcome).toBe('unknown-issuer');
  }
  expect(run(['ocsp'], everything, found)).toEqual({ outcome: 'unknown-issuer', asked: [] });
});

/** SignedData without signers (RFC 5652 §5.1), as `application/pkcs7-mime; smime-type=certs-only`. */
function certsOnly(certificates: readonly Uint8Array[]): Uint8Array {
  const data = sequence(oid('1.2.840.113549.1.7.1'));
  const signed = sequence(integer(1), set(), data, der(0xa0, ...certificates), set());
  return sequence(oid('1.2.840.113549.1.7.2'), explicit(0, signed));
}

test('an issuer that is at hand, or that could not be it, is not fetched', () => {
  expect(run(['issuer'], everything, { revocation: { mode: 'soft' } }).asked).toEqual([]);
  const stranger = makeAuthority({ name: 'Stranger', extensions: pointing('stranger') });
  const { chain } = issue(stranger, { subject: 'a.example' });
  expect(run(['issuer'], {}, { chain: [...chain, stranger.certificate] }).asked).toEqual([]);
});

test('fetches are counted: a chain cannot send the verifier everywhere', () => {
  const many = Array.from({ length: 40 }, (_, i) => url(`${i}.cer`));
  const { chain } = issue(between, { subject: 'a', extensions: [accessDescriptions({ caIssuers: many })] });
  const lone = { chain: chain.slice(0, 1) };
  expect(run(['issuer'], {}, lone)).toMatchObject({ outcome: 'unknown-issuer' });
  expect(run(['issuer'], {}, lone).asked).toHaveLength(16);
  expect(run(['issuer'], {}, { ...lone, budget: { fetches: 3 } }).asked).toHaveLength(3);
});

test('other schemes than http and https are never asked for', () => {
  const urls = [
    'ldap://pki.example/cn=x',
    'ftp://pki.example/x',
    'file:///etc/passwd',
    'javascript:0',
    'HTTPS://pki.example/y',
  ];
  const { chain } = issue(between, { subject: 'a', extensions: [accessDescriptions({ caIssuers: urls })] });
  expect(run(['issuer'], {}, { chain: chain.slice(0, 1) }).asked).toEqual(['issuer HTTPS://pki.example/y']);
});

test.each([
  ['none', 'ocsp', 'ocsp', 'ocsp'],
  ['offered', 'ocsp', 'ocsp', 'revocation-unknown'],
  ['required', 'revocation-unknown', 'ocsp', 'revocation-unknown'],
] as const)('a nonce that is %s', (nonce, without, repeated, wrong) => {
  const nonces: string[] = [];
  const crypto = cryptoAnswer(node);
  const outcome = (change: ((value: Uint8Array) => Uint8Array) | undefined): string => {
    const work = verifyChain({
      chain: leaf.chain,
      anchors: [trustAnchor(root.certificate)],
      at,
      purpose: 'server',
      revocation: { mode: 'hard', scope: 'leaf', nonce },
      fetch: ['ocsp'],
    });
    try {
      const { statuses } = drive(work, (ask) => {
        if (ask.ask !== 'fetch') return crypto(ask);
        const value = (ask.request as Uint8Array).slice(-34);
        nonces.push(toHex(value));
        const extensions =
          change === undefined
            ? []
            : [{ oid: '1.3.6.1.5.5.7.48.1.2', critical: false, value: change(value) }];
        const responses = [{ about: leaf.certificate }];
        return makeOcspResponse(between, { responses, ...(extensions.length === 0 ? {} : { extensions }) });
      }) as VerifiedChain;
      return statuses.map((one) => (one.status === 'good' ? one.source : one.status)).join();
    } catch (error) {
      if (!isCertificateRejected(error)) throw error;
      return error.code;
    }
  };
  expect(outcome(undefined)).toBe(without);
  expect(outcome((value) => value)).toBe(repeated);
  expect(outcome((value) => value.map((octet, i) => (i === 33 ? octet ^ 1 : octet)))).toBe(wrong);
  expect(nonces.map((value) => value.startsWith('0420'))).toEqual(Array(3).fill(nonce !== 'none'));
  expect(new Set(nonces).size).toBe(nonce === 'none' ? 1 : 3);
});
