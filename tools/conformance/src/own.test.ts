import { node } from '@tlsmith/crypto/node';
import { issue, makeAuthority } from '@tlsmith/testkit/node';
import { expect, test } from 'vitest';
import { type LimboCase, runCase } from './limbo.ts';
import { scoreLine, scoreOf, summaryOf } from './score.ts';
import { absence, sharedFile } from '@tlsmith/testkit/node';

const root = makeAuthority({ name: 'Root' });
const between = makeAuthority({ name: 'Between', under: root, pathLength: 0 });

function own(id: string, changes: Partial<LimboCase> = {}): LimboCase {
  const leaf = issue(between, {
    subject: 'a.example',
    dns: ['a.example'],
    eku: ['server'],
    email: ['m@a.example'],
  });
  return {
    id,
    features: [],
    description: '',
    validation_kind: 'SERVER',
    trusted_certs: [root.certificatePem],
    untrusted_intermediates: [between.certificatePem],
    peer_certificate: leaf.certificatePem,
    crls: [],
    validation_time: '2026-07-01T00:00:00Z',
    extended_key_usage: [],
    expected_result: 'SUCCESS',
    expected_peer_name: { kind: 'DNS', value: 'a.example' },
    expected_peer_names: [],
    max_chain_depth: null,
    ...changes,
  };
}

const run = (of: LimboCase) => runCase(of, { provider: node, profile: 'by-namespace', now: 0 });
const all = (cases: readonly LimboCase[]) => Promise.all(cases.map(run));

test('own chains are scored as the published ones are, so that a run without their data says something', async () => {
  const results = await all([
    own('own::plain'),
    own('webpki::plain'),
    own('rfc5280::plain'),
    own('own::email', { expected_peer_names: [{ kind: 'RFC822', value: 'm@a.example' }] }),
    own('own::other-name', {
      expected_peer_name: { kind: 'DNS', value: 'b.example' },
      expected_result: 'FAILURE',
    }),
    own('own::other-email', {
      expected_peer_names: [{ kind: 'RFC822', value: 'x@a.example' }],
      expected_result: 'FAILURE',
    }),
    own('own::address', {
      expected_peer_name: { kind: 'IP', value: '192.0.2.1' },
      expected_result: 'FAILURE',
    }),
    own('own::no-intermediate', { untrusted_intermediates: [], expected_result: 'FAILURE' }),
    own('own::too-deep', { max_chain_depth: 0, expected_result: 'FAILURE' }),
    own('own::late', { validation_time: '2060-01-01T00:00:00Z', expected_result: 'FAILURE' }),
    own('own::early', { validation_time: null, expected_result: 'FAILURE' }),
    own('own::client', { validation_kind: 'CLIENT', expected_result: 'FAILURE' }),
    own('own::malformed-root', {
      trusted_certs: ['-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n'],
      expected_result: 'FAILURE',
    }),
  ]);
  expect(scoreLine('own', results)).toBe(
    'own: 13 cases, right 13, false accept 0, false reject 0, skipped 0',
  );
});

test('a wrong verdict is counted by its kind, and told with its reason', async () => {
  const results = await all([
    own('own::a', { expected_result: 'FAILURE' }),
    own('own::b', { untrusted_intermediates: [] }),
  ]);
  expect(scoreOf(results)).toEqual({ right: 0, 'false accept': 1, 'false reject': 1, skipped: 0 });
  expect(summaryOf('own', results)).toEqual({
    suite: 'own',
    total: 2,
    right: 0,
    falseAccept: 1,
    falseReject: 1,
    skipped: 0,
    wrong: [
      { id: 'own::a', expected: 'reject', got: 'accept', reason: 'accepted' },
      {
        id: 'own::b',
        expected: 'accept',
        got: 'reject',
        reason: 'unknown-issuer {"certificate":"CN=a.example","issuer":"CN=Between"}',
      },
    ],
  });
});

test('what is absent is left out and said', () => {
  expect(sharedFile('no/such/file')).toBeUndefined();
  expect(absence('x', 'no/such/file')).toMatch(/^left out: x, since .*no\/such\/file is absent$/);
});
