import { node } from '@tlsmith/crypto/node';
import { crossSign, issue, makeAuthority } from '@tlsmith/testkit/node';
import { compute } from '@tlsmith/types';
import { expect, test } from 'vitest';
import { trustAnchors } from './anchor.ts';
import { checkRules } from './check-rule.ts';
import { type ChainExplanation, type ExplainedCertificate, explain } from './explain-chain.ts';
import type { ChainRequest } from './verify.ts';

const at = Date.UTC(2026, 6, 1);
const root = makeAuthority({ name: 'Root' });
const between = makeAuthority({ name: 'Between', under: root });
const leaf = issue(between, { subject: 'leaf', dns: ['www.example'] });

function explained(chain: readonly Uint8Array[], more: Partial<ChainRequest> = {}): ChainExplanation {
  const anchors = trustAnchors([root.certificate]);
  const request = { chain, anchors, at, purpose: 'server', name: { dns: 'www.example' } } as const;
  return compute(node, explain({ ...request, ...more }));
}

const outline = ({ subject, passed, issuers }: ExplainedCertificate): string =>
  `${passed ? '' : '!'}${subject}${issuers.length === 0 ? '' : ` < [${issuers.map(outline).join(', ')}]`}`;

test('an accepted chain is one path, each check with its section and sentence', () => {
  const { verified, rejection, leaf: tree, paths, unreadable } = explained(leaf.chain);
  expect(verified?.leaf.der).toEqual(leaf.certificate);
  expect(rejection).toBeUndefined();
  expect(outline(tree)).toBe('CN=leaf < [CN=Between < [CN=Root]]');
  expect(paths).toEqual([
    { accepted: true, subjects: ['CN=leaf', 'CN=Between', 'CN=Root'], failure: undefined },
  ]);
  expect(unreadable).toEqual([]);
  expect(tree.checks.map(({ check }) => check)).toEqual([
    'critical-extensions',
    'validity',
    'purpose',
    'key',
    'name',
    'profile',
  ]);
  expect(tree.checks[1]).toEqual({
    check: 'validity',
    passed: true,
    section: 'RFC 5280 §4.1.2.5',
    sentence: 'The time of verification lies between notBefore and notAfter.',
    facts: {},
  });
});

test('of many paths each stands in the tree, and the most useful failure is the reason', () => {
  const expired = crossSign(between, root, { name: 'Between', notAfter: at - 1000 });
  const other = makeAuthority({ name: 'Other Root' });
  const crossed = crossSign(between, other, { name: 'Between' });
  const {
    leaf: tree,
    paths,
    rejection,
  } = explained([leaf.certificate, expired.certificate, crossed.certificate]);
  expect(outline(tree)).toBe('CN=leaf < [!CN=Between, !CN=Between]');
  expect(paths.map(({ accepted, failure }) => [accepted, failure?.code])).toEqual([
    [false, 'expired'],
    [false, 'unknown-issuer'],
  ]);
  expect(rejection).toMatchObject({ code: 'expired', section: 'RFC 5280 §4.1.2.5' });
  expect(rejection?.browser).toContain('the certificate of CN=Between expired on 2026-06-30');
});

test('a path that is tried again from another side keeps its own place', () => {
  const first = makeAuthority({ name: 'A', under: root });
  const second = makeAuthority({ name: 'B', under: first });
  const back = crossSign(first, second, { name: 'A' });
  const bottom = issue(second, { subject: 'leaf', dns: ['www.example'] });
  const { leaf: tree, paths } = explained([bottom.certificate, second.certificate, back.certificate]);
  expect(outline(tree)).toBe('CN=leaf < [CN=B < [!CN=A]]');
  expect(paths).toHaveLength(1);
});

test('all faults of a leaf are told at once', () => {
  const { leaf: tree, rejection } = explained(leaf.chain, {
    name: { dns: 'other.example' },
    purpose: 'server',
    at: 0,
  });
  expect(tree.checks.filter(({ passed }) => !passed).map(({ code }) => code)).toEqual([
    'not-yet-valid',
    'wrong-name',
  ]);
  expect(rejection?.code).toBe('not-yet-valid');
});

test('what cannot be read has a place too: intermediates beside the tree, a leaf as all there is', () => {
  const broken = between.certificate.subarray(0, -1);
  const { unreadable, verified } = explained([leaf.certificate, broken, between.certificate]);
  expect(verified).toBeDefined();
  expect(unreadable.map(({ checks }) => checks.map(({ check, code }) => [check, code]))).toEqual([
    [['form', 'malformed']],
  ]);
  const { leaf: tree, rejection, paths } = explained([broken]);
  expect(tree).toMatchObject({ subject: undefined, passed: false, issuers: [] });
  expect(rejection).toMatchObject({ code: 'malformed', facts: { path: '', at: 4 } });
  expect(paths).toHaveLength(1);
});

test('a search that the budget ends has no accepted path', () => {
  const { paths, rejection } = explained(leaf.chain, { budget: { steps: 2 } });
  expect(rejection?.code).toBe('budget-exceeded');
  expect(paths.every(({ accepted }) => !accepted)).toBe(true);
});

test('of a client the words are about a client', () => {
  expect(explained(leaf.chain, { purpose: 'client', name: { dns: 'x.example' } }).rejection?.browser).toBe(
    'This client is not let in: the certificate is not for x.example, only for www.example.',
  );
});

test('every check has a section and one sentence', () => {
  for (const { section, sentence } of Object.values(checkRules)) {
    expect(section).toMatch(/^RFC \d+ §[\d.]+$/);
    expect(sentence).toMatch(/^[A-Z][^.]*\.?[^.]*\.$/);
  }
});
