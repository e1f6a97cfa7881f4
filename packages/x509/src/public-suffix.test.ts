import { node } from '@tlsmith/crypto/node';
import { issue, makeAuthority } from '@tlsmith/testkit/node';
import { compute, isCertificateRejected } from '@tlsmith/types';
import { expect, test } from 'vitest';
import { trustAnchors } from './anchor.ts';
import { publicSuffixes } from './public-suffix.ts';
import { verifyChain } from './verify.ts';

const root = makeAuthority({ name: 'Root' });
const publicSuffix = publicSuffixes('uk\nco.uk\n');

// The names of the leaf, the name asked for, and what comes of it with and without a function for public suffixes.
test.each([
  [['*.co.uk'], 'a.co.uk', 'public-suffix-wildcard', 'accepted'],
  [['*.CO.uk'], 'a.co.uk', 'public-suffix-wildcard', 'accepted'],
  [['*.co.uk', 'a.co.uk'], 'a.co.uk', 'accepted', 'accepted'],
  [['*.co.uk', 'a.co.uk'], 'b.co.uk', 'public-suffix-wildcard', 'accepted'],
  [['*.a.co.uk'], 'b.a.co.uk', 'accepted', 'accepted'],
  [['*.co.uk'], 'a.b.co.uk', 'wrong-name', 'wrong-name'],
  [['co.uk'], 'co.uk', 'accepted', 'accepted'],
])('%j for %s is %s where public suffixes are known, else %s', (dns, name, known, unknown) => {
  const { chain } = issue(root, { subject: 'leaf', dns });
  expect([outcome(chain, name, publicSuffix), outcome(chain, name)]).toEqual([known, unknown]);
});

function outcome(chain: readonly Uint8Array[], dns: string, suffixes?: (domain: string) => boolean): string {
  const anchors = trustAnchors([root.certificate]);
  const more = suffixes === undefined ? {} : { publicSuffix: suffixes };
  const at = Date.UTC(2026, 6, 1);
  try {
    compute(node, verifyChain({ chain, anchors, at, purpose: 'server', name: { dns }, ...more }));
    return 'accepted';
  } catch (error) {
    if (!isCertificateRejected(error)) throw error;
    return error.code;
  }
}

test('international suffixes of the list are compared as A-labels', () => {
  const isPublicSuffix = publicSuffixes('cn\n公司.cn\n*.网络.cn\n!甲.网络.cn\n');
  expect(isPublicSuffix('xn--55qx5d.cn')).toBe(true);
  expect(isPublicSuffix('a.xn--io0a7i.cn')).toBe(true);
  expect(isPublicSuffix('xn--eqs.xn--io0a7i.cn')).toBe(true);
  expect(isPublicSuffix('example.cn')).toBe(false);
});
