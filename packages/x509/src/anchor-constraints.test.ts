import { node } from '@tlsmith/crypto/node';
import { issue, makeAuthority, selfSigned } from '@tlsmith/testkit/node';
import { compute, isCertificateRejected } from '@tlsmith/types';
import { expect, test } from 'vitest';
import { type AnchorConstraints, type TrustAnchor, trustAnchor } from './anchor.ts';
import { constrainedAnchor } from './anchor-constraints.ts';
import type { GeneralName } from './general-name.ts';
import { type ChainRequest, verifyChain } from './verify.ts';

const at = Date.UTC(2026, 6, 1);
const issued = Date.UTC(2026, 0, 1);
const root = makeAuthority({ name: 'Root', nameConstraints: { permitted: { dns: ['example'] } } });
const between = makeAuthority({ name: 'Between', under: root });
const leaf = issue(between, { subject: 'leaf', dns: ['www.a.example'], notBefore: issued });
const dns = (value: string): GeneralName => ({ form: 'dNSName', value });

function outcome(anchors: readonly TrustAnchor[], more: Partial<ChainRequest> = {}): string {
  try {
    compute(node, verifyChain({ chain: leaf.chain, anchors, at, purpose: 'server', ...more }));
    return 'accepted';
  } catch (error) {
    if (!isCertificateRejected(error)) throw error;
    return error.code;
  }
}

test.each<[AnchorConstraints, string]>([
  [{}, 'accepted'],
  [{ purposes: ['server', 'client'] }, 'accepted'],
  [{ purposes: ['client'] }, 'wrong-purpose'],
  [{ purposes: [] }, 'wrong-purpose'],
  [{ distrustAfter: issued }, 'accepted'],
  [{ distrustAfter: issued - 1000 }, 'distrusted-authority'],
  [{ nameConstraints: { permitted: [dns('a.example')], excluded: [] } }, 'accepted'],
  [{ nameConstraints: { permitted: [dns('b.example')], excluded: [] } }, 'name-constraint-violated'],
  [{ nameConstraints: { permitted: [], excluded: [dns('www.a.example')] } }, 'name-constraint-violated'],
  [{ nameConstraints: { permitted: [dns('*.a')], excluded: [] } }, 'malformed-name-constraint'],
])('a trust anchor with %j: %s', (constraints, expected) => {
  expect(outcome([constrainedAnchor(trustAnchor(root.certificate), constraints)])).toBe(expected);
});

test('the certificate of an anchor keeps its own name constraints', () => {
  const wide = constrainedAnchor(trustAnchor(root.certificate), {
    nameConstraints: { permitted: [dns('')], excluded: [] },
  });
  const outside = issue(between, { subject: 'leaf', dns: ['www.other'] });
  expect(outcome([wide], { chain: outside.chain })).toBe('name-constraint-violated');
});

test('another anchor of the same name and key may still vouch', () => {
  const anchor = trustAnchor(root.certificate);
  expect(outcome([constrainedAnchor(anchor, { distrustAfter: 0 }), anchor])).toBe('accepted');
});

test('a single leaf can be trusted, and only for itself', () => {
  const own = selfSigned({ subject: 'own', dns: ['own.example'] });
  const anchors = [trustAnchor(own.certificate)];
  expect(outcome(anchors, { chain: own.chain, name: { dns: 'own.example' } })).toBe('accepted');
  expect(outcome(anchors, { chain: own.chain, name: { dns: 'other.example' } })).toBe('wrong-name');
  expect(outcome(anchors, { chain: own.chain, at: Date.UTC(2060, 0, 1) })).toBe('expired');
  expect(outcome(anchors)).toBe('unknown-issuer');
  const forged = selfSigned({ subject: 'own', dns: ['own.example'] });
  expect(outcome(anchors, { chain: forged.chain })).not.toBe('accepted');
});

test('a leaf of a private authority can be trusted without the authority', () => {
  const anchors = [trustAnchor(leaf.certificate)];
  expect(outcome(anchors)).toBe('accepted');
  expect(outcome([constrainedAnchor(anchors[0] as TrustAnchor, { purposes: ['client'] })])).toBe(
    'wrong-purpose',
  );
  const sibling = issue(between, { subject: 'leaf', dns: ['www.a.example'] });
  expect(outcome(anchors, { chain: sibling.chain })).toBe('unknown-issuer');
});
