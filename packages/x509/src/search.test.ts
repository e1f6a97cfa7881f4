import { node } from '@tlsmith/crypto/node';
import { type Authority, crossSign, makeAuthority, makeKey } from '@tlsmith/testkit/node';
import { expect, test } from 'vitest';
import { trustAnchor, trustAnchors } from './anchor.ts';
import { describeReport } from './report.ts';
import { at, between, host, leafOf, outcome, request, root, tried } from './chains.test-support.ts';

test('intermediates may come in any order, twice, and with others that lead nowhere', () => {
  const lower = makeAuthority({ name: 'Lower', under: between });
  const stranger = makeAuthority({ name: 'Stranger', under: makeAuthority({ name: 'Elsewhere' }) });
  const leaf = leafOf(lower);
  const chain = [
    leaf.certificate,
    stranger.certificate,
    between.certificate,
    leaf.certificate,
    lower.certificate,
    between.certificate,
  ];
  expect(tried(request({ chain }, root)).path).toBe('CN=leaf < CN=Lower < CN=Between < CN=Root');
});

test('a path through an expired cross-signature is left for another (the end of AddTrust)', () => {
  const old = makeAuthority({ name: 'Old Root', notAfter: at - 1000 });
  const fresh = makeAuthority({ name: 'New Root' });
  const crossed = crossSign(fresh, old, { name: 'New Root', notAfter: at - 1000 });
  const middle = makeAuthority({ name: 'Middle', under: fresh });
  const leaf = leafOf(middle);
  const chain = [leaf.certificate, middle.certificate, crossed.certificate];
  const anchors = trustAnchors([old.certificate, fresh.certificate]);
  expect(tried(request({ chain }, root, { anchors })).path).toBe('CN=leaf < CN=Middle < CN=New Root');
  expect(tried(request({ chain }, root, { anchors: [trustAnchor(old.certificate)] })).code).toBe('expired');
});

test('of two cross-signatures the one that leads to a trust anchor is found, whichever comes first', () => {
  const [first, second] = [makeAuthority({ name: 'First' }), makeAuthority({ name: 'Second' })];
  const middle = makeAuthority({ name: 'Middle', under: first });
  const crossed = crossSign(middle, second, { name: 'Middle' });
  const { certificate } = leafOf(middle);
  for (const chain of [
    [certificate, middle.certificate, crossed.certificate],
    [certificate, crossed.certificate, middle.certificate],
  ]) {
    expect(tried(request({ chain }, first)).path).toBe('CN=leaf < CN=Middle < CN=First');
    expect(tried(request({ chain }, second)).path).toBe('CN=leaf < CN=Middle < CN=Second');
  }
});

test('name constraints on one path do not forbid another', () => {
  const top = makeAuthority({ name: 'Top', nameConstraints: { excluded: { dns: [host] } } });
  const middle = makeAuthority({ name: 'Middle', under: top });
  const crossed = crossSign(middle, root, { name: 'Middle' });
  const chain = [leafOf(middle).certificate, middle.certificate, crossed.certificate];
  const anchors = [top, root].map(({ certificate }) => trustAnchor(certificate));
  expect(tried(request({ chain }, root, { anchors })).path).toBe('CN=leaf < CN=Middle < CN=Root');
});

test('authorities that sign for each other end the search, not the program', () => {
  const a = makeAuthority({ name: 'A' });
  const b = crossSign(makeAuthority({ name: 'B' }), a, { name: 'B' });
  const c = crossSign(a, b, { name: 'A' });
  const chain = [leafOf(b).certificate, b.certificate, c.certificate, a.certificate];
  expect(outcome(request({ chain }, root))).toBe('self-signed');
});

test('the most useful failure of all paths is told', () => {
  const stranger = makeAuthority({ name: 'Stranger' });
  const middle = makeAuthority({ name: 'Middle', under: stranger });
  const expired = crossSign(middle, root, { name: 'Middle', notAfter: at - 1000 });
  const chain = [leafOf(middle).certificate, middle.certificate, expired.certificate];
  const { code, facts, report } = tried(request({ chain }, root));
  expect(code).toBe('expired');
  expect(facts).toMatchObject({
    certificate: 'CN=Middle',
    notAfter: '2026-06-30T23:59:59Z',
    at: '2026-07-01T00:00:00Z',
  });
  expect(
    report.filter(({ failure }) => failure !== undefined).map(({ failure }) => failure?.reason.code),
  ).toEqual(['unknown-issuer', 'expired']);
});

test('a report reads like the search', () => {
  const chain = [leafOf(between).certificate, between.certificate];
  const { report } = tried(request({ chain }, root));
  expect(describeReport(report)).toEqual([
    'ok    CN=leaf: critical-extensions, validity, purpose, key, name, profile',
    'ok      CN=Between: authority, path-length, critical-extensions, validity, purpose, key, profile, signature',
    'ok        CN=Root: authority, path-length, critical-extensions, validity, purpose, key, profile, signature, name-constraints, policies',
  ]);
  const failed = describeReport(tried(request({ chain }, makeAuthority({ name: 'Root' }))).report);
  expect(failed.at(-1)).toBe(
    'FAIL      CN=Root: signature: bad-signature {"certificate":"CN=Between","algorithm":"ecdsaWithSHA256"}',
  );
});

test('many keys under one name cost no more signatures than the budget has', () => {
  const many = Array.from({ length: 30 }, () =>
    makeAuthority({ name: 'Many', under: root, omit: ['2.5.29.14'] }),
  );
  const signer = many.at(-1) as Authority;
  const leaf = leafOf(signer, { omit: ['2.5.29.35'] });
  const chain = [leaf.certificate, ...many.map(({ certificate }) => certificate)];
  expect(outcome(request({ chain }, root, { budget: { signatures: 31 } }))).toBe('accepted');
  const { code, facts } = tried(request({ chain }, root, { budget: { signatures: 29 } }));
  expect([code, facts['budget'], facts['limit']]).toEqual(['budget-exceeded', 'signatures', 29]);
});

test('key identifiers say who is tried first', () => {
  const many = Array.from({ length: 30 }, () => makeAuthority({ name: 'Many', under: root }));
  const leaf = leafOf(many.at(-1) as Authority);
  const chain = [leaf.certificate, ...many.map(({ certificate }) => certificate)];
  expect(outcome(request({ chain }, root, { budget: { signatures: 2 } }))).toBe('accepted');
});

test('a signature is verified once, however many paths it is on', () => {
  let verified = 0;
  const counting = {
    ...node,
    verify: (...args: Parameters<typeof node.verify>) => {
      verified++;
      return node.verify(...args);
    },
  };
  const key = makeKey('p256');
  // One name and one key under five roots that are not trusted: five certificates, all good for the leaf.
  const copies = Array.from({ length: 5 }, (_, i) =>
    makeAuthority({ name: 'Copy', key, under: makeAuthority({ name: `R${i}` }) }),
  );
  const leaf = leafOf(copies[0] as Authority);
  const chain = [leaf.certificate, ...copies.map(({ certificate }) => certificate)];
  expect(outcome(request({ chain }, root), counting)).toBe('unknown-issuer');
  expect(verified).toBe(1);
});

test('a chain of 40 authorities ends at the depth that is allowed', () => {
  let last = makeAuthority({ name: 'A0' });
  const all = [last];
  for (let i = 1; i < 40; i++) all.push((last = makeAuthority({ name: `A${i}`, under: last })));
  const chain = [leafOf(last).certificate, ...all.map(({ certificate }) => certificate)];
  expect(outcome(request({ chain }, all[0] as Authority))).toBe('path-too-long');
  expect(outcome(request({ chain }, all[0] as Authority, { maxDepth: 40 }))).toBe('accepted');
});

test('steps are bounded too', () => {
  const copies = Array.from({ length: 50 }, (_, i) => makeAuthority({ name: `R${i}` }));
  const chain = [
    leafOf(between).certificate,
    ...copies.map(({ certificate }) => certificate),
    between.certificate,
  ];
  expect(tried(request({ chain }, root, { budget: { steps: 40 } }))).toMatchObject({
    code: 'budget-exceeded',
    facts: { budget: 'steps' },
  });
  expect(outcome(request({ chain }, root, { budget: { steps: 60 } }))).toBe('accepted');
});

test('an issuer whose key is of another kind than the signature is not asked', () => {
  const other = makeAuthority({ name: 'Root', keyType: 'rsa' });
  const { code, facts } = tried(request(leafOf(root), other));
  expect([code, facts['algorithm'], facts['issuerKey']]).toEqual(['bad-signature', 'ecdsaWithSHA256', 'rsa']);
});
